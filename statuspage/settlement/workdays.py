"""On which days money moves: a calendar in memory, without a table."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

WEEKDAY: Final = "workday"
WEEKEND: Final = "weekend"
STATUTORY_HOLIDAY: Final = "statutory_holiday"
MAKE_UP_WORKDAY: Final = "make_up_workday"

SATURDAY: Final = 5
ONE_DAY: Final = timedelta(days=1)


class NotYetPublished(Exception):
    """The calendar of that year is not loaded: there is no date, and none may be guessed."""

    def __init__(self, year: int) -> None:
        super().__init__(f"The calendar of {year} is not yet published by the State Council.")
        self.year = year


@dataclass(frozen=True)
class Day:
    """What one date is; `label` names it in the operator's languages, empty for a workday."""

    settles: bool
    kind: str
    label: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Calendar:
    """The loaded years, and their days that are not what their weekday says."""

    years: frozenset[int]
    days: Mapping[date, Day]

    def day(self, day: date) -> Day:
        """What this date is.

        Raises:
            NotYetPublished: its year is not loaded.
        """
        if day.year not in self.years:
            raise NotYetPublished(day.year)
        return self.days.get(day) or ordinary(day)

    def settles(self, day: date) -> bool:
        """True on a settlement workday.

        Raises:
            NotYetPublished: its year is not loaded.
        """
        return self.day(day).settles

    def next_settling(self, day: date) -> date:
        """The first settlement workday strictly after this date.

        Raises:
            NotYetPublished: the search runs into a year that is not loaded.
        """
        following = _after(day)
        while not self.settles(following):
            following = _after(following)
        return following


def ordinary(day: date) -> Day:
    """What a date is by its weekday alone."""
    return WEEKEND_DAY if day.weekday() >= SATURDAY else WORKDAY


def days_of(year: int) -> Iterator[date]:
    """Every date of a year, in order."""
    first = date(year, 1, 1)
    length = date(year, 12, 31).timetuple().tm_yday
    return (first + timedelta(days=offset) for offset in range(length))


def runs(
    days: Iterable[tuple[date, Day]], *, of_one_kind: bool = True
) -> Iterator[list[tuple[date, Day]]]:
    """Days in order, cut wherever a date is left out or, by default, the kind of day changes."""
    run: list[tuple[date, Day]] = []
    for day, what in days:
        if run:
            earlier, before = run[-1]
            if day - earlier != ONE_DAY or (of_one_kind and what.kind != before.kind):
                yield run
                run = []
        run.append((day, what))
    if run:
        yield run


def _after(day: date) -> date:
    if day == date.max:
        raise NotYetPublished(day.year + 1)
    return day + ONE_DAY


WORKDAY: Final = Day(settles=True, kind=WEEKDAY)
WEEKEND_DAY: Final = Day(settles=False, kind=WEEKEND, label={"zh-hans": "周末", "en": "Weekend"})
