"""Run seeds or repeat a run: `python -m tests.chaos --seeds 10`, `--seed 7`, `--replay FILE`."""

import argparse
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Final

import django

from tests.product import INHERITED, ROOT

if TYPE_CHECKING:
    from tests.chaos.plan import Plan
    from tests.chaos.run import Verdict

FAILURES: Final = ROOT / ".data" / "chaos"
HEAD: Final = (
    "| seed | acts | messages | lost | doubled | stuck | other | log | seconds | verdict |\n"
    "|---|---|---|---|---|---|---|---|---|---|"
)
SHOWN: Final = 12


def main() -> None:
    """Run each plan, print a table of them all, and exit with 1 if anything was wrong.

    Raises:
        SystemExit: with 1 for a failed run, 2 for a file that is no plan.
    """
    arguments = _arguments()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    _set_up()
    from tests.chaos.run import run

    verdicts = []
    for plan in _plans(arguments):
        verdict = run(plan)
        verdicts.append(verdict)
        if not verdict.passed or arguments.verbose:
            _explain(verdict)
        print(_row(verdict), file=sys.stderr, flush=True)
    print("\n".join([HEAD, *map(_row, verdicts)]))
    sys.exit(any(not one.passed for one in verdicts))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.chaos", description=__doc__)
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--seeds", type=int, default=1, help="run the seeds 1 to this one")
    which.add_argument("--seed", type=int, help="run this one")
    which.add_argument("--replay", type=Path, help="repeat a failed run from its file")
    parser.add_argument("--verbose", action="store_true", help="say also what a good run did")
    return parser.parse_args()


def _plans(arguments: argparse.Namespace) -> "Iterator[Plan]":
    from tests.chaos.plan import draw, read
    from tests.chaos.readers import READERS

    if arguments.replay:
        try:
            yield read(arguments.replay)
        except (OSError, ValueError, LookupError, TypeError) as error:
            print(f"{arguments.replay} is no plan: {error}", file=sys.stderr)
            raise SystemExit(2) from error
        return
    chosen = range(1, arguments.seeds + 1) if arguments.seed is None else [arguments.seed]
    for seed in chosen:
        yield draw(seed, READERS["sms"])


def _set_up() -> None:
    """Load the product with no database yet: each run points to its own."""
    for name in INHERITED:
        os.environ.pop(name, None)
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "tests.crash.settings",
        "DEBUG": "true",
        "DATABASE_URL": "postgresql:///none",
        "REDIS_URL": "redis:///0",
    }
    django.setup()


def _explain(verdict: "Verdict") -> None:
    """Say what was done and what is wrong, and write a file that repeats the run."""
    plan = verdict.plan
    file = FAILURES / f"seed-{plan.seed}.json"
    plan.write(file)
    more = len(verdict.findings) - SHOWN
    outcome = "passed" if verdict.passed else "failed"
    print(f"\nSeed {plan.seed} {outcome}. What was done:", file=sys.stderr)
    lines = [
        *(f"  {line}" for line in verdict.done),
        "What is wrong:",
        *(f"  {one.kind}: {one.text}" for one in verdict.findings[:SHOWN]),
        *([f"  and {more} more"] if more > 0 else []),
        *([f"  the log: {verdict.log}"] if verdict.log != "ok" else []),
        f"Repeat it: make chaos REPLAY={file.relative_to(ROOT)}",
    ]
    print("\n".join(lines), file=sys.stderr, flush=True)


def _row(verdict: "Verdict") -> str:
    from tests.chaos.oracle import Kind

    counts = [verdict.count(kind) for kind in (Kind.LOST, Kind.DOUBLED, Kind.STUCK)]
    cells = [
        *(verdict.plan.seed, ", ".join(act.name for act in verdict.plan.acts), verdict.messages),
        *(*counts, len(verdict.findings) - sum(counts)),
        "ok" if verdict.log == "ok" else "NOT OK",
        *(f"{verdict.seconds:.0f}", "passed" if verdict.passed else "FAILED"),
    ]
    return f"| {' | '.join(map(str, cells))} |"


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
