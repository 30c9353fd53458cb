"""A year of the settlement calendar as twelve months of weeks, for the page to draw."""

from calendar import Calendar as Weeks
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from statuspage.settlement.workdays import (
    MAKE_UP_WORKDAY,
    STATUTORY_HOLIDAY,
    WEEKEND,
    Calendar,
    Day,
    days_of,
    runs,
)

# Never colour alone: the two kinds that a calendar on the wall would mark are marked in words.
MARKS: Final[Mapping[str, Any]] = {
    STATUTORY_HOLIDAY: pgettext_lazy("mark of a day", "off"),
    MAKE_UP_WORKDAY: pgettext_lazy("mark of a day", "on"),
}
SPECIAL: Final = frozenset(MARKS)


@dataclass(frozen=True)
class Cell:
    """One date of the sheet."""

    date: date
    day: Day

    @property
    def mark(self) -> Any:
        """休 or 班; nothing on days that are what their weekday says."""
        return MARKS.get(self.day.kind, "")

    @property
    def tone(self) -> str:
        """How the cell is coloured."""
        return self.day.kind.replace("_", "-") if self.day.kind in SPECIAL | {WEEKEND} else ""

    @property
    def rests_all_the_same(self) -> bool:
        """A make-up day on which this profile does not settle."""
        return self.day.kind == MAKE_UP_WORKDAY and not self.day.settles


@dataclass(frozen=True)
class Month:
    """A month by its first day; days of the neighbours are None."""

    first: date
    weeks: Sequence[Sequence[Cell | None]]


@dataclass(frozen=True)
class Run:
    """Days of one kind in a row, by their common name."""

    first: date
    last: date
    day: Day

    @property
    def length(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1


def months(calendar: Calendar, year: int) -> list[Month]:
    """The twelve months, weeks beginning on Monday.

    Raises:
        NotYetPublished: the year is not loaded.
    """
    return [
        Month(
            date(year, month, 1),
            [
                [Cell(day, calendar.day(day)) if day.month == month else None for day in week]
                for week in Weeks().monthdatescalendar(year, month)
            ],
        )
        for month in range(1, 13)
    ]


def special_runs(calendar: Calendar, year: int) -> list[Run]:
    """Holidays and make-up days of a year, those in a row together.

    Raises:
        NotYetPublished: the year is not loaded.
    """
    special = [(day, calendar.day(day)) for day in days_of(year)]
    found = runs((day, what) for day, what in special if what.kind in SPECIAL)
    return [Run(run[0][0], run[-1][0], run[0][1]) for run in found]


WEEKDAYS: Final = (
    (pgettext_lazy("column of a calendar", "Mon"), _("Monday")),
    (pgettext_lazy("column of a calendar", "Tue"), _("Tuesday")),
    (pgettext_lazy("column of a calendar", "Wed"), _("Wednesday")),
    (pgettext_lazy("column of a calendar", "Thu"), _("Thursday")),
    (pgettext_lazy("column of a calendar", "Fri"), _("Friday")),
    (pgettext_lazy("column of a calendar", "Sat"), _("Saturday")),
    (pgettext_lazy("column of a calendar", "Sun"), _("Sunday")),
)
