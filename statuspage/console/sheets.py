"""Calendar sheets for templates: maintenance by month, the settlement calendar by year."""

from calendar import Calendar as Weeks
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from statuspage.calendar.workdays import (
    MAKE_UP_WORKDAY,
    STATUTORY_HOLIDAY,
    WEEKEND,
    Calendar,
    Day,
    days_of,
    runs,
)
from statuspage.incidents.models import Maintenance
from statuspage.incidents.selectors import scheduled_maintenances
from statuspage.incidents.services.maintenances import DueOccurrence
from statuspage.incidents.services.recurrences import foreseen, next_foreseen
from statuspage.statements.times import midnight

FIRST_YEAR: Final = 2004
LAST_YEAR: Final = 2099


@dataclass(frozen=True)
class MaintenanceDay:
    """One date with its maintenance."""

    date: date
    announced: Sequence[Maintenance]
    foreseen: Sequence[DueOccurrence]
    inside: bool

    @property
    def busy(self) -> bool:
        """Whether the date has maintenance, announced or planned by a rule."""
        return bool(self.announced or self.foreseen)


@dataclass(frozen=True)
class MonthSheet:
    """A month; `previous` and `next` are first days, or None at the calendar's ends."""

    first: date
    weeks: Sequence[Sequence[MaintenanceDay]]

    @property
    def days(self) -> list[MaintenanceDay]:
        """The days of this month with maintenance, for small screens."""
        return [one for week in self.weeks for one in week if one.inside and one.busy]

    @property
    def previous(self) -> date | None:
        """The first day of the month before, or None."""
        before = (self.first - timedelta(days=1)).replace(day=1)
        return before if before.year >= FIRST_YEAR else None

    @property
    def next(self) -> date | None:
        """The first day of the month after, or None."""
        after = (self.first + timedelta(days=32)).replace(day=1)
        return after if after.year <= LAST_YEAR else None


def month_named(value: str) -> date:
    """Return the first day of a month such as 2026-03, or of this month for anything else."""
    try:
        found = date.fromisoformat(f"{value}-01") if len(value) == len("2026-03") else None
    except ValueError:
        found = None
    if found is None or not FIRST_YEAR <= found.year <= LAST_YEAR:
        return timezone.localdate().replace(day=1)
    return found


def sheet_of(first: date) -> MonthSheet:
    """Return the sheet of the month that begins on that day."""
    dates = Weeks().monthdatescalendar(first.year, first.month)
    begin, end = midnight(dates[0][0]), midnight(dates[-1][-1] + timedelta(days=1))
    announced = list(
        Maintenance.objects.filter(scheduled_for__lt=end, scheduled_until__gt=begin).order_by(
            "scheduled_for"
        )
    )
    coming = foreseen(max(begin, timezone.now()), end)
    weeks = [[_cell(day, first, announced, coming) for day in week] for week in dates]
    return MonthSheet(first, weeks)


@dataclass(frozen=True)
class NextPlanned:
    """The next maintenance: announced (`maintenance`), or only foreseen by a series."""

    start: datetime
    name: Mapping[str, str]
    maintenance: Maintenance | None

    @property
    def month(self) -> str:
        """The month in which it is shown, as 2026-03."""
        return f"{timezone.localtime(self.start):%Y-%m}"


def next_planned() -> NextPlanned | None:
    """Return the next maintenance that has not started, in whichever month; or None."""
    now = timezone.now()
    # One whose start was withdrawn may be of the past, and waits for staff.
    ahead = scheduled_maintenances().filter(scheduled_for__gt=now)
    announced, coming = ahead.order_by("scheduled_for").first(), next_foreseen(now)
    if announced and (coming is None or announced.scheduled_for <= coming.start):
        return NextPlanned(announced.scheduled_for, announced.name, announced)
    return NextPlanned(coming.start, coming.recurrence.name, None) if coming else None


def _cell(
    day: date, first: date, announced: list[Maintenance], coming: list[DueOccurrence]
) -> MaintenanceDay:
    begin, end = midnight(day), midnight(day + timedelta(days=1))
    return MaintenanceDay(
        day,
        [one for one in announced if one.scheduled_for < end and one.scheduled_until > begin],
        [one for one in coming if one.start < end and one.end > begin],
        inside=day.month == first.month,
    )


# Never colour alone: the two kinds that a printed calendar marks are marked in words.
MARKS: Final[Mapping[str, Any]] = {
    STATUTORY_HOLIDAY: pgettext_lazy("mark of a day", "off"),
    MAKE_UP_WORKDAY: pgettext_lazy("mark of a day", "on"),
}
SPECIAL: Final = frozenset(MARKS)


@dataclass(frozen=True)
class DayCell:
    """One date of the year's sheet."""

    date: date
    day: Day

    @property
    def mark(self) -> Any:
        """The mark 休 or 班; empty on days that match their weekday."""
        return MARKS.get(self.day.kind, "")

    @property
    def tone(self) -> str:
        """The style name of the cell, empty for an ordinary day."""
        return self.day.kind.replace("_", "-") if self.day.kind in SPECIAL | {WEEKEND} else ""

    @property
    def closed_on_make_up_day(self) -> bool:
        """Whether this is a make-up day on which the profile does not settle."""
        return self.day.kind == MAKE_UP_WORKDAY and not self.day.settles


@dataclass(frozen=True)
class MonthGrid:
    """The days of a month; the first one stands below its day of the week."""

    days: Sequence[DayCell]

    @property
    def first(self) -> date:
        """The first day."""
        return self.days[0].date

    @property
    def column(self) -> int:
        """Where the first day stands: 1 is Monday."""
        return self.first.isoweekday()


@dataclass(frozen=True)
class SpecialRun:
    """Consecutive days of one kind, with their common name."""

    first: date
    last: date
    day: Day

    @property
    def length(self) -> int:
        """The number of days."""
        return (self.last - self.first).days + 1


def months(calendar: Calendar, year: int) -> list[MonthGrid]:
    """Return the twelve months of a year.

    Raises:
        NotYetPublished: the year is not loaded.
    """
    months = (
        [date(year, month, day) for day in range(1, monthrange(year, month)[1] + 1)]
        for month in range(1, 13)
    )
    return [MonthGrid([DayCell(day, calendar.day(day)) for day in days]) for days in months]


def special_runs(calendar: Calendar, year: int) -> list[SpecialRun]:
    """Return the holidays and make-up days of a year, in runs of consecutive days.

    Raises:
        NotYetPublished: the year is not loaded.
    """
    special = [(day, calendar.day(day)) for day in days_of(year)]
    found = runs((day, what) for day, what in special if what.kind in SPECIAL)
    return [SpecialRun(run[0][0], run[-1][0], run[0][1]) for run in found]


WEEKDAYS: Final = (
    (pgettext_lazy("column of a calendar", "Mon"), _("Monday")),
    (pgettext_lazy("column of a calendar", "Tue"), _("Tuesday")),
    (pgettext_lazy("column of a calendar", "Wed"), _("Wednesday")),
    (pgettext_lazy("column of a calendar", "Thu"), _("Thursday")),
    (pgettext_lazy("column of a calendar", "Fri"), _("Friday")),
    (pgettext_lazy("column of a calendar", "Sat"), _("Saturday")),
    (pgettext_lazy("column of a calendar", "Sun"), _("Sunday")),
)
