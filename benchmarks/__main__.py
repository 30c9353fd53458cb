"""`make bench`: engines and a provider of its own, then a table into benchmarks/results/."""

import os
import platform
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.provider import free_provider
from statuspage.up.engines import Engines

RESULTS = Path(__file__).parent / "results"
ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "statuspage.settings",
    "DEBUG": "true",
    "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
    "TWILIO_AUTH_TOKEN": "0" * 32,
    "TWILIO_FROM": "+15005550006",
    "TWILIO_PER_SECOND": "1000000",
    "LOG_LEVEL": "ERROR",
}


def main() -> None:
    """Measure everything; print the table and keep it with date and versions."""
    with tempfile.TemporaryDirectory(prefix="candor-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        engines = Engines(folder)
        urls = engines.start()
        os.environ |= {
            **ENVIRONMENT,
            "DATA_DIR": name,
            "DATABASE_URL": urls["database_url"],
            "REDIS_URL": urls["redis_url"],
        }
        try:
            with free_provider(folder) as provider:
                _report(_measure(provider))
        finally:
            engines.stop()


def _measure(provider: str) -> str:
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    from benchmarks.delivery import NAIVE, RECIPIENTS, measure

    rows = [
        f"| {row.what} | {row.per_second:,.0f} | {row.ratio:.1f} |" for row in measure(provider)
    ]
    return "\n".join(
        [
            f"{RECIPIENTS} recipients ({NAIVE} the naive way), provider at 0 ms, one process.",
            "",
            "| | a second, here and now | times the naive way |",
            "|---|---|---|",
            *rows,
        ]
    )


def _report(table: str) -> None:
    import django

    now = datetime.now(UTC)
    text = (
        f"# {now:%Y-%m-%d}, `make bench`\n\n"
        f"Python {platform.python_version()}, Django {django.__version__}, "
        f"{os.cpu_count()} cores. Only the ratios mean anything: the machine is shared.\n\n"
        f"## Delivery\n\n{table}\n"
    )
    path = RESULTS / f"{now:%Y-%m-%d}.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    sys.stdout.write(f"{text}\nkept in {path.relative_to(Path.cwd())}\n")


if __name__ == "__main__":
    main()
