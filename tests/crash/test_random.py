"""Killed at random times, round after round: see rounds.py."""

from collections.abc import Iterator
from typing import Final

import pytest

from tests.crash.harness import Stage
from tests.crash.rounds import ROUNDS, Rounds

SEEDS: Final = range(ROUNDS)


@pytest.fixture(scope="module")
def rounds(bare_stage: Stage) -> Iterator[Rounds]:
    bare_stage.reset()
    yield Rounds(bare_stage, SEEDS)
    bare_stage.processes.kill("worker")


@pytest.mark.parametrize("seed", SEEDS)
def test_a_broadcast_hit_at_random_tells_everybody_once(rounds: Rounds, seed: int) -> None:
    rounds.survive(seed)
