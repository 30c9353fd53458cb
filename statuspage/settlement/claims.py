"""What a text may claim about dates; pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import Enum


class Said(Enum):
    """What is said of some dates."""

    RESTS = "rests"
    SETTLES = "settles"
    CLOSED = "closed"


@dataclass(frozen=True)
class Arrival:
    """“Transactions from A to B arrive on C”; `cycle` is the last one named before, if any."""

    first: date
    last: date
    arrival: date
    cycle: str


@dataclass
class Claims:
    """Everything that a text says about dates."""

    weekdays: list[tuple[date, int]] = field(default_factory=list)
    impossible: list[str] = field(default_factory=list)
    days: list[tuple[Said, date]] = field(default_factory=list)
    arrivals: list[Arrival] = field(default_factory=list)
    # Written so that it can be two dates.
    ambiguous: list[str] = field(default_factory=list)
    # The settlement cycle that the text named last.
    cycle: str = ""

    def said(self, what: Said) -> list[date]:
        """The dates of which that is said."""
        return [day for said, day in self.days if said is what]


Stretch = tuple[date, date]


def days_between(first: date, last: date) -> Iterator[date]:
    """Every date from the first to the last, which is one of them."""
    return (first + timedelta(days=number) for number in range((last - first).days + 1))
