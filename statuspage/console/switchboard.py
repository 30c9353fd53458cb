"""From states chosen on the switchboard to the form that says them in public."""

from collections.abc import Mapping
from typing import Final

from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode

from statuspage.components.models import Component
from statuspage.components.statuses import ComponentStatus
from statuspage.incidents.models import Incident

FIELD: Final = "component_"
NEW: Final = "new"


def chosen_states(query: QueryDict) -> dict[str, str]:
    """The states that an address names, by public id; what is no state is left out."""
    return {
        name.removeprefix(FIELD): state
        for name, state in query.items()
        if name.startswith(FIELD) and state in ComponentStatus.values
    }


def changed(components: list[Component], chosen: Mapping[str, str]) -> dict[str, str]:
    """Those that differ from what the page shows now."""
    present = {one.public_id: one.status for one in components}
    return {name: state for name, state in chosen.items() if present.get(name, state) != state}


def form_for(target: str, incidents: list[Incident], states: Mapping[str, str]) -> str:
    """The address of the form that would say this: of a new incident, or of an open one's update.

    An incident that is not open any more counts as none.
    """
    known = target in {one.public_id for one in incidents}
    path = (
        reverse("console:incident_update", args=[target])
        if known
        else reverse("console:incident_compose")
    )
    return f"{path}?{urlencode({FIELD + name: state for name, state in states.items()})}"
