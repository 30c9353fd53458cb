"""What would change in the calendar: its days, and the promised dates that move with them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from statuspage.calendar.models import CalendarProfile
from statuspage.calendar.selectors import calendar_of
from statuspage.calendar.workdays import (
    MAKE_UP_WORKDAY,
    WEEKDAY,
    Calendar,
    Day,
    NotYetPublished,
    days_of,
    ordinary,
)


@dataclass(frozen=True)
class DayChange:
    """A date with its present and its proposed kind."""

    date: date
    old: Day
    new: Day


@dataclass(frozen=True)
class PromisedDate:
    """An arrival date that a statement promised; `reckon` computes it by another calendar."""

    statement: int
    profile: str
    transaction: date
    arrival: date
    reckon: Callable[[Calendar], date]


@dataclass(frozen=True)
class MovedDate:
    """A promised date that changes; `new` is None where no date can be given yet.

    `old` is the date that was valid until now: a date can move more than once.
    """

    statement: int
    transaction: date
    old: date
    new: date | None


def difference(
    profile: CalendarProfile,
    year: int,
    proposed: Mapping[date, Day],
    *,
    only_named: bool = False,
) -> list[DayChange]:
    """Return the days of a year that would change, in order; a new label alone is no change.

    `proposed` holds the days that differ from their weekday's usual kind. Every other day of the
    year becomes ordinary, unless `only_named` (a notice that rearranges one holiday). The profile
    decides whether make-up days settle.
    """
    known = calendar_of(profile.code)
    settling = {WEEKDAY} | ({MAKE_UP_WORKDAY} if profile.make_up_days_settle else set())
    changes = []
    for day in days_of(year):
        if only_named and day not in proposed:
            continue
        old = known.day(day) if year in known.years else ordinary(day)
        new = proposed.get(day) or ordinary(day)
        new = replace(new, settles=new.kind in settling)
        if (old.kind, old.settles) != (new.kind, new.settles):
            changes.append(DayChange(day, old, new))
    return changes


def carried_over(arrival: date) -> Callable[[Calendar], date]:
    """Return a function that moves the date to the next settlement workday unless it is one."""

    def reckon(calendar: Calendar) -> date:
        return arrival if calendar.settles(arrival) else calendar.next_settling(arrival)

    return reckon


def moved(
    promised: Iterable[PromisedDate], profile: str, before: Calendar, after: Calendar
) -> list[MovedDate]:
    """Return the promised dates of the profile that differ under the calendar `after`."""
    return [
        MovedDate(one.statement, one.transaction, old or one.arrival, new)
        for one in promised
        if one.profile == profile and (new := _reckon(one, after)) != (old := _reckon(one, before))
    ]


def _reckon(promised: PromisedDate, calendar: Calendar) -> date | None:
    try:
        return promised.reckon(calendar)
    except NotYetPublished:
        return None
