"""Killed at random, round after round: CRASH_ROUNDS and CRASH_RECIPIENTS make it longer."""

import os
import random
import signal
from collections.abc import Callable
from typing import Final

import pytest

from tests.crash.harness import Stage
from tests.crash.processes import Process

ROUNDS: Final = int(os.environ.get("CRASH_ROUNDS", "2"))
RECIPIENTS: Final = int(os.environ.get("CRASH_RECIPIENTS", "200"))
BLOWS: Final = 4
Blow = Callable[[Stage, Process], Process]


def _the_worker(stage: Stage, worker: Process) -> Process:
    worker.kill()
    return stage.start("worker")


def _a_child(stage: Stage, worker: Process) -> Process:
    for child in worker.children()[:1]:
        os.kill(child, signal.SIGKILL)
    return worker


def _beat(stage: Stage, worker: Process) -> Process:
    stage.processes.kill("beat")
    stage.start("beat")
    return worker


def _web(stage: Stage, worker: Process) -> Process:
    stage.processes.kill("web")
    stage.start("web")
    return worker


def _redis(stage: Stage, worker: Process) -> Process:
    stage.engines.flush_redis()
    return worker


@pytest.mark.parametrize("seed", range(ROUNDS))
def test_killed_at_random(stage: Stage, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - it must repeat, not be secret
    stage.simulator.switch("delay", ms=40, fraction=0.3, seed=seed)
    stage.publish(RECIPIENTS)
    worker = stage.start("worker")
    for moment in sorted(chance.sample(range(1, RECIPIENTS), BLOWS)):
        stage.wait_until_accepted(moment)
        blow: Blow = chance.choice([_the_worker, _the_worker, _a_child, _beat, _web, _redis])
        worker = blow(stage, worker)
    stage.wait_until_finished()
    stage.assert_told_once()
