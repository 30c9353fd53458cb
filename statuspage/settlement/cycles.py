"""Calculate the arrival date of a transaction from rules; pure, without queries."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from statuspage.calendar.workdays import ONE_DAY, Calendar, Day, days_between
from statuspage.notices.cycles import read_cycle

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")


class Basis(StrEnum):
    """What days a cycle counts."""

    SETTLEMENT_WORKDAY = "T"
    CALENDAR_DAY = "D"


class AfterCutoff(TextChoices):
    """How a transaction at or after the cut-off is settled."""

    ACCOUNTING_NEXT_DAY = "accounting_next_day", _("count as the next day's")
    FALLBACK_CYCLE = "fallback_cycle", _("follow another cycle")


@dataclass(frozen=True)
class Cycle:
    """T+N: N settlement workdays after the accounting day; D+N: N calendar days."""

    basis: Basis
    offset: int

    def __str__(self) -> str:
        return f"{self.basis.value}+{self.offset}"

    @classmethod
    def parse(cls, text: str) -> "Cycle":
        """Return the cycle that is written as `T+1`, `D0` or in another way that people use.

        Raises:
            ValueError: it is not a settlement cycle.
        """
        basis, offset = read_cycle(text).split("+")
        return cls(Basis(basis), int(offset))


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
        """Return `T+1`, or `D+0 else T+1`."""
        if self.after_cutoff is AfterCutoff.FALLBACK_CYCLE:
            return f"{self.cycle} else {self.fallback}"
        return str(self.cycle)


@dataclass(frozen=True)
class ArrivalCalculation:
    """A date and how it came about; `skipped` are the days on the way that do not settle."""

    accounting_day: date
    cutoff_passed: bool
    cycle_used: Cycle
    arrival: date
    skipped: tuple[tuple[date, Day], ...]


def calculate_arrival(rule: Rule, at: datetime, calendar: Calendar) -> ArrivalCalculation:
    """Return when the money of a transaction arrives (domain.md, Arrival arithmetic).

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
    if cycle.basis is Basis.CALENDAR_DAY:
        return ArrivalCalculation(day, passed, cycle, day + timedelta(days=cycle.offset), ())
    arrival = _workdays_after(day, cycle.offset, calendar)
    first = day if cycle.offset == 0 else day + ONE_DAY
    between = days_between(first, arrival - ONE_DAY)
    skipped = tuple((one, calendar.day(one)) for one in between if not calendar.settles(one))
    return ArrivalCalculation(day, passed, cycle, arrival, skipped)


def _workdays_after(day: date, offset: int, calendar: Calendar) -> date:
    """Return the workday `offset` workdays later; T+0 is the day itself or the next workday."""
    if offset == 0:
        return day if calendar.settles(day) else calendar.next_settling(day)
    for _each in range(offset):
        day = calendar.next_settling(day)
    return day
