"""Holiday names, the State Council notices behind them, and the library `chinesecalendar`."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Final, NamedTuple

import chinese_calendar
from chinese_calendar.constants import Holiday

from statuspage.calendar.workdays import (
    MAKE_UP_WORKDAY,
    SATURDAY,
    STATUTORY_HOLIDAY,
    Day,
    days_of,
    unknown,
)
from statuspage.statements.texts import CHINESE, ENGLISH, Text

HOLIDAYS: Final = {
    "元旦": "New Year's Day",
    "春节": "Spring Festival",
    "清明节": "Tomb-Sweeping Day",
    "劳动节": "Labour Day",
    "端午节": "Dragon Boat Festival",
    "中秋节": "Mid-Autumn Festival",
    "国庆节": "National Day",
}
# The library shortens three of the names.
FULL_NAMES: Final[Mapping[str, str]] = {"清明": "清明节", "端午": "端午节", "中秋": "中秋节"}


class Document(NamedTuple):
    """The number of a State Council notice, and the day on which it was published."""

    number: str
    published: date


# By the year that they arrange (国务院办公厅, gov.cn).
DOCUMENTS: Final[Mapping[int, Document]] = {
    2018: Document("国办发明电〔2017〕12号", date(2017, 11, 30)),
    2019: Document("国办发明电〔2018〕15号", date(2018, 12, 6)),
    2020: Document("国办发明电〔2019〕16号", date(2019, 11, 21)),
    2021: Document("国办发明电〔2020〕27号", date(2020, 11, 25)),
    2022: Document("国办发明电〔2021〕11号", date(2021, 10, 25)),
    2023: Document("国办发明电〔2022〕16号", date(2022, 12, 8)),
    2024: Document("国办发明电〔2023〕7号", date(2023, 10, 25)),
    2025: Document("国办发明电〔2024〕12号", date(2024, 11, 12)),
    2026: Document("国办发明电〔2025〕7号", date(2025, 11, 4)),
}


def holiday_label(names: Sequence[str]) -> Text:
    """Return the label of a holiday by its Chinese names; unknown names stay Chinese."""
    return {CHINESE: "、".join(names), ENGLISH: ", ".join(HOLIDAYS.get(one, one) for one in names)}


def make_up_label(names: Sequence[str]) -> Text:
    """Return the label of a weekend day worked in exchange for these holidays."""
    label = holiday_label(names)
    return {CHINESE: f"{label[CHINESE]}调休上班", ENGLISH: f"Make-up workday for {label[ENGLISH]}"}


# The library goes through all its years for each day that it is asked about.
@cache
def library_days(year: int) -> Mapping[date, Day]:
    """Return the days of a year that differ from their weekday's usual kind.

    Raises:
        NotYetPublished: the library does not know the year yet.
        NotInCalendar: the year is before the library's first one.
    """
    try:
        known = {day: _day(day) for day in days_of(year)}
    except NotImplementedError as error:
        raise unknown(year, {day.year for day in chinese_calendar.holidays}) from error
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
