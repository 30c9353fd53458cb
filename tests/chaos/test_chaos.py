"""One seed of `make chaos`."""

import os
import subprocess
import sys
from typing import Final

from tests.product import INHERITED, ROOT

# Workers, a child, beat and an engine die; tasks, answers and receipts are lost; clocks are wrong.
SEED: Final = "1"
WITHIN_SECONDS: Final = 300


def command(*arguments: str) -> "subprocess.Popen[str]":
    environment = {name: value for name, value in os.environ.items() if name not in INHERITED}
    return subprocess.Popen(
        [sys.executable, "-m", "tests.chaos", *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def test_after_a_run_of_random_acts_everybody_was_told_once() -> None:
    run = command("--seed", SEED)
    said, _ = run.communicate(timeout=WITHIN_SECONDS)
    assert run.returncode == 0, said
    assert f"| {SEED} |" in said
