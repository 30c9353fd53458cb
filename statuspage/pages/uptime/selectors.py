"""Every component's daily states, read with a fixed number of queries."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, TypeVar

from django.db.models import Min, Q, QuerySet
from django.utils import timezone

from statuspage.components.models import Component, StatusChange
from statuspage.components.selectors import visible_components
from statuspage.components.statuses import ComponentStatus
from statuspage.components.uptime import DayRecord, Span, combined, days, history, within
from statuspage.incidents.folding import incident_state, maintenance_state
from statuspage.incidents.holding import Held
from statuspage.incidents.models import Incident, Maintenance
from statuspage.incidents.said import said_about
from statuspage.lib.render_cache import once
from statuspage.statements.times import midnight

DAYS_SHOWN: Final = 90
# The end of what has none yet.
LASTING: Final = datetime.max.replace(tzinfo=UTC)

Result = TypeVar("Result")
# A component with its days, in order; components with the same record share one list.
Record = tuple[Component, list[DayRecord]]


@once
def records(first: date, last: date, now: datetime) -> list[Record]:
    """Return the days of every component whose history is shown; a fixed number of queries."""
    ends = min(now, midnight(last + timedelta(days=1)))
    held = _held(midnight(first), ends)
    begins = known_since()
    zone = timezone.get_current_timezone()
    period = midnight(first), midnight(last + timedelta(days=1))
    alike: dict[tuple[Span, ...], list[DayRecord]] = {}
    found = []
    for component in shown_components():
        changes = combined(held.get(component.public_id, ()))
        spans = history(changes, begins[component.pk], ends)
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


def _held(begin: datetime, end: datetime) -> Mapping[str, list[Span]]:
    """Return when something held each component, by public id: what stands of all statements."""
    found: dict[str, list[Span]] = {}
    for one in _holds(begin, end):
        span = Span(ComponentStatus(one.status), one.begin, one.end or LASTING)
        found.setdefault(one.component, []).append(span)
    return found


def _holds(begin: datetime, end: datetime) -> Iterator[Held]:
    lasts = Q(resolved_at=None) | Q(resolved_at__gte=begin)
    incidents = Incident.objects.filter(lasts, started_at__lte=end, in_error=False)
    for said in said_about("incident", _ids(incidents)).values():
        yield from incident_state(said).held
    lasts = (
        Q(completed_at=None, cancelled_at=None)
        | Q(completed_at__gte=begin)
        | Q(cancelled_at__gte=begin)
    )
    maintenances = Maintenance.objects.filter(lasts, started_at__lte=end)
    for said in said_about("maintenance", _ids(maintenances)).values():
        yield from maintenance_state(said).held


def _ids(rows: QuerySet[Any]) -> list[str]:
    return list(rows.order_by("pk").values_list("public_id", flat=True))


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
