"""The calendar as the library `chinesecalendar` knows it."""

from collections.abc import Mapping
from datetime import date
from typing import Final

import chinese_calendar
from chinese_calendar.constants import Holiday

from statuspage.settlement.calendar.labels import holiday_label, make_up_label
from statuspage.settlement.workdays import (
    MAKE_UP_WORKDAY,
    SATURDAY,
    STATUTORY_HOLIDAY,
    Day,
    NotYetPublished,
    days_of,
)

# The library shortens three of the names.
FULL_NAMES: Final[Mapping[str, str]] = {"清明": "清明节", "端午": "端午节", "中秋": "中秋节"}


def library_days(year: int) -> dict[date, Day]:
    """The days of a year that are not what their weekday says.

    Raises:
        NotYetPublished: the library does not know the year.
    """
    try:
        known = {day: _day(day) for day in days_of(year)}
    except NotImplementedError as error:
        raise NotYetPublished(year) from error
    return {day: what for day, what in known.items() if what}


def _day(day: date) -> Day | None:
    rests, holiday = chinese_calendar.get_holiday_detail(day)
    if holiday is None:
        return None
    chinese = Holiday(holiday).chinese
    names = [FULL_NAMES.get(chinese, chinese)]
    if rests:
        return Day(settles=False, kind=STATUTORY_HOLIDAY, label=holiday_label(names))
    if day.weekday() < SATURDAY:
        return None
    return Day(settles=True, kind=MAKE_UP_WORKDAY, label=make_up_label(names))
