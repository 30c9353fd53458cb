"""What the switches decide for a message at the moment when it is accepted."""

from dataclasses import dataclass

from notifications.simulator.core import Core
from notifications.simulator.store import Provider
from notifications.simulator.switches import Code, Fault


@dataclass(frozen=True)
class Fate:
    """How a message ends, and how its receipts come."""

    status: str = "delivered"
    code: Code | None = None
    never: bool = False
    doubled: bool = False
    out_of_order: bool = False
    late_seconds: float = 0.0


def draw_fate(core: Core, provider: Provider, to: str) -> Fate:
    """Ask the switches once, so that `count` counts messages."""

    def strikes(fault: Fault) -> bool:
        return core.switches.strike(fault, provider, to) is not None

    outcome = core.switches.strike(Fault.OUTCOME, provider, to)
    late = core.switches.strike(Fault.RECEIPTS_LATE, provider, to)
    return Fate(
        status=(outcome.status or "undelivered") if outcome else "delivered",
        code=(outcome.code or None) if outcome else None,
        never=strikes(Fault.RECEIPTS_NEVER),
        doubled=strikes(Fault.RECEIPTS_DOUBLED),
        out_of_order=strikes(Fault.RECEIPTS_OUT_OF_ORDER),
        late_seconds=late.ms / 1000 if late else 0.0,
    )
