"""The table of a holiday: for every transaction date, when each rule's money arrives."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from statuspage.settlement.cycles import SHANGHAI, Rule, reckon
from statuspage.settlement.prose import days_between
from statuspage.settlement.workdays import (
    MAKE_UP_WORKDAY,
    ONE_DAY,
    STATUTORY_HOLIDAY,
    Calendar,
    days_of,
)

# Make-up days lie within two weeks of their holiday (State Council's notices, 2018 to 2026).
MAKE_UP_WITHIN: Final = timedelta(days=16)


class Holiday(TextChoices):
    """The statutory holidays."""

    NEW_YEAR = "new_year", _("New Year's Day")
    SPRING_FESTIVAL = "spring_festival", _("Spring Festival")
    TOMB_SWEEPING = "tomb_sweeping", _("Tomb-Sweeping Day")
    LABOUR = "labour_day", _("Labour Day")
    DRAGON_BOAT = "dragon_boat", _("Dragon Boat Festival")
    MID_AUTUMN = "mid_autumn", _("Mid-Autumn Festival")
    NATIONAL = "national_day", _("National Day")


# As the calendar labels its days.
NAMES: Final[Mapping[str, str]] = {
    Holiday.NEW_YEAR: "元旦",
    Holiday.SPRING_FESTIVAL: "春节",
    Holiday.TOMB_SWEEPING: "清明节",
    Holiday.LABOUR: "劳动节",
    Holiday.DRAGON_BOAT: "端午节",
    Holiday.MID_AUTUMN: "中秋节",
    Holiday.NATIONAL: "国庆节",
}


class NoSuchHoliday(Exception):
    """The calendar of that year has no day of that name."""


@dataclass(frozen=True)
class Stay:
    """A holiday in the calendar: its days of rest, and the weekend days worked in exchange."""

    first: date
    last: date
    make_up_days: Sequence[date]


@dataclass(frozen=True)
class Column:
    """Merchants whose money arrives on the same dates: their rules and who they are.

    `rule_on` gives the rule that holds on a transaction date; `merchants` are (category, product).
    """

    rule_on: Callable[[date], Rule]
    profile: str
    calendar: Calendar
    merchants: Sequence[tuple[str, str]]

    def arrival(self, day: date) -> date:
        """When a transaction at the beginning of that day arrives.

        Raises:
            NotYetPublished: that depends on a year that is not loaded.
        """
        return self.reckoner(day)(self.calendar)

    def reckoner(self, day: date) -> Callable[[Calendar], date]:
        """The same by any calendar."""
        begins = datetime.combine(day, time(), SHANGHAI)
        return lambda calendar: reckon(self.rule_on(day), begins, calendar).arrival


def stay_of(holiday: str, year: int, calendar: Calendar) -> Stay:
    """Where a holiday lies; days of rest that adjoin it, under whatever name, belong to it.

    Raises:
        NoSuchHoliday: the year has none of that name.
        NotYetPublished: the year, or one that it runs into, is not loaded.
    """
    name = NAMES[holiday]
    labelled = (day for day in days_of(year) if _rests(calendar, day, name))
    anchor = next(labelled, None)
    if anchor is None:
        raise NoSuchHoliday
    first = last = anchor
    while _rests(calendar, first - ONE_DAY):
        first -= ONE_DAY
    while _rests(calendar, last + ONE_DAY):
        last += ONE_DAY
    names = {name} | {part for day in days_between(first, last) for part in _names(calendar, day)}
    near = days_between(first - MAKE_UP_WITHIN, last + MAKE_UP_WITHIN)
    worked = [day for day in near if _makes_up(calendar, day, names)]
    return Stay(first, last, worked)


def span_of(stay: Stay, calendar: Calendar) -> tuple[date, date]:
    """The transaction dates that a notice must cover.

    They begin with the last settlement workday before anything is unusual (the Friday that real
    notices forget), and end with the last day before everything is as always.

    Raises:
        NotYetPublished: that runs into a year that is not loaded.
    """
    first = min([stay.first, *stay.make_up_days]) - ONE_DAY
    while not calendar.settles(first):
        first -= ONE_DAY
    last = max([stay.last, *stay.make_up_days])
    return first, calendar.next_settling(last) - ONE_DAY


def _rests(calendar: Calendar, day: date, name: str = "") -> bool:
    return calendar.day(day).kind == STATUTORY_HOLIDAY and (
        not name or name in _names(calendar, day)
    )


def _makes_up(calendar: Calendar, day: date, names: set[str]) -> bool:
    """Whether that weekend day is worked for one of these holidays, or for one unnamed."""
    if day.year not in calendar.years or calendar.day(day).kind != MAKE_UP_WORKDAY:
        return False
    label = calendar.day(day).label.get("zh-hans", "")
    return not any(one in label for one in NAMES.values()) or any(one in label for one in names)


def _names(calendar: Calendar, day: date) -> list[str]:
    return calendar.day(day).label.get("zh-hans", "").split("、")
