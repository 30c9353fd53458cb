"""What incidents and maintenance together make of a component's state."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from statuspage.components.models import Component
from statuspage.components.services import component_statuses_set
from statuspage.components.statuses import SEVERITY, ComponentStatus, worst
from statuspage.incidents.lifecycle import MAINTENANCE_ACTIVE, IncidentStatus
from statuspage.incidents.models import AffectedComponent, Maintenance

# A component's id, name, old_status and new_status.
Change = dict[str, Any]


def effective_status(component: Component) -> ComponentStatus:
    """The worst that any open incident or running maintenance says of the component."""
    claims = list(
        AffectedComponent.objects.filter(component=component)
        .exclude(incident__status=IncidentStatus.RESOLVED)
        .values_list("status", flat=True)
    )
    if Maintenance.objects.filter(components=component, status__in=MAINTENANCE_ACTIVE).exists():
        claims.append(ComponentStatus.UNDER_MAINTENANCE)
    return worst(claims)


def present_statuses(components: Iterable[Component]) -> dict[Component, str]:
    """The states as they are before the claims change."""
    return {component: component.status for component in components}


def changes(
    before: Mapping[Component, str],
) -> tuple[dict[Component, ComponentStatus], list[Change]]:
    """The states that now hold, and the same as a statement tells them.

    Hidden components take their state but are left out of what is said.
    """
    after = {component: effective_status(component) for component in before}
    told: list[Change] = [
        {
            "id": component.public_id,
            "name": dict(component.name),
            "old_status": str(before[component]),
            "new_status": str(status),
        }
        for component, status in after.items()
        if component.visible
    ]
    return after, told


def any_worse(told: Iterable[Change]) -> bool:
    """Whether one of the changes that a statement tells is for the worse."""
    return any(
        SEVERITY[ComponentStatus(one["new_status"])] > SEVERITY[ComponentStatus(one["old_status"])]
        for one in told
    )


def apply_changes(
    after: Mapping[Component, ComponentStatus], since: datetime, statement_number: int
) -> None:
    """Write the new states, dated and referring to the statement."""
    component_statuses_set(statuses=after, since=since, statement_number=statement_number)
