"""From the time of a transaction to the date of its money: rules, without a table."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from statuspage.settlement.workdays import ONE_DAY, Calendar, Day

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
WRITTEN: Final = re.compile(r"([TD])\s*\+\s*(\d{1,2})", re.ASCII | re.IGNORECASE)


class Basis(StrEnum):
    """What days a cycle counts."""

    SETTLEMENT_WORKDAY = "T"
    CALENDAR_DAY = "D"


class AfterCutoff(StrEnum):
    """What becomes of a transaction at or after the cut-off."""

    ACCOUNTING_NEXT_DAY = "accounting_next_day"
    FALLBACK_CYCLE = "fallback_cycle"


@dataclass(frozen=True)
class Cycle:
    """T+N: N settlement workdays after the accounting day; D+N: N calendar days."""

    basis: Basis
    offset: int

    def __str__(self) -> str:
        return f"{self.basis.value}+{self.offset}"

    @classmethod
    def parse(cls, text: str) -> "Cycle":
        """The cycle that is written as `T+1` or `D+0`.

        Raises:
            ValueError: it is written in another way.
        """
        found = WRITTEN.fullmatch(text.strip())
        if not found:
            raise ValueError(f"not a settlement cycle: {text!r}")
        return cls(Basis(found[1].upper()), int(found[2]))


@dataclass(frozen=True)
class Rule:
    """When money arrives; without a cut-off an accounting day is the natural day.

    Raises:
        ValueError: it falls back after the cut-off, and has no cut-off or nothing to fall back to.
    """

    cycle: Cycle
    cutoff: time | None = None
    after_cutoff: AfterCutoff = AfterCutoff.ACCOUNTING_NEXT_DAY
    fallback: Cycle | None = None
    usual_arrival: time | None = None

    def __post_init__(self) -> None:
        falls_back = self.after_cutoff is AfterCutoff.FALLBACK_CYCLE
        if falls_back and (self.cutoff is None or self.fallback is None):
            raise ValueError("a rule that falls back needs a cut-off and a cycle to fall back to")

    def __str__(self) -> str:
        """`T+1`, or `D+0 else T+1`."""
        if self.after_cutoff is AfterCutoff.FALLBACK_CYCLE:
            return f"{self.cycle} else {self.fallback}"
        return str(self.cycle)


@dataclass(frozen=True)
class Reckoning:
    """A date and how it came about; `skipped` are the days on the way that do not settle."""

    accounting_day: date
    cutoff_passed: bool
    cycle_used: Cycle
    arrival: date
    skipped: tuple[tuple[date, Day], ...]


def reckon(rule: Rule, at: datetime, calendar: Calendar) -> Reckoning:
    """When the money of a transaction at that moment arrives (domain.md, Arrival arithmetic).

    Raises:
        NotYetPublished: a T cycle runs into a year that is not loaded.
        ValueError: the moment has no time zone, so nobody knows its date in Shanghai.
    """
    if at.tzinfo is None:
        raise ValueError("the moment of a transaction needs a time zone")
    local = at.astimezone(SHANGHAI)
    # The cut-off itself is after: at 23:00:00 the next day has begun.
    passed = rule.cutoff is not None and local.time() >= rule.cutoff
    day, cycle = local.date(), rule.cycle
    if passed and rule.after_cutoff is AfterCutoff.ACCOUNTING_NEXT_DAY:
        day += ONE_DAY
    elif passed and rule.fallback:
        cycle = rule.fallback
    arrival = _COUNT[cycle.basis](day, cycle.offset, calendar)
    skipped = _skipped(cycle, day, arrival, calendar)
    return Reckoning(day, passed, cycle, arrival, skipped)


def _settlement_workdays_after(day: date, offset: int, calendar: Calendar) -> date:
    """T+0 is the day itself where it settles, else the next one that does."""
    if offset == 0:
        return day if calendar.settles(day) else calendar.next_settling(day)
    for _each in range(offset):
        day = calendar.next_settling(day)
    return day


def _calendar_days_after(day: date, offset: int, calendar: Calendar) -> date:
    return day + timedelta(days=offset)


_COUNT: Final = {
    Basis.SETTLEMENT_WORKDAY: _settlement_workdays_after,
    Basis.CALENDAR_DAY: _calendar_days_after,
}


def _skipped(
    cycle: Cycle, day: date, arrival: date, calendar: Calendar
) -> tuple[tuple[date, Day], ...]:
    if cycle.basis is Basis.CALENDAR_DAY:
        return ()
    first = day if cycle.offset == 0 else day + ONE_DAY
    passed = (first + timedelta(days=past) for past in range((arrival - first).days))
    return tuple((one, calendar.day(one)) for one in passed if not calendar.settles(one))
