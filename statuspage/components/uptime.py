"""How long a component was in each state, by day: pure functions, no query and no clock."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from typing import Final

from statuspage.components.statuses import SEVERITY, ComponentStatus, worst

# The percentage of the time in a state that counts as lost. Other states count as available: a
# slow service still works, and planned work was announced. Both are shown nevertheless.
WEIGHTS: Final[Mapping[ComponentStatus, int]] = {
    ComponentStatus.MAJOR_OUTAGE: 100,
    ComponentStatus.PARTIAL_OUTAGE: 30,
}
DISRUPTED: Final = frozenset(
    {
        ComponentStatus.DEGRADED_PERFORMANCE,
        ComponentStatus.PARTIAL_OUTAGE,
        ComponentStatus.MAJOR_OUTAGE,
    }
)
MOMENT: Final = timedelta(seconds=1)

Change = tuple[datetime, ComponentStatus]


@dataclass(frozen=True)
class Span:
    """A state with its beginning and its end."""

    status: ComponentStatus
    begin: datetime
    end: datetime


@dataclass(frozen=True)
class DayRecord:
    """One day with the seconds in each state; empty where nothing is known about the day."""

    day: date
    seconds: Mapping[ComponentStatus, int]

    @cached_property
    def status(self) -> ComponentStatus | None:
        """The worst state of the day, or None without a record."""
        return max(self.seconds, key=SEVERITY.__getitem__, default=None)

    @property
    def disrupted(self) -> Mapping[ComponentStatus, int]:
        """The seconds in each state worse than maintenance, the worst first."""
        return {
            status: self.seconds[status]
            for status in reversed(ComponentStatus)
            if status in DISRUPTED and status in self.seconds
        }

    @property
    def maintained(self) -> int:
        """The seconds under maintenance."""
        return self.seconds.get(ComponentStatus.UNDER_MAINTENANCE, 0)


def history(changes: Iterable[Change], begin: datetime, end: datetime) -> list[Span]:
    """Return the states from `begin` to `end`, operational before the first change.

    `changes` are in order; of two with the same time, the later one holds.
    """
    if begin > end:
        return []
    status, since = ComponentStatus.OPERATIONAL, begin
    spans = []
    for moment, following in changes:
        if moment > end:
            break
        if moment > since:
            spans.append(Span(status, since, moment))
            since = moment
        status = following
    # The last state lasts at least a moment, so that a page rendered when it begins shows it.
    return [*spans, Span(status, since, max(end, since + MOMENT))]


def combined(spans: Sequence[Span]) -> list[Change]:
    """Return the changes of a component's state, in order, where each span may hold it.

    The worst of the spans at a moment counts; without any it is operational.
    """
    found: list[Change] = []
    for moment in sorted({edge for span in spans for edge in (span.begin, span.end)}):
        status = worst(span.status for span in spans if span.begin <= moment < span.end)
        if status != (found[-1][1] if found else ComponentStatus.OPERATIONAL):
            found.append((moment, status))
    return found


def within(spans: Iterable[Span], begin: datetime, end: datetime) -> tuple[Span, ...]:
    """Return the spans cut to the time from `begin` to `end`."""
    cut = (Span(one.status, max(one.begin, begin), min(one.end, end)) for one in spans)
    return tuple(one for one in cut if one.begin < one.end)


def days(spans: Iterable[Span], first: date, last: date, zone: tzinfo) -> list[DayRecord]:
    """Return one record for each day from `first` to `last`, even where no span covers it."""
    seconds: dict[date, dict[ComponentStatus, int]] = {}
    for span in spans:
        for day, lasted in _by_day(span, first, last, zone):
            found = seconds.setdefault(day, {})
            found[span.status] = found.get(span.status, 0) + lasted
    count = (last - first).days + 1
    dates = (first + timedelta(days=number) for number in range(count))
    return [DayRecord(day, seconds.get(day, {})) for day in dates]


def availability(records: Iterable[DayRecord]) -> Decimal | None:
    """Return the availability in percent, rounded down to two digits, or None without a record."""
    known = lost = 0
    for record in records:
        for status, lasted in record.seconds.items():
            known += lasted
            lost += WEIGHTS.get(status, 0) * lasted
    if not known:
        return None
    return Decimal((100 * known - lost) * 100 // known).scaleb(-2)


def runs(records: Sequence[DayRecord]) -> list[list[DayRecord]]:
    """Return the days in order, with neighbouring uneventful or unknown days grouped."""
    found: list[list[DayRecord]] = []
    for record in records:
        quiet = record.status in {None, ComponentStatus.OPERATIONAL}
        if found and quiet and found[-1][-1].status == record.status:
            found[-1].append(record)
        else:
            found.append([record])
    return found


def _by_day(span: Span, first: date, last: date, zone: tzinfo) -> Iterable[tuple[date, int]]:
    begin = max(span.begin, _midnight(first, zone))
    end = min(span.end, _midnight(last + timedelta(days=1), zone))
    if begin >= end:
        return
    day = begin.astimezone(zone).date()
    midnights = []
    while (midnight := _midnight(day + timedelta(days=1), zone)) < end:
        midnights.append(midnight)
        day += timedelta(days=1)
    for start, stop in pairwise([begin, *midnights, end]):
        if lasted := round((stop - start).total_seconds()):
            yield start.astimezone(zone).date(), lasted


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time.min, zone)
