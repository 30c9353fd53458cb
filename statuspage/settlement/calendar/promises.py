"""Dates that were promised in public, so that a change of the calendar can list those it moves."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from statuspage.settlement.workdays import Calendar, NotYetPublished


@dataclass(frozen=True)
class Promise:
    """An arrival date that a statement gave; `reckon` gives the date by another calendar."""

    statement: int
    profile: str
    transaction: date
    arrival: date
    reckon: Callable[[Calendar], date]


@dataclass(frozen=True)
class MovedPromise:
    """A promised date that no longer holds; `new` is None where none can be given yet.

    `old` is the date that held until now: a promise may be moved more than once.
    """

    statement: int
    transaction: date
    old: date
    new: date | None


Source = Callable[[], Iterable[Promise]]
_SOURCES: Final[list[Source]] = []


def promise_source(source: Source) -> Source:
    """Register what finds promises; called once by the module that knows them."""
    _SOURCES.append(source)
    return source


def promises() -> Iterator[Promise]:
    """Every promised date, over all sources."""
    return (promise for source in _SOURCES for promise in source())


def carried_over(arrival: date) -> Callable[[Calendar], date]:
    """How a bare date is reckoned again: the next settlement workday where it is none."""

    def reckon(calendar: Calendar) -> date:
        return arrival if calendar.settles(arrival) else calendar.next_settling(arrival)

    return reckon


def moved(profile: str, before: Calendar, after: Calendar) -> list[MovedPromise]:
    """The promises of a profile that come to another date by the calendar `after`."""
    return [
        MovedPromise(one.statement, one.transaction, old or one.arrival, new)
        for one in promises()
        if one.profile == profile and (new := _reckon(one, after)) != (old := _reckon(one, before))
    ]


def _reckon(promise: Promise, calendar: Calendar) -> date | None:
    try:
        return promise.reckon(calendar)
    except NotYetPublished:
        return None
