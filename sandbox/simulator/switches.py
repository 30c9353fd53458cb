"""Faults that can be switched on: how often, for whom, and until when."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from sandbox.simulator.store import Provider

LONGEST_MS: Final = 86_400_000
# A provider's error code: those of the clouds, of CMPP's reports and of some robots are words.
Code = int | str
WORDY: Final = frozenset(
    {
        *(Provider.ALIYUN, Provider.ALIYUN_VOICE, Provider.TENCENT, Provider.CMPP),
        Provider.GROUP,
    }
)


class Fault(StrEnum):
    """A fault that the simulator can produce."""

    RATE_LIMITED = "rate_limited"  # HTTP 429 (or the provider's own code), nothing accepted
    ERROR_BEFORE = "error_before"  # HTTP 500, nothing accepted
    ERROR_AFTER = "error_after"  # accepted, and yet HTTP 500
    DROP_BEFORE = "drop_before"  # connection closed, nothing accepted
    DROP_AFTER = "drop_after"  # accepted and delivered, connection closed without an answer
    TIMEOUT_BEFORE = "timeout_before"  # no answer for `ms`, nothing accepted
    TIMEOUT_AFTER = "timeout_after"  # accepted, no answer for `ms`
    DELAY = "delay"  # answers `ms` later
    REFUSE = "refuse"  # answers with the provider's error `code`
    OUTCOME = "outcome"  # accepted, then ends as `status` with `code`
    ANSWER_LATE = "answer_late"  # accepted at once, answered `ms` later (CMPP)
    LOGIN_REFUSED = "login_refused"  # with status `code`; `to` is the account (CMPP)
    SILENT = "silent"  # heartbeats are not answered (CMPP)
    RECEIPTS_LATE = "receipts_late"  # callbacks `ms` later
    RECEIPTS_DOUBLED = "receipts_doubled"
    RECEIPTS_OUT_OF_ORDER = "receipts_out_of_order"
    RECEIPTS_NEVER = "receipts_never"


@dataclass
class Switch:
    """One fault, switched on.

    `count` is how many more times it strikes (None: until reset), `to` an address or, ending in
    `*`, a prefix of addresses (empty: everyone), `fraction` how often it strikes, drawn from a
    generator seeded with `seed`.
    """

    fault: Fault
    provider: Provider = Provider.TWILIO
    to: str = ""
    count: int | None = None
    fraction: float = 1.0
    seed: int = 0
    ms: int = 0
    code: Code = 0
    status: str = ""
    struck: int = 0
    _random: random.Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311 - it must repeat, not be secret

    @classmethod
    def parse(cls, given: Mapping[str, Any]) -> "Switch":
        """Read a switch from JSON or a form.

        Raises:
            ValueError: a name, a type or a range is wrong.
        """
        unknown = set(given) - {*READERS, "struck"}
        if unknown:
            raise ValueError(f"a switch has no {', '.join(sorted(unknown))}")
        if "fault" not in given:
            raise ValueError("a switch needs a fault")
        try:
            switch = cls(**{name: READERS[name](given[name]) for name in READERS if name in given})
        except TypeError as error:
            raise ValueError(str(error)) from error
        if not 0 <= switch.fraction <= 1 or (switch.count or 0) < 0:
            raise ValueError("fraction is from 0 to 1, and count is not negative")
        if not 0 <= switch.ms <= LONGEST_MS:
            raise ValueError("ms is from 0 to a day")
        if isinstance(switch.code, str) and switch.provider not in WORDY:
            raise ValueError(f"the code of {switch.provider} is a number")
        return switch

    def as_json(self) -> dict[str, Any]:
        """Return the switch as the control API shows it."""
        return {name: getattr(self, name) for name in [*READERS, "struck"]}

    def strikes(self, provider: Provider, to: str) -> bool:
        """Return whether the switch applies this time; if so, count it."""
        if provider != self.provider or not self._matches(to) or self.count == 0:
            return False
        if self._random.random() >= self.fraction:
            return False
        self.struck += 1
        if self.count is not None:
            self.count -= 1
        return True

    def _matches(self, to: str) -> bool:
        return to.startswith(self.to[:-1]) if self.to.endswith("*") else self.to in ("", to)


def _count(value: Any) -> int | None:
    return None if value in (None, "") else int(value)


def _code(value: Any) -> Code:
    try:
        return int(value)
    except ValueError:
        return str(value)


READERS: Mapping[str, Any] = {
    "fault": Fault,
    "provider": Provider,
    "to": str,
    "count": _count,
    "fraction": float,
    "seed": int,
    "ms": int,
    "code": _code,
    "status": str,
}


class Switches:
    """The faults that are on."""

    def __init__(self) -> None:
        self.on: list[Switch] = []

    def set(self, switch: Switch) -> None:
        """Switch a fault on; one of the same kind for the same address is replaced."""
        name = (switch.fault, switch.provider, switch.to)
        self.on = [other for other in self.on if (other.fault, other.provider, other.to) != name]
        self.on.append(switch)

    def reset(self, fault: Fault | None = None) -> None:
        """Switch off one kind of fault, or all."""
        self.on = [switch for switch in self.on if fault is not None and switch.fault != fault]

    def strike(self, fault: Fault, provider: Provider, to: str) -> Switch | None:
        """Return the switch that strikes this message, if one does."""
        matching = (switch for switch in self.on if switch.fault == fault)
        return next((switch for switch in matching if switch.strikes(provider, to)), None)
