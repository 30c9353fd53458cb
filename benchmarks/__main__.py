"""`make bench [NAMES]`: engines of its own, every benchmark, and the tables into results/."""

import importlib
import os
import platform
import signal
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks.stage import Section, Stage
from sandbox.up.engines import Engines

RESULTS = Path(__file__).parent / "results"
BENCHMARKS = (
    *("sending", "cmpp", "scaling", "expanding", "growing", "claiming", "receiving", "alerts"),
    *("storing", "importing", "looking_up", "rendering", "serving"),
)
LIBRARIES = ("Django", "celery", "psycopg", "twilio", "pycurl", "granian")
ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "statuspage.settings",
    "DEBUG": "true",
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "0" * 32,
    "TWILIO_FROM": "+15005550006",
    "TWILIO_PER_SECOND": "1000000",
    "QUIET_HOURS": "",
    "LOG_LEVEL": "ERROR",
}


def main(names: Sequence[str]) -> None:
    """Measure what is named, or everything; print the tables and keep them.

    Raises:
        SystemExit: there is no such benchmark, or something it needs is missing.
    """
    unknown = set(names) - set(BENCHMARKS)
    if unknown:
        raise SystemExit(f"candor: no benchmark {', '.join(unknown)}: {', '.join(BENCHMARKS)}")
    # Ended from outside, it still stops its engines: as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="candor-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        engines = Engines(folder)
        try:
            stage = _stage(folder, engines)
            from statuspage.lib.postgres.owner import as_owner

            # The programs run as in production; what empties tables between them may do so.
            with as_owner():
                _report(_measure(stage, names or BENCHMARKS), names)
        finally:
            engines.stop()


def _stage(folder: Path, engines: Engines) -> Stage:
    urls = engines.start()
    os.environ |= {
        **ENVIRONMENT,
        "DATA_DIR": str(folder),
        "DATABASE_URL": urls["database_url"],
        "DATABASE_OWNER_URL": urls["database_owner_url"],
        "REDIS_URL": urls["redis_url"],
    }
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    return Stage(folder, {**os.environ, "DATABASE_OWNER_URL": ""})


def _measure(stage: Stage, names: Sequence[str]) -> list[Section]:
    sections = []
    for name in names:
        sections.append(importlib.import_module(f"benchmarks.{name}").measure(stage))
        sys.stdout.write(f"\n{sections[-1].as_markdown()}\n")
        sys.stdout.flush()
    return sections


def _report(sections: Sequence[Section], names: Sequence[str]) -> None:
    """Keep the tables: those of a part beside those of everything, not in their place."""
    now = datetime.now(UTC)
    versions = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    parts = [
        f"# {now:%Y-%m-%d}, `{' '.join(['python -m benchmarks', *names])}`",
        f"Python {platform.python_version()}, {versions}, {os.cpu_count()} cores, load before"
        f" {os.getloadavg()[2]:.1f}. Each row was measured side by side in one run; the machine is"
        " shared, so that only ratios and CPU times mean anything.",
        *(one.as_markdown() for one in sections),
    ]
    path = RESULTS / f"{'-'.join([f'{now:%Y-%m-%d}', *names])}.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    sys.stdout.write(f"\nkept in {path.relative_to(Path.cwd())}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
