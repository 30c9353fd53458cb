"""Warn about an open incident that names no service which the public sees."""

from collections.abc import Iterable
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from statuspage.components.models import Component
from statuspage.components.selectors import visible_components
from statuspage.components.statuses import ComponentStatus, Impact
from statuspage.incidents.lifecycle import IncidentStatus

UNNAMED: Final = _(
    "This incident names no public service: in the list of services none changes, and all who "
    "subscribed to incidents are told. Name the services concerned, if there are any."
)
# The state of a service that was named without one, by the incident's impact.
STATE_FOR: Final = {
    Impact.MAJOR: ComponentStatus.PARTIAL_OUTAGE,
    Impact.CRITICAL: ComponentStatus.MAJOR_OUTAGE,
}


def naming_warnings(status: str, named: Iterable[Component]) -> list[str | Promise]:
    """Return the warning about an incident of that status with these services, or nothing.

    Both doors ask this: the console before publishing, the API in its answer.
    """
    over = status == IncidentStatus.RESOLVED
    if over or any(one.visible for one in named) or not visible_components():
        return []
    return [UNNAMED]


def state_for(impact: str) -> ComponentStatus:
    """Return the state of a service that was named without one."""
    found = STATE_FOR.get(Impact(impact)) if impact in Impact.values else None
    return found or ComponentStatus.DEGRADED_PERFORMANCE
