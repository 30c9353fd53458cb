"""Every component's daily states, read with a fixed number of queries."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
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
from statuspage.lib.render_cache import once
from statuspage.statements.models import Statement
from statuspage.statements.services import WITHDRAWAL
from statuspage.statements.times import from_iso, iso, midnight

DAYS_SHOWN: Final = 90
OPENING: Final = "incident.opened"
BACKFILLED: Final = "incident.backfilled"

Result = TypeVar("Result")
StatusRow = tuple[int, ComponentStatus, datetime, int]
# A component with its days, in order; components with the same record share one list.
Record = tuple[Component, list[DayRecord]]


@once
def records(first: date, last: date, now: datetime) -> list[Record]:
    """Return the days of every component whose history is shown; a fixed number of queries."""
    ends = min(now, midnight(last + timedelta(days=1)))
    changes = _changes(midnight(first), ends)
    told_later = _told_later(midnight(first), ends)
    begins = known_since()
    zone = timezone.get_current_timezone()
    period = midnight(first), midnight(last + timedelta(days=1))
    alike: dict[tuple[Span, ...], list[DayRecord]] = {}
    found = []
    for component in shown_components():
        spans = history(changes.get(component.pk, ()), begins[component.pk], ends)
        spans = worsened(spans, told_later.get(component.public_id, ()))
        known = within(spans, *period)
        if known not in alike:
            alike[known] = days(known, first, last, zone)
        found.append((component, alike[known]))
    return found


def of_each(
    found: Iterable[Record], function: Callable[[list[DayRecord]], Result]
) -> Iterator[tuple[Component, Result]]:
    """Yield each component with the function's result for its days.

    Computed once for components that share their days, as most do.
    """
    results: dict[int, Result] = {}
    for component, known in found:
        if id(known) not in results:
            results[id(known)] = function(known)
        yield component, results[id(known)]


def shown_components() -> list[Component]:
    """Return the components whose history is public, in order."""
    return [one for one in visible_components() if one.showcase]


def ninety_days(now: datetime) -> list[Record]:
    """Return the last ninety days, today included."""
    today = timezone.localdate(now)
    return records(today - timedelta(days=DAYS_SHOWN - 1), today, now)


def _changes(begin: datetime, end: datetime) -> Mapping[int, list[Change]]:
    """Return by component, in order, the last change before `begin` and all until `end`."""
    fields = ("component_id", "status", "since", "statement_number")
    before = (
        StatusChange.objects.filter(since__lt=begin)
        .order_by("component_id", "-since", "-pk")
        .distinct("component_id")
    )
    during = StatusChange.objects.filter(since__gte=begin, since__lte=end).order_by("since", "pk")
    rows: list[StatusRow] = [*before.values_list(*fields), *during.values_list(*fields)]
    opened = Statement.objects.filter(number__in={row[3] for row in rows}, kind=OPENING)
    began = opened.values_list("number", "document__content__started_at")
    return _dated(rows, {number: from_iso(started) for number, started in began if started})


def _told_later(begin: datetime, end: datetime) -> Mapping[str, list[Span]]:
    """Return outages entered afterwards and not withdrawn, by the component's public id."""
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


def _dated(rows: Iterable[StatusRow], began: Mapping[int, datetime]) -> Mapping[int, list[Change]]:
    """Date each outage from when it began, not from when it was announced."""
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
    """Return by component the moment from which no report means no outage."""
    first = dict(
        StatusChange.objects.order_by()
        .values_list("component_id")
        .annotate(first=Min("since"))
        .values_list("component_id", "first")
    )
    return {
        one.pk: midnight(one.start_date)
        if one.start_date
        else min(one.created_at, first.get(one.pk, one.created_at))
        for one in shown_components()
    }
