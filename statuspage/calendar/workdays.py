"""On which days money moves: a calendar in memory, without database access."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from typing import Final

WEEKDAY: Final = "workday"
WEEKEND: Final = "weekend"
STATUTORY_HOLIDAY: Final = "statutory_holiday"
MAKE_UP_WORKDAY: Final = "make_up_workday"

SATURDAY: Final = 5
ONE_DAY: Final = timedelta(days=1)


class NotYetPublished(Exception):
    """The calendar of that year is not loaded, so no date can be given."""

    message = "The calendar of %d is not yet published by the State Council."

    def __init__(self, year: int) -> None:
        super().__init__(self.message % year)
        self.year = year


class NotInCalendar(NotYetPublished):
    """That year lies before one that is loaded: nothing is to come, we have no calendar for it.

    Whoever only needs to know that there is no date catches both.
    """

    message = "The year %d is not in the calendar."


@dataclass(frozen=True)
class Day:
    """The kind of one date; `label` names it in the operator's languages, empty for a workday."""

    settles: bool
    kind: str
    label: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Calendar:
    """The loaded years, with the days that differ from their weekday's usual kind."""

    years: frozenset[int]
    days: Mapping[date, Day]

    def day(self, day: date) -> Day:
        """Return the kind of this date.

        Raises:
            NotYetPublished: its year is not loaded.
            NotInCalendar: it is not loaded, and a later one is.
        """
        if day.year not in self.years:
            raise unknown(day.year, self.years)
        return self.days.get(day) or ordinary(day)

    def settles(self, day: date) -> bool:
        """Return True if this date is a settlement workday.

        Raises:
            NotYetPublished: its year is not loaded.
        """
        return self.day(day).settles

    def next_settling(self, day: date) -> date:
        """Return the first settlement workday strictly after this date.

        Raises:
            NotYetPublished: the search runs into a year that is not loaded.
        """
        while day < date.max:
            day += ONE_DAY
            if self.settles(day):
                return day
        raise NotYetPublished(day.year + 1)


def unknown(year: int, known: Collection[int]) -> NotYetPublished:
    """Return why there is nothing of a year: it is yet to come, or lies before the known ones."""
    return NotInCalendar(year) if year < max(known, default=year) else NotYetPublished(year)


def ordinary(day: date) -> Day:
    """Return the kind that a date has by its weekday alone."""
    return WEEKEND_DAY if day.weekday() >= SATURDAY else WORKDAY


def days_of(year: int) -> Iterator[date]:
    """Return every date of a year, in order."""
    return days_between(date(year, 1, 1), date(year, 12, 31))


def days_between(first: date, last: date) -> Iterator[date]:
    """Return every date from the first to the last, both included."""
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def runs(
    days: Iterable[tuple[date, Day]], *, of_one_kind: bool = True
) -> Iterator[list[tuple[date, Day]]]:
    """Yield the days in runs of consecutive dates, by default all of one kind."""

    def series(numbered: tuple[int, tuple[date, Day]]) -> tuple[int, str]:
        number, (day, what) = numbered
        # Within a run, the date and the index grow by one together.
        return day.toordinal() - number, what.kind if of_one_kind else ""

    for _series, found in groupby(enumerate(days), key=series):
        yield [one for _number, one in found]


WORKDAY: Final = Day(settles=True, kind=WEEKDAY)
WEEKEND_DAY: Final = Day(settles=False, kind=WEEKEND, label={"zh-hans": "周末", "en": "Weekend"})
