"""Open incidents that hold up payouts: services that payouts depend on, in an outage or slow."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Final

from django.db.models import Q, QuerySet
from django.utils import timezone

from statuspage.components.models import Component
from statuspage.components.statuses import ComponentStatus, worst
from statuspage.incidents.folding import STEPS, incident_state
from statuspage.incidents.lifecycle import IncidentStatus
from statuspage.incidents.models import AffectedComponent, Incident
from statuspage.incidents.said import said_about
from statuspage.lib.render_cache import once
from statuspage.statements.models import Statement
from statuspage.statements.selectors import timelines
from statuspage.statements.services import WITHDRAWAL
from statuspage.statements.standing import Said
from statuspage.statements.texts import Text

OUTAGES: Final = frozenset({ComponentStatus.PARTIAL_OUTAGE, ComponentStatus.MAJOR_OUTAGE})
HELD_UP: Final = OUTAGES | {ComponentStatus.DEGRADED_PERFORMANCE}
# The state of each service that an incident holds.
Holds = Sequence[tuple[Component, str]]


@dataclass(frozen=True)
class Stoppage:
    """An open incident with the services that it holds, of those that payouts depend on.

    `said` are its statements that stand, oldest first; there is at least one.
    """

    incident_id: str
    name: Text
    started_at: datetime
    next_update_by: datetime | None
    holds: Holds
    said: Sequence[Statement]

    @property
    def newest(self) -> Statement:
        """The statement that a reader should read first."""
        return self.said[-1]

    @property
    def first_day(self) -> date:
        """The first day whose payouts it may hold up."""
        return timezone.localdate(self.started_at)

    @cached_property
    def worsened_at(self) -> datetime:
        """When it was opened, reopened or last got worse."""
        worse = [one for one in self.said if one.content.get("worsened")]
        return (worse or self.said)[-1 if worse else 0].published_at

    @property
    def outage(self) -> bool:
        """Whether any payouts do not go out."""
        return any(status in OUTAGES for _component, status in self.holds)

    def stops(self, category: str) -> bool:
        """Return whether payouts to such merchants do not go out."""
        return self._status(category) in OUTAGES

    def slows(self, category: str) -> bool:
        """Return whether payouts to such merchants may be late."""
        return self._status(category) == ComponentStatus.DEGRADED_PERFORMANCE

    def _status(self, category: str) -> ComponentStatus:
        return worst(
            status
            for component, status in self.holds
            if not component.pays_out_to or category in component.pays_out_to
        )


@once
def stoppages() -> list[Stoppage]:
    """Return the present ones, the latest incident first."""
    rows = AffectedComponent.objects.filter(component__pays_out=True, status__in=HELD_UP)
    found: dict[Incident, list[tuple[Component, str]]] = {}
    unresolved = rows.exclude(incident__status=IncidentStatus.RESOLVED)
    for row in unresolved.select_related("incident", "component").order_by("-incident__started_at"):
        found.setdefault(row.incident, []).append((row.component, row.status))
    ids = [one.public_id for one in found]
    timeline = timelines("incident", ids) if ids else {}
    return [
        Stoppage(
            incident_id=incident.public_id,
            name=incident.name,
            started_at=incident.started_at,
            next_update_by=incident.next_update_by,
            holds=holds,
            said=standing(timeline[incident.public_id]),
        )
        for incident, holds in found.items()
        if incident.public_id in timeline
    ]


def stoppages_at(as_of: datetime) -> list[Stoppage]:
    """Return those known at an earlier moment, from what had been published by then."""
    open_then = (
        ~Q(status=IncidentStatus.RESOLVED) | Q(resolved_at__gt=as_of) | Q(updated_at__gt=as_of)
    )
    found = _held_ones().filter(open_then, created_at__lte=as_of, backfilled=False)
    ids = list(found.distinct().values_list("public_id", flat=True))
    if not ids:
        return []
    services = {one.public_id: one for one in Component.objects.filter(pays_out=True)}
    timeline, said = timelines("incident", ids), said_about("incident", ids)
    return [
        stoppage
        for one in ids
        for stoppage in _then(
            [each for each in said.get(one, []) if each.published_at <= as_of],
            standing(each for each in timeline.get(one, []) if each.published_at <= as_of),
            services,
        )
    ]


def ended_on(day: date, as_of: datetime) -> list[tuple[Incident, Sequence[Component]]]:
    """Return the resolved incidents that may have held up payouts due on that day."""
    over = _held_ones().filter(
        started_at__date__lte=day,
        resolved_at__date__gte=day,
        resolved_at__lte=as_of,
        in_error=False,
    )
    return [
        (incident, [row.component for row in incident.affected.all() if row.component.pays_out])
        for incident in over.distinct().prefetch_related("affected__component")
    ]


def standing(said: Iterable[Statement]) -> list[Statement]:
    """Return the updates among an incident's statements that were not taken back."""
    every = list(said)
    taken_back = {one.corrects_id for one in every if one.kind == WITHDRAWAL}
    return [one for one in every if one.kind in STEPS and one.number not in taken_back]


def _held_ones() -> QuerySet[Incident]:
    return Incident.objects.filter(affected__component__pays_out=True)


def _then(
    known: Sequence[Said], updates: Sequence[Statement], services: Mapping[str, Component]
) -> Iterator[Stoppage]:
    """Yield what an incident's statements say, if it is open and holds up payouts."""
    if not updates:
        return
    state = incident_state(known)
    holds = [
        (services[one], status)
        for one, status in state.claims.items()
        if one in services and status in HELD_UP
    ]
    if holds and state.status != IncidentStatus.RESOLVED:
        yield Stoppage(
            incident_id=updates[0].subject_id,
            name=dict(state.name),
            started_at=state.started_at,
            next_update_by=state.next_update_by,
            holds=holds,
            said=updates,
        )
