"""A column of a holiday's table in as few rows as say the same; pure, without queries."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from statuspage.settlement.holiday.table import Column, Schedule, usual_delay

# More rows than a reader takes in at a glance: then ordinary dates are said together.
MOST_ROWS: Final = 5
ONE_DAY: Final = timedelta(days=1)


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
    """Return the rows of the dates on which the other column says another day, and of no more."""
    pairs = zip(column.arrivals, other.arrivals, strict=True)
    return tuple(_runs(own for own, theirs in pairs if own != theirs))


def holiday_row(column: Column, schedule: Schedule) -> Row | None:
    """Return the row of the holiday's own transactions; None where they arrive on several days."""
    found = column.within(schedule.first, schedule.last)
    rows = (row for row in _runs(column.arrivals) if {row.arrival} == found)
    return next(rows, None)


def _runs(arrivals: Iterable[tuple[date, date]]) -> list[Row]:
    """Return a row for each run of consecutive dates with one arrival."""
    found: list[Row] = []
    for day, arrival in arrivals:
        last = found[-1] if found else None
        if last and last.arrival == arrival and day - last.last == ONE_DAY:
            found[-1] = replace(last, last=day)
        else:
            found.append(Row(day, day, arrival))
    return found


def _usual(column: Column, rows: Sequence[Row]) -> int | None:
    """Return what most of the single dates take, which is what the cycle says."""
    delays = Counter(row.delay for row in rows if row.single)
    usual = usual_delay(column.cycle)
    if usual in delays:
        return usual
    return max(delays, key=lambda delay: delays[delay]) if delays else None
