"""Rounds of a broadcast that is hit at random: CRASH_ROUNDS and CRASH_RECIPIENTS say how many."""

import os
import random
import signal
import time
from collections.abc import Callable, Sequence
from typing import Final

from notifications.delivery.models import Delivery
from tests.crash.harness import Stage

ROUNDS: Final = int(os.environ.get("CRASH_ROUNDS", "4"))
RECIPIENTS: Final = int(os.environ.get("CRASH_RECIPIENTS", "1000"))
BLOWS: Final = 3
# Only the first 200 hear back: what became of the others' messages must be looked up.
SILENT: Final = ("+8613900001", *(f"+8613900000{digit}" for digit in range(2, 10)))


def _a_worker(stage: Stage) -> None:
    stage.processes.workers()[0].kill()
    stage.start("worker")


def _all_workers(stage: Stage) -> None:
    stage.processes.kill("worker")
    for _ in range(2):
        stage.start("worker")


def _a_child(stage: Stage) -> None:
    for child in stage.processes.workers()[-1].children()[:1]:
        os.kill(child, signal.SIGKILL)


def _beat(stage: Stage) -> None:
    stage.processes.kill("beat")
    stage.start("beat")


def _web(stage: Stage) -> None:
    stage.processes.kill("web")
    stage.start("web")


def _tasks(stage: Stage) -> None:
    stage.engines.flush_redis()


BLOW: Final[Sequence[Callable[[Stage], None]]] = (
    *(_a_worker, _a_worker, _all_workers, _a_child, _a_child, _a_child),
    *(_beat, _web, _tasks),
)


class Rounds:
    """One broadcast after the other to the same merchants, each hit at its own moments.

    While one heals (leases must run out, and what is unknown be looked for) the next is sent and
    hit: that saves the wait, and lets the healing be hit as well.
    """

    def __init__(self, stage: Stage, seeds: Sequence[int]) -> None:
        stage.silence(*SILENT)
        stage.simulator.switch("delay", ms=40, fraction=0.3)
        stage.invite(RECIPIENTS)
        for _ in range(2):
            stage.start("worker")
        self._stage = stage
        self._seeds = iter(seeds)
        self._began: dict[int, float] = {}
        self._statements: dict[int, int] = {}

    def survive(self, seed: int) -> None:
        """See that everybody was told once in a round, having begun the round after it."""
        while seed not in self._statements:
            self._begin()
        self._begin()
        statement = self._statements[seed]
        self._stage.wait_until_finished(statement)
        self._stage.assert_told_once(statement, since=self._began[seed])

    def _begin(self) -> None:
        """Announce the next round's incident and strike at its random moments."""
        seed = next(self._seeds, None)
        if seed is None:
            return
        chance = random.Random(seed)  # noqa: S311 - it must repeat, not be secret
        self._began[seed] = time.time()
        statement = self._statements[seed] = self._stage.announce()
        for moment in sorted(chance.sample(range(RECIPIENTS), BLOWS)):
            self._wait_until_claimed(statement, moment)
            chance.choice(BLOW)(self._stage)

    def _wait_until_claimed(self, statement: int, count: int) -> None:
        claimed = Delivery.objects.filter(statement_id=statement).exclude(state="pending")
        self._stage.wait(lambda: claimed.count() >= count, f"{count} were never claimed")
