"""Counting working days, by the calendar and not from Monday to Friday."""

from datetime import date, timedelta

from statuspage.settlement.calendar.selectors import calendar_of
from statuspage.settlement.rules.services import DOMESTIC
from statuspage.settlement.workdays import Calendar, NotYetPublished, ordinary

# Beyond this nobody needs to know how many there are.
FAR_AHEAD = timedelta(days=60)


def working_days_between(announced: date, starts: date) -> int:
    """The working days after the first date and before the second.

    Where a year is not loaded its weekdays count: this guards a duty, and promises no date.
    """
    calendar = calendar_of(DOMESTIC)
    last = min(starts, announced + FAR_AHEAD)
    between = (announced + timedelta(days=n) for n in range(1, (last - announced).days))
    return sum(_works(calendar, day) for day in between)


def working_day_after(day: date, count: int) -> date | None:
    """The `count`-th working day after a date; None where the calendar is not loaded so far."""
    calendar = calendar_of(DOMESTIC)
    try:
        for _each in range(count):
            day = calendar.next_settling(day)
    except NotYetPublished:
        return None
    return day


def _works(calendar: Calendar, day: date) -> bool:
    known = calendar.day(day) if day.year in calendar.years else ordinary(day)
    return known.settles
