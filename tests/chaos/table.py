"""The one table of acts: what may happen, how often, for how long, and how it is done."""

import os
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from tests.chaos.world import World

Options = Mapping[str, Any]
# What undoes an act; None where there is nothing to undo.
Undo = Callable[[], None] | None
Begin = Callable[..., Undo]

WORKERS: Final = ("worker1", "worker2")
PROGRAMS: Final = (*WORKERS, "beat", "web")
ENGINES: Final = ("valkey", "postgres", "simulator")
# While one of these is away the run itself can neither look nor act: it waits for its return.
DEAFENING: Final = ("postgres", "simulator")


@dataclass(frozen=True)
class Row:
    """One kind of act. `longest` is in seconds; `once`: a run can bear only one."""

    weight: int
    longest: float
    draw: Callable[[Random], dict[str, Any]]
    begin: Begin
    once: bool = False


def _kill(world: "World", what: str) -> Undo:
    if what == "a child":
        for child in world.program("worker1").children()[:1]:
            os.kill(child, signal.SIGKILL)
        return None
    killed = WORKERS if what == "both workers" else (what,)
    for name in killed:
        world.kill(name)
    return partial(_start, world, killed)


def _start(world: "World", names: Sequence[str]) -> None:
    for name in names:
        world.start(name)


def _stop(world: "World", what: str) -> Undo:
    world.signal(what, signal.SIGSTOP)
    return partial(world.signal, what, signal.SIGCONT)


def _flush(world: "World") -> Undo:
    world.engines.flush_redis()
    return None


def _skew(world: "World", what: str, seconds: int) -> Undo:
    world.clocks.turn(what, seconds)
    return partial(world.clocks.turn, what, 0)


def _fault(world: "World", fault: str, **options: Any) -> Undo:
    world.simulator.switch(fault, **options)
    return partial(world.switch_off, fault)


def _fill(world: "World") -> Undo:
    world.disk.fill()
    return world.disk.empty


def _lock(world: "World", what: str) -> Undo:
    return world.hold(LOCKS[what])


def _back_up(world: "World") -> Undo:
    return world.back_up()


LOCKS: Final[Mapping[str, str]] = {
    "deliveries, shared": "LOCK TABLE delivery_delivery IN ACCESS SHARE MODE",
    "deliveries, alone": "LOCK TABLE delivery_delivery IN ACCESS EXCLUSIVE MODE",
    "broadcasts, alone": "LOCK TABLE delivery_broadcast IN ACCESS EXCLUSIVE MODE",
    "50 deliveries": "SELECT FROM delivery_delivery ORDER BY id DESC LIMIT 50 FOR UPDATE",
    "50 addresses": "SELECT FROM subscribers_address ORDER BY id LIMIT 50 FOR UPDATE",
}
# A provider takes nothing and says so, takes it and says the opposite, or ends it badly.
REFUSALS: Final[tuple[dict[str, Any], ...]] = (
    {"fault": "rate_limited", "count": 40},
    {"fault": "error_before", "count": 40},
    {"fault": "error_after", "count": 40},
    {"fault": "refuse", "code": 21617, "count": 5},
    {"fault": "refuse", "code": 21614, "count": 5},
    {"fault": "outcome", "status": "undelivered", "code": 30003, "count": 10},
    {"fault": "outcome", "status": "undelivered", "code": 30005, "count": 5},
    {"fault": "error_after", "provider": "wechat", "count": 10},
    {"fault": "error_before", "provider": "wechat", "count": 10},
    {"fault": "error_after", "provider": "wecom", "count": 3},
)
# Connections that break, answers and receipts that never come, or come twice, late, out of order.
DROPS: Final[tuple[dict[str, Any], ...]] = (
    {"fault": "drop_before", "count": 30},
    {"fault": "drop_after", "count": 30},
    {"fault": "timeout_before", "count": 20, "ms": 1200},
    {"fault": "timeout_after", "count": 20, "ms": 1200},
    {"fault": "receipts_never", "count": 60},
    {"fault": "receipts_late", "fraction": 0.5, "ms": 900},
    {"fault": "receipts_doubled"},
    {"fault": "receipts_out_of_order", "fraction": 0.5},
    {"fault": "drop_after", "provider": "wechat", "count": 10},
    {"fault": "drop_before", "provider": "wechat", "count": 10},
    {"fault": "drop_after", "provider": "wecom", "count": 3},
)
# A message that is accepted so much later is accepted before anybody looks for it: longer than
# settings.DELIVERY_RESOLVE_AFTER_SECONDS no provider takes that behaves as documented.
LONGEST_DELAY_MS: Final = 500


def _one_of(name: str, *choices: Any) -> Callable[[Random], dict[str, Any]]:
    return lambda chance: {name: chance.choice(choices)}


def _draw_skew(chance: Random) -> dict[str, Any]:
    seconds = chance.choice((-3600, -60, -1, 1, 60, 3600))
    return {"what": chance.choice(PROGRAMS), "seconds": seconds}


def _draw_delay(chance: Random) -> dict[str, Any]:
    ms = chance.randrange(50, LONGEST_DELAY_MS)
    return {"fault": "delay", "ms": ms, "fraction": 0.5, "seed": chance.randrange(1000)}


TABLE: Final[Mapping[str, Row]] = {
    "kill": Row(5, 3.0, _one_of("what", *PROGRAMS, *ENGINES, "a child", "both workers"), _kill),
    "stop": Row(3, 6.0, _one_of("what", *PROGRAMS), _stop),  # and continue
    "flush": Row(2, 0.0, lambda chance: {}, _flush),
    "hang": Row(3, 4.0, _one_of("what", *ENGINES), _stop),  # accepts, and does not answer
    "skew": Row(3, 8.0, _draw_skew, _skew),
    "delay": Row(2, 6.0, _draw_delay, _fault),
    "refuse": Row(4, 4.0, lambda chance: {**chance.choice(REFUSALS)}, _fault),
    "drop": Row(4, 4.0, lambda chance: {**chance.choice(DROPS)}, _fault),
    "fill": Row(1, 4.0, lambda chance: {}, _fill),
    "lock": Row(2, 4.0, _one_of("what", *LOCKS), _lock),
    "backup": Row(2, 6.0, lambda chance: {}, _back_up, once=True),  # and restore
}
