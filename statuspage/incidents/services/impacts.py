"""What incidents and maintenance share: component states, versions, and publishing."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from statuspage.components.models import Component
from statuspage.components.services import component_statuses_set
from statuspage.components.statuses import ComponentStatus, worst
from statuspage.incidents.content import Change, Content
from statuspage.incidents.lifecycle import MAINTENANCE_ACTIVE, IncidentStatus
from statuspage.incidents.models import AffectedComponent, HiddenClaim, Incident, Maintenance
from statuspage.statements.authors import Author
from statuspage.statements.models import Statement
from statuspage.statements.services import Subject, publish

# A component, its present state and its next one.
StateChange = tuple[Component, str, ComponentStatus]
OVERTAKEN: Final = {
    Incident: _("Someone else has updated this incident. Read their update first."),
    Maintenance: _("Someone else has updated this maintenance. Read their update first."),
}


def incident_states(incident: Incident, claims: Mapping[Component, str]) -> list[StateChange]:
    """Return the state of every component of the incident, with these claims applied.

    A resolved incident holds no component.
    """
    touched = incident.affected.select_related("component") if incident.pk else ()
    holds = {**{row.component: row.status for row in touched}, **claims}
    over = incident.status == IncidentStatus.RESOLVED
    return _states(
        {one: [] if over else [status] for one, status in holds.items()},
        AffectedComponent.objects.exclude(incident_id=incident.pk),
        Maintenance.objects.all(),
    )


def maintenance_states(
    maintenance: Maintenance, components: Iterable[Component], *, released: Iterable[Component] = ()
) -> list[StateChange]:
    """Return the states of a maintenance's components; it changes them only while in progress.

    It no longer holds those that are `released`.
    """
    active = maintenance.status in MAINTENANCE_ACTIVE
    own = {one: [str(ComponentStatus.UNDER_MAINTENANCE)] if active else [] for one in components}
    return _states(
        {one: [] for one in released} | own,
        AffectedComponent.objects.all(),
        Maintenance.objects.exclude(pk=maintenance.pk),
    )


def worked_on(components: Iterable[Component]) -> dict[Component, str]:
    """Return the states in which a plan puts components, while work is going on."""
    return dict.fromkeys(components, ComponentStatus.UNDER_MAINTENANCE)


def told_changes(states: Iterable[tuple[Component, str, str]]) -> list[Change]:
    """Return the old and the new state of each visible component."""
    return [
        {
            "id": component.public_id,
            "name": dict(component.name),
            "old_status": str(old),
            "new_status": str(new),
        }
        for component, old, new in states
        if component.visible
    ]


def _states(
    own: Mapping[Component, list[str]],
    incidents: QuerySet[AffectedComponent],
    maintenances: QuerySet[Maintenance],
) -> list[StateChange]:
    """Return the worst state of each component among claims, open incidents and maintenance."""
    claims = {component.pk: [*said] for component, said in own.items()}
    held = incidents.filter(component__in=own).exclude(incident__status=IncidentStatus.RESOLVED)
    for pk, status in held.values_list("component_id", "status"):
        claims[pk].append(status)
    active = maintenances.filter(status__in=MAINTENANCE_ACTIVE, components__in=own)
    for pk in active.values_list("components", flat=True):
        claims[pk].append(ComponentStatus.UNDER_MAINTENANCE)
    in_order = sorted(own, key=lambda one: (one.position, one.pk))
    return [(one, one.status, worst(claims[one.pk])) for one in in_order]


def present_states() -> list[StateChange]:
    """Return every component, with what open incidents and maintenance make of its state."""
    every: dict[Component, list[str]] = {one: [] for one in Component.objects.all()}
    return _states(every, AffectedComponent.objects.all(), Maintenance.objects.all())


def states_follow(statement: Statement) -> None:
    """Set the components' states after an answer, which changes what holds them."""
    component_statuses_set(
        statuses={component: new for component, _old, new in present_states()},
        since=statement.published_at,
        statement_number=statement.number,
    )


class Superseded(ValidationError):
    """Someone else changed the row since the caller read it; nothing was published."""


def advance(row: Incident | Maintenance, values: Mapping[str, Any]) -> None:
    """Write the values, or raise Superseded if someone else changed the row since it was read."""
    kind = type(row)
    unmoved = kind._default_manager.filter(pk=row.pk, version=row.version)
    if not unmoved.update(**values, version=row.version + 1):
        raise Superseded(OVERTAKEN[kind], code="superseded")
    row.refresh_from_db()


def say(
    row: Incident | Maintenance,
    kind: str,
    content: Content,
    states: Sequence[StateChange],
    author: Author | None,
    claims: Mapping[Component, str] | None = None,
) -> Statement:
    """Publish the statement about a row just changed, and set its components' states.

    `claims` are the states in which the statement itself puts components.
    """
    statement = publish(
        kind=kind,
        subject=Subject(row._meta.model_name or "", row.public_id),
        content=content,
        author=author,
        published_at=row.updated_at,
    )
    HiddenClaim.objects.bulk_create(
        HiddenClaim(statement_number=statement.number, component=one, status=status)
        for one, status in (claims or {}).items()
        if not one.visible
    )
    component_statuses_set(
        statuses={component: new for component, _old, new in states},
        since=row.updated_at,
        statement_number=statement.number,
    )
    return statement
