"""Change the state of components; only a statement may do so."""

from collections.abc import Mapping
from datetime import datetime

from statuspage.components.models import Component, StatusChange
from statuspage.components.statuses import ComponentStatus


def component_statuses_set(
    *, statuses: Mapping[Component, ComponentStatus], since: datetime, statement_number: int
) -> None:
    """Set the new states of components, in the transaction of the statement that says so."""
    changed = [component for component, status in statuses.items() if component.status != status]
    for component in changed:
        component.status = statuses[component]
        component.updated_at = since
        component.save(update_fields=["status", "updated_at"])
    StatusChange.objects.bulk_create(
        StatusChange(
            component=component,
            status=component.status,
            since=since,
            statement_number=statement_number,
        )
        for component in changed
    )
