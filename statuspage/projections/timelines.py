"""Compare with all statements of a subject what its row takes from no single one of them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from statuspage.incidents.folding import (
    IncidentState,
    MaintenanceState,
    incident_state,
    maintenance_state,
)
from statuspage.incidents.holding import OPERATIONAL
from statuspage.incidents.models import Incident, Maintenance
from statuspage.incidents.said import said_about
from statuspage.projections.difference import Difference
from statuspage.statements.standing import Said
from statuspage.statements.times import iso

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "incident": ("monitoring_at", "resolved_at", "in_error"),
    "maintenance": ("started_at", "completed_at", "cancelled_at", "by_hand"),
}
STATES: Final[Mapping[str, Callable[[Sequence[Said]], Any]]] = {
    "incident": incident_state,
    "maintenance": maintenance_state,
}
CHUNK: Final = 250


def compared_with_timelines() -> Iterator[Difference]:
    """Yield what differs, the components that an incident or maintenance holds included."""
    for kind, rows, shown, given in (
        ("incident", Incident.objects.prefetch_related("affected__component"), _shown, _given),
        ("maintenance", Maintenance.objects.prefetch_related("components"), _named, _planned),
    ):
        for row, state in _folded(kind, rows):
            place = f"{kind} {row.public_id}"
            for name in COLUMNS[kind]:
                yield from _compared(f"{place} {name}", getattr(row, name), getattr(state, name))
            yield from _compared(f"{place} components", shown(row), given(state))


def _folded(kind: str, rows: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each row of which anything was said, with the state that its statements give."""
    last = 0
    while some := list(rows.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        said = said_about(kind, [one.public_id for one in some])
        yield from (
            (one, STATES[kind](said[one.public_id])) for one in some if one.public_id in said
        )
        last = some[-1].pk


def _compared(place: str, shown: Any, given: Any) -> Iterator[Difference]:
    shown, given = (iso(one) if isinstance(one, datetime) else one for one in (shown, given))
    if shown != given:
        yield Difference(place, shown, given)


def _shown(incident: Incident) -> list[tuple[str, str]]:
    """Return the components that it does not leave operational, with their states."""
    return _disturbed((one.component.public_id, one.status) for one in incident.affected.all())


def _given(state: IncidentState) -> list[tuple[str, str]]:
    return _disturbed(state.claims.items())


def _disturbed(states: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return sorted((one, str(status)) for one, status in states if status != OPERATIONAL)


def _named(maintenance: Maintenance) -> list[str]:
    return sorted(one.public_id for one in maintenance.components.all())


def _planned(state: MaintenanceState) -> list[str]:
    return sorted(state.components)
