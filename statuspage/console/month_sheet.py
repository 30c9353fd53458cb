"""Maintenance as a month of weeks, for the page to draw: what is announced, and what is to come."""

from calendar import Calendar as Weeks
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from django.utils import timezone

from statuspage.incidents.models import Maintenance
from statuspage.incidents.services.recurrences import Due, foreseen

FIRST_YEAR: Final = 2004
LAST_YEAR: Final = 2099


@dataclass(frozen=True)
class Cell:
    """One date with what is going on."""

    date: date
    announced: Sequence[Maintenance]
    foreseen: Sequence[Due]
    inside: bool

    @property
    def busy(self) -> bool:
        """Whether there is anything to tell."""
        return bool(self.announced or self.foreseen)


@dataclass(frozen=True)
class Sheet:
    """A month; `previous` and `next` are first days, or None at the calendar's ends."""

    first: date
    weeks: Sequence[Sequence[Cell]]

    @property
    def days(self) -> list[Cell]:
        """The busy days of the month itself, for small screens."""
        return [one for week in self.weeks for one in week if one.inside and one.busy]

    @property
    def previous(self) -> date | None:
        """The month before."""
        before = (self.first - timedelta(days=1)).replace(day=1)
        return before if before.year >= FIRST_YEAR else None

    @property
    def next(self) -> date | None:
        """The month after."""
        after = (self.first + timedelta(days=32)).replace(day=1)
        return after if after.year <= LAST_YEAR else None


def month_named(value: str) -> date:
    """The first day of the month written as 2026-03; of this one for anything else."""
    try:
        found = date.fromisoformat(f"{value}-01") if len(value) == len("2026-03") else None
    except ValueError:
        found = None
    if found is None or not FIRST_YEAR <= found.year <= LAST_YEAR:
        return timezone.localdate().replace(day=1)
    return found


def sheet_of(first: date) -> Sheet:
    """The sheet of the month that begins with that day."""
    dates = Weeks().monthdatescalendar(first.year, first.month)
    begin, end = _midnight(dates[0][0]), _midnight(dates[-1][-1] + timedelta(days=1))
    announced = list(
        Maintenance.objects.filter(scheduled_for__lt=end, scheduled_until__gt=begin).order_by(
            "scheduled_for"
        )
    )
    coming = foreseen(max(begin, timezone.now()), end)
    weeks = [[_cell(day, first, announced, coming) for day in week] for week in dates]
    return Sheet(first, weeks)


def _cell(day: date, first: date, announced: list[Maintenance], coming: list[Due]) -> Cell:
    begin, end = _midnight(day), _midnight(day + timedelta(days=1))
    return Cell(
        day,
        [one for one in announced if one.scheduled_for < end and one.scheduled_until > begin],
        [one for one in coming if one.start < end and one.end > begin],
        inside=day.month == first.month,
    )


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
