"""One run: the acts of a plan at their moments, recovery, and what the oracle says."""

import heapq
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import Final

from tests.chaos import oracle
from tests.chaos.evidence import case_of, situation, unfinished, verify_log
from tests.chaos.oracle import Finding, Kind
from tests.chaos.plan import Act, Plan
from tests.chaos.restoring import decide_holds
from tests.chaos.table import DEAFENING, TABLE
from tests.chaos.world import World, running_world
from tests.product import eventually

# After everything is right again: all that is unfinished is finished within so many seconds.
HEALED_WITHIN: Final = 90.0
# Nothing has changed for so long: longer than the latest receipt, or the pause between two tries.
STILL_SECONDS: Final = 2.5


@dataclass
class Verdict:
    """How a run ended. `done` is what was done at which second; `log` is "ok" or what is wrong."""

    plan: Plan
    done: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    messages: int = 0
    log: str = "not looked at"
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether nothing is wrong; where nobody was told anything, nothing was tested."""
        return not self.findings and self.log == "ok" and self.messages > 0

    def count(self, kind: Kind) -> int:
        """How many findings are of a kind."""
        return sum(one.kind == kind for one in self.findings)


def run(plan: Plan) -> Verdict:
    """Start the product, do to it what the plan says, and judge what became of its messages."""
    verdict = Verdict(plan)
    began = time.monotonic()
    with running_world(plan) as world:
        timeline = Timeline(world, plan, verdict.done)
        timeline.go()
        for name, do in HEALING.items():
            timeline.do(name, partial(do, world))
        _judge(world, verdict)
    verdict.seconds = time.monotonic() - began
    return verdict


class Timeline:
    """Does each act at its moment and undoes it later, one thing at a time."""

    def __init__(self, world: World, plan: Plan, done: list[str]) -> None:
        self._world = world
        self._plan = plan
        self._done = done
        self._order = count()
        self._due: list[tuple[float, int, str, Callable[[], None]]] = []

    def go(self) -> None:
        """Publish, act and undo until nothing is left to do."""
        for stop in self._plan.stops:
            self._put(stop.at, str(stop), lambda stop=stop: self._world.stop(stop))
        for act in self._plan.acts:
            self._put(act.at, str(act), lambda act=act: self._begin(act))
        self._began = time.monotonic()
        self._world.publisher.start()
        while self._due:
            at, _, name, do = heapq.heappop(self._due)
            time.sleep(max(0.0, at - self._elapsed()))
            self.do(name, do)

    def _begin(self, act: Act) -> None:
        undo = TABLE[act.name].begin(self._world, **act.options)
        if undo is None:
            return
        if act.options.get("what") in DEAFENING and act.name != "lock":
            time.sleep(act.seconds)
            self.do(f"end of {act}", undo)
        else:
            self._put(self._elapsed() + act.seconds, f"end of {act}", undo)

    def do(self, name: str, do: Callable[[], None]) -> None:
        """Do it and write down when; what cannot be done in the middle of chaos is written too."""
        began, place = self._elapsed(), len(self._done)
        self._done.append("")
        try:
            do()
            trouble = ""
        except Exception as error:
            trouble = f": not done, {type(error).__name__}: {error}"
        took = self._elapsed() - began
        self._done[place] = f"{began:5.1f} s  {name}, took {took:.1f} s{trouble}"

    def _put(self, at: float, name: str, do: Callable[[], None]) -> None:
        heapq.heappush(self._due, (at, next(self._order), name, do))

    def _elapsed(self) -> float:
        return time.monotonic() - self._began


def _wait_until_published(world: World) -> None:
    world.publisher.join(HEALED_WITHIN)
    world.publisher.end()


def _wait_until_finished(world: World) -> None:
    eventually(unfinished, lambda more: not more, HEALED_WITHIN)


def _wait_until_still(world: World) -> None:
    """Return when nothing has changed for a while, or in any case after as long as may pass."""
    deadline = time.monotonic() + HEALED_WITHIN
    before, since = situation(world), time.monotonic()
    while time.monotonic() < min(deadline, since + STILL_SECONDS):
        time.sleep(0.2)
        now = situation(world)
        if now != before:
            before, since = now, time.monotonic()


def _judge(world: World, verdict: Verdict) -> None:
    verdict.done += map(str, world.publisher.done.values())
    verdict.log = verify_log(world)
    case, verdict.findings = case_of(verdict.plan, world)
    verdict.messages = len(case.messages)
    verdict.findings += oracle.judge(case)


HEALING: Final[Mapping[str, Callable[[World], None]]] = {
    "everything is put right": World.recover,
    "everything is published": _wait_until_published,
    "what is on hold is decided": lambda _world: decide_holds(),
    "everything is finished": _wait_until_finished,
    "nothing changes any more": _wait_until_still,
}
