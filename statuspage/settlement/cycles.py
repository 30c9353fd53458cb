"""Calculate the arrival date of a transaction from rules; pure, without queries."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final, Self
from zoneinfo import ZoneInfo

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from statuspage.calendar.workdays import ONE_DAY, Calendar, Day, days_between
from statuspage.notices.cycles import WEEKDAY_NAMES, read_cycle

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
ONE_WEEK: Final = timedelta(days=7)
ONE_MINUTE: Final = timedelta(minutes=1)


class Basis(StrEnum):
    """What a cycle counts: days of one kind, or the weeks or months that are paid together."""

    SETTLEMENT_WORKDAY = "T"
    CALENDAR_DAY = "D"
    WEEK = "weekly"
    MONTH = "monthly"


class AfterCutoff(TextChoices):
    """How a transaction at or after the cut-off is settled."""

    ACCOUNTING_NEXT_DAY = "accounting_next_day", _("count as the next day's")
    FALLBACK_CYCLE = "fallback_cycle", _("follow another cycle")
    BASE_RULE = "base_rule", _("follow the merchant's base rule")


@dataclass(frozen=True)
class Cycle:
    """T+N: N settlement workdays after the accounting day; D+N: N calendar days.

    `offset` is N; of a weekly cycle it is the weekday of the following week that is paid on
    (Monday is 1), of a monthly one the day of the following month.
    """

    basis: Basis
    offset: int

    def __str__(self) -> str:
        if self.basis is Basis.WEEK:
            return f"{self.basis.value}-{WEEKDAY_NAMES[self.offset - 1]}"
        sign = "-" if self.basis is Basis.MONTH else "+"
        return f"{self.basis.value}{sign}{self.offset}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the cycle that is written as `T+1`, `D0` or in another way that people use.

        Raises:
            ValueError: it is not a settlement cycle.
        """
        written = read_cycle(text)
        basis, _sign, rest = written.partition("-" if "-" in written else "+")
        number = WEEKDAY_NAMES.index(rest) + 1 if rest in WEEKDAY_NAMES else int(rest)
        return cls(Basis(basis), number)

    @property
    def same_day(self) -> bool:
        """True for T+0 and D+0, which alone can be paid within hours."""
        return self.basis in {Basis.SETTLEMENT_WORKDAY, Basis.CALENDAR_DAY} and self.offset == 0


@dataclass(frozen=True)
class Rule:
    """When money arrives; without a cut-off an accounting day is the natural day.

    The service is open from `opens` (midnight) to the cut-off; a transaction before it counts from
    then. `within` promises a duration instead of a usual time. With `rests`, a D cycle pays nothing
    on its calendar's closed days.

    Raises:
        ValueError: it falls back after the cut-off, and has no cut-off or nothing to fall back to;
            or a duration or window is impossible.
    """

    cycle: Cycle
    cutoff: time | None = None
    after_cutoff: AfterCutoff = AfterCutoff.ACCOUNTING_NEXT_DAY
    fallback: Cycle | None = None
    usual_arrival: time | None = None
    opens: time | None = None
    within: timedelta | None = None
    rests: bool = False

    def __post_init__(self) -> None:
        other = self.after_cutoff is not AfterCutoff.ACCOUNTING_NEXT_DAY
        falls_back = self.after_cutoff is AfterCutoff.FALLBACK_CYCLE
        if (other and self.cutoff is None) or (falls_back and self.fallback is None):
            raise ValueError("a rule that falls back needs a cut-off and a cycle to fall back to")
        if self.opens and self.cutoff and self.opens >= self.cutoff:
            raise ValueError("a rule opens before its cut-off")
        if self.within and not (self.cycle.same_day and self.ends_on_the_day):
            raise ValueError("a duration is for T+0 and D+0, and ends on the day of the opening")

    def closed_at(self, moment: datetime) -> bool:
        """Return whether the cut-off of the moment's day in Shanghai has passed.

        The cut-off itself is after: at 23:00:00 the next day has begun.
        """
        return self.cutoff is not None and moment.astimezone(SHANGHAI).time() >= self.cutoff

    @property
    def ends_on_the_day(self) -> bool:
        """True where the duration, counted from the opening, ends on the same day."""
        opening = datetime.combine(date.min, self.opens or time())
        return (opening + (self.within or timedelta())).date() == date.min

    def __str__(self) -> str:
        """Return `T+1`, `D+0 else T+1`, or `D+0 else base rule`."""
        if self.after_cutoff is AfterCutoff.FALLBACK_CYCLE:
            return f"{self.cycle} else {self.fallback}"
        if self.after_cutoff is AfterCutoff.BASE_RULE:
            return f"{self.cycle} else base rule"
        return str(self.cycle)


@dataclass(frozen=True)
class Base:
    """The rule of the merchant's category for every product, and the calendar it goes by."""

    rule: Rule
    calendar: Calendar


class NoBaseRule(Exception):
    """The base rule applies after the cut-off, and none is known."""


@dataclass(frozen=True)
class ArrivalCalculation:
    """A date and how it came about.

    `skipped` are the days on the way that do not settle, which begins with `counted_from`. `clock`
    is the time of day by which the money arrives, if the rule says one. `by_base` is the base
    rule's own calculation where that decided.
    """

    accounting_day: date
    cutoff_passed: bool
    cycle_used: Cycle
    arrival: date
    skipped: tuple[tuple[date, Day], ...]
    counted_from: date
    clock: time | None = None
    by_base: "ArrivalCalculation | None" = None


def calculate_arrival(
    rule: Rule, at: datetime, calendar: Calendar, base: Base | None = None
) -> ArrivalCalculation:
    """Return when the money of a transaction arrives (domain.md, Arrival arithmetic).

    Raises:
        NotYetPublished: a date depends on a year that is not loaded.
        NoBaseRule: the base rule applies, and none was given.
        ValueError: the moment has no time zone, so nobody knows its date in Shanghai.
    """
    if at.tzinfo is None:
        raise ValueError("the moment of a transaction needs a time zone")
    local = at.astimezone(SHANGHAI)
    passed = rule.closed_at(local)
    if passed and rule.after_cutoff is AfterCutoff.BASE_RULE:
        return _by_base(local, base)
    own = not (passed and rule.after_cutoff is AfterCutoff.FALLBACK_CYCLE)
    cycle = rule.cycle if own else rule.fallback or rule.cycle
    day = local.date() + (ONE_DAY if passed and own else timedelta())
    by_calendar = cycle.basis is not Basis.CALENDAR_DAY or rule.rests
    start, arrival = _due(cycle, day, calendar if by_calendar else None)
    clock = rule.usual_arrival
    if rule.within and own:
        arrival, clock = _by_duration(rule, local, arrival, calendar if by_calendar else None)
    on_the_way = days_between(start, arrival - ONE_DAY) if by_calendar else ()
    skipped = tuple((one, calendar.day(one)) for one in on_the_way if not calendar.settles(one))
    counted_from = day if cycle.basis is Basis.SETTLEMENT_WORKDAY else start
    return ArrivalCalculation(day, passed, cycle, arrival, skipped, counted_from, clock)


def _by_base(local: datetime, base: Base | None) -> ArrivalCalculation:
    """Return what the base rule says of the same moment, by its own cut-off and calendar."""
    if base is None:
        raise NoBaseRule
    found = calculate_arrival(base.rule, local, base.calendar)
    return ArrivalCalculation(
        local.date(),
        True,
        found.cycle_used,
        found.arrival,
        found.skipped,
        found.counted_from,
        found.clock,
        found,
    )


def _due(cycle: Cycle, day: date, calendar: Calendar | None) -> tuple[date, date]:
    """Return the day on which the way begins, and the one on which the money arrives.

    Without a calendar every day pays.
    """
    if cycle.basis is Basis.SETTLEMENT_WORKDAY and calendar:
        first = day if cycle.offset == 0 else day + ONE_DAY
        return first, _workdays_after(day, cycle.offset, calendar)
    nominal = _nominal(cycle, day)
    return nominal, _carried(nominal, calendar) if calendar else nominal


def _nominal(cycle: Cycle, day: date) -> date:
    """Return the date that the cycle names, before it is carried over."""
    if cycle.basis is Basis.WEEK:
        return day - timedelta(days=day.weekday()) + ONE_WEEK + timedelta(days=cycle.offset - 1)
    if cycle.basis is Basis.MONTH:
        first = (day.replace(day=1) + timedelta(days=31)).replace(day=1)
        # Day 31 is the last day of a shorter month.
        return first.replace(day=min(cycle.offset, monthrange(first.year, first.month)[1]))
    return day + timedelta(days=cycle.offset)


def _carried(day: date, calendar: Calendar) -> date:
    return day if calendar.settles(day) else calendar.next_settling(day)


def _by_duration(
    rule: Rule, local: datetime, day: date, calendar: Calendar | None
) -> tuple[date, time]:
    """Return the day and time by which a duration that begins on that day has passed.

    It counts from the transaction, or from the opening where that is later. If it would end on a
    closed day, it counts from the opening of the next open one.
    """
    begins = max(local, datetime.combine(day, rule.opens or time(), SHANGHAI))
    ends = _up_to_the_minute(begins + (rule.within or timedelta()))
    if calendar and ends.date() > day and not calendar.settles(ends.date()):
        reopens = datetime.combine(calendar.next_settling(day), rule.opens or time(), SHANGHAI)
        ends = reopens + (rule.within or timedelta())
    return ends.date(), ends.time()


def _up_to_the_minute(moment: datetime) -> datetime:
    """Round up: a time of day is said to the minute, and never too early."""
    whole = moment.replace(second=0, microsecond=0)
    return whole if whole == moment else whole + ONE_MINUTE


def _workdays_after(day: date, offset: int, calendar: Calendar) -> date:
    """Return the workday `offset` workdays later; T+0 is the day itself or the next workday."""
    if offset == 0:
        return _carried(day, calendar)
    for _each in range(offset):
        day = calendar.next_settling(day)
    return day
