"""Killed at random times, round after round: the rounds of even seed; see rounds.py."""

from collections.abc import Iterator
from typing import Final

import pytest

from tests.crash.harness import Stage
from tests.crash.rounds import ROUNDS, Rounds

SEEDS: Final = range(0, ROUNDS, 2)


@pytest.fixture(scope="module")
def rounds(bare_stage: Stage) -> Iterator[Rounds]:
    bare_stage.reset()
    yield Rounds(bare_stage, SEEDS)
    bare_stage.processes.kill("worker")


@pytest.mark.parametrize("seed", SEEDS)
def test_killed_at_random(rounds: Rounds, seed: int) -> None:
    rounds.survive(seed)
