"""A column of a holiday's table in as few rows as say the same; pure, without queries."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Final

from statuspage.settlement.holiday.table import Column, Schedule, usual_delay

# More rows than a reader takes in at a glance: then ordinary dates are said together.
MOST_ROWS: Final = 5


@dataclass(frozen=True)
class Row:
    """Transactions from the first to the last date arrive on one day."""

    first: date
    last: date
    arrival: date

    @property
    def single(self) -> bool:
        """True for the transactions of one date."""
        return self.first == self.last

    @property
    def delay(self) -> int:
        """The days from the last date to the arrival."""
        return (self.arrival - self.last).days


@dataclass(frozen=True)
class MergedRows:
    """A column's rows; the dates that they leave out take `others` days, None where they do not."""

    rows: tuple[Row, ...]
    others: int | None = None


def merged(column: Column) -> MergedRows:
    """Return the rows of a column: consecutive dates that arrive on one day are one row.

    Where that leaves more than a few, the ordinary dates among them are said together.
    """
    rows = _runs(column.arrivals)
    if len(rows) <= MOST_ROWS:
        return MergedRows(tuple(rows))
    usual = _usual(column, rows)
    kept = tuple(row for row in rows if not (row.single and row.delay == usual))
    return MergedRows(kept, usual if len(kept) < len(rows) else None)


def differing(column: Column, other: Column) -> tuple[Row, ...]:
    """Return the rows of a column that have dates on which the other column says another day."""
    apart = {
        day
        for (day, arrival), (_day, theirs) in zip(column.arrivals, other.arrivals, strict=True)
        if arrival != theirs
    }
    rows = _runs(column.arrivals)
    return tuple(row for row in rows if any(row.first <= day <= row.last for day in apart))


def holiday_row(column: Column, schedule: Schedule) -> Row | None:
    """Return the row of the holiday's own transactions; None where they arrive on several days."""
    found = column.within(schedule.first, schedule.last)
    rows = (row for row in _runs(column.arrivals) if {row.arrival} == found)
    return next(rows, None)


def _runs(arrivals: Iterable[tuple[date, date]]) -> list[Row]:
    found = []
    for arrival, run in groupby(arrivals, key=lambda pair: pair[1]):
        days = [day for day, _arrival in run]
        found.append(Row(days[0], days[-1], arrival))
    return found


def _usual(column: Column, rows: Sequence[Row]) -> int | None:
    """Return what most of the single dates take, which is what the cycle says."""
    delays = Counter(row.delay for row in rows if row.single)
    usual = usual_delay(column.cycle)
    if usual in delays:
        return usual
    return max(delays, key=lambda delay: delays[delay]) if delays else None
