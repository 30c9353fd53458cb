"""The record of every component's states, read with a fixed number of queries."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, TypeVar

from django.db.models import Exists, Min, OuterRef
from django.utils import timezone

from statuspage.components.models import Component, StatusChange
from statuspage.components.selectors import visible_components
from statuspage.components.statuses import ComponentStatus
from statuspage.components.uptime import (
    Change,
    DayRecord,
    Span,
    days,
    history,
    within,
    worsened,
)
from statuspage.once import once
from statuspage.statements.models import Statement
from statuspage.statements.services import WITHDRAWAL
from statuspage.statements.times import from_iso, iso

DAYS_SHOWN: Final = 90
OPENING: Final = "incident.opened"
BACKFILLED: Final = "incident.backfilled"

Told = TypeVar("Told")
Row = tuple[int, ComponentStatus, datetime, int]


@dataclass(frozen=True)
class Record:
    """A component's days, in order; components of which the same is known share one list."""

    component: Component
    days: list[DayRecord]


@once
def records(first: date, last: date, now: datetime) -> list[Record]:
    """The days of every visible component whose history is shown; a fixed number of queries."""
    ends = min(now, _midnight(last + timedelta(days=1)))
    changes = _changes(_midnight(first), ends)
    told_later = _told_later(_midnight(first), ends)
    begins = known_since()
    zone = timezone.get_current_timezone()
    period = _midnight(first), _midnight(last + timedelta(days=1))
    alike: dict[tuple[Span, ...], list[DayRecord]] = {}
    found = []
    for component in shown_components():
        spans = history(changes.get(component.pk, ()), begins[component.pk], ends)
        spans = worsened(spans, told_later.get(component.public_id, ()))
        known = within(spans, *period)
        if known not in alike:
            alike[known] = days(known, first, last, zone)
        found.append(Record(component, alike[known]))
    return found


def of_each(
    found: Iterable[Record], tell: Callable[[list[DayRecord]], Told]
) -> Iterator[tuple[Component, Told]]:
    """What `tell` says of each component's days; said once where many have the same.

    Most have: on most days nothing happens to most services.
    """
    told: dict[int, Told] = {}
    for one in found:
        if id(one.days) not in told:
            told[id(one.days)] = tell(one.days)
        yield one.component, told[id(one.days)]


def shown_components() -> list[Component]:
    """Those whose history the public may see, in order."""
    return [one for one in visible_components() if one.showcase]


def ninety_days(now: datetime) -> list[Record]:
    """The last ninety days, today included."""
    today = timezone.localdate(now)
    return records(today - timedelta(days=DAYS_SHOWN - 1), today, now)


def _changes(begin: datetime, end: datetime) -> Mapping[int, list[Change]]:
    """By component, in order: the last change before `begin`, and all until `end`."""
    fields = ("component_id", "status", "since", "statement_number")
    before = (
        StatusChange.objects.filter(since__lt=begin)
        .order_by("component_id", "-since", "-pk")
        .distinct("component_id")
    )
    during = StatusChange.objects.filter(since__gte=begin, since__lte=end).order_by("since", "pk")
    rows: list[Row] = [*before.values_list(*fields), *during.values_list(*fields)]
    return _dated(rows, _beginnings(row[3] for row in rows))


def _told_later(begin: datetime, end: datetime) -> Mapping[str, list[Span]]:
    """Outages that were entered afterwards and stand, by the component's public id."""
    statements = Statement.objects.filter(
        kind=BACKFILLED,
        document__content__started_at__lt=iso(end),
        document__content__resolved_at__gt=iso(begin),
    )
    withdrawn = Statement.objects.filter(kind=WITHDRAWAL, corrects=OuterRef("pk"))
    found: dict[str, list[Span]] = {}
    for statement in statements.filter(~Exists(withdrawn)):
        content = statement.content
        times = from_iso(content["started_at"]), from_iso(content["resolved_at"])
        for one in content["components"]:
            span = Span(ComponentStatus(one["old_status"]), *times)
            found.setdefault(one["id"], []).append(span)
    return found


def _beginnings(numbers: Iterable[int]) -> Mapping[int, datetime]:
    """When incidents began, by the number of the statement that first told of them."""
    opened = Statement.objects.filter(number__in={*numbers}, kind=OPENING)
    found = opened.values_list("number", "document__content__started_at")
    return {number: from_iso(started) for number, started in found if started}


def _dated(rows: Iterable[Row], began: Mapping[int, datetime]) -> Mapping[int, list[Change]]:
    """An outage counts from when it began, not from when we first said so."""
    changes: dict[int, list[Change]] = {}
    for component, status, since, number in rows:
        found = changes.setdefault(component, [])
        moment = min(since, began.get(number, since))
        if found:
            moment = max(moment, found[-1][0])
        found.append((moment, ComponentStatus(status)))
    return changes


@once
def known_since() -> Mapping[int, datetime]:
    """From when on silence means that all was well: in service, or first entered or spoken of."""
    first = dict(
        StatusChange.objects.order_by()
        .values_list("component_id")
        .annotate(first=Min("since"))
        .values_list("component_id", "first")
    )
    return {
        one.pk: _midnight(one.start_date)
        if one.start_date
        else min(one.created_at, first.get(one.pk, one.created_at))
        for one in shown_components()
    }


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, timezone.get_current_timezone())
