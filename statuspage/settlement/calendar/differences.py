"""What a proposal would change in the calendar."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from statuspage.settlement.calendar.models import CalendarProfile
from statuspage.settlement.calendar.selectors import calendar_of
from statuspage.settlement.workdays import (
    MAKE_UP_WORKDAY,
    WEEKDAY,
    Calendar,
    Day,
    days_of,
    ordinary,
)


@dataclass(frozen=True)
class Change:
    """A date, what the calendar says of it, and what is proposed."""

    date: date
    old: Day
    new: Day


def difference(
    profile: CalendarProfile,
    year: int,
    proposed: Mapping[date, Day],
    *,
    only_named: bool = False,
) -> list[Change]:
    """The days of a year that would change, in order; a label alone is no change.

    `proposed` holds the days that are not what their weekday says: every other day of the year
    becomes ordinary, unless `only_named` (a notice that rearranges one holiday).
    """
    known = calendar_of(profile.code)
    named = (day for day in sorted(proposed) if day.year == year)
    return list(_changes(profile, known, proposed, named if only_named else days_of(year)))


def in_profile(profile: CalendarProfile, day: Day) -> Day:
    """The day as the profile settles on it."""
    settling = {WEEKDAY} | ({MAKE_UP_WORKDAY} if profile.make_up_days_settle else set())
    return replace(day, settles=day.kind in settling)


def _changes(
    profile: CalendarProfile, known: Calendar, proposed: Mapping[date, Day], dates: Iterable[date]
) -> Iterable[Change]:
    for day in dates:
        old = known.day(day) if day.year in known.years else ordinary(day)
        new = in_profile(profile, proposed.get(day) or ordinary(day))
        if (old.kind, old.settles) != (new.kind, new.settles):
            yield Change(day, old, new)
