"""Component statuses, how bad each is, and what they make of the whole."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class ComponentStatus(models.TextChoices):
    """The five states of the public Statuspage v2 contract."""

    OPERATIONAL = "operational", _("Operational")
    UNDER_MAINTENANCE = "under_maintenance", _("Under maintenance")
    DEGRADED_PERFORMANCE = "degraded_performance", _("Degraded performance")
    PARTIAL_OUTAGE = "partial_outage", _("Partial outage")
    MAJOR_OUTAGE = "major_outage", _("Major outage")


class Impact(models.TextChoices):
    """How much an incident hurts."""

    NONE = "none", _("No impact")
    MINOR = "minor", _("Minor impact")
    MAJOR = "major", _("Major impact")
    CRITICAL = "critical", _("Critical impact")


class Indicator(models.TextChoices):
    """The overall state: an impact, or maintenance."""

    NONE = "none", _("No impact")
    MINOR = "minor", _("Minor impact")
    MAJOR = "major", _("Major impact")
    CRITICAL = "critical", _("Critical impact")
    MAINTENANCE = "maintenance", _("Maintenance")


# Enumerations above are written from best to worst; these tables rely on it.
SEVERITY: Final = {status: rank for rank, status in enumerate(ComponentStatus)}
IMPACT_RANK: Final = {impact: rank for rank, impact in enumerate(Impact)}

IMPACT_OF: Final = {
    ComponentStatus.OPERATIONAL: Impact.NONE,
    ComponentStatus.UNDER_MAINTENANCE: Impact.NONE,
    ComponentStatus.DEGRADED_PERFORMANCE: Impact.MINOR,
    ComponentStatus.PARTIAL_OUTAGE: Impact.MAJOR,
    ComponentStatus.MAJOR_OUTAGE: Impact.CRITICAL,
}


def worst(statuses: Iterable[str]) -> ComponentStatus:
    """The worst of the statuses; operational when there are none."""
    return max(map(ComponentStatus, statuses), key=SEVERITY.__getitem__, default=_OPERATIONAL)


def impact_of(statuses: Iterable[str]) -> Impact:
    """The impact that follows from the worst component (Statuspage v2 contract)."""
    return IMPACT_OF[worst(statuses)]


_OPERATIONAL: Final = ComponentStatus.OPERATIONAL
_MAJOR: Final = ComponentStatus.MAJOR_OUTAGE
_PARTIAL: Final = ComponentStatus.PARTIAL_OUTAGE
_DEGRADED: Final = ComponentStatus.DEGRADED_PERFORMANCE
_MAINTENANCE: Final = ComponentStatus.UNDER_MAINTENANCE

Condition = Callable[[Sequence[str]], bool]


def _all(status: str) -> Condition:
    return lambda found: bool(found) and all(one == status for one in found)


def _any(status: str) -> Condition:
    return lambda found: status in found


# The public contract's table: the first row that holds decides.
OVERALL: Final[Sequence[tuple[Condition, str, Indicator]]] = (
    (_all(_MAJOR), "Major System Outage", Indicator.CRITICAL),
    (_any(_MAJOR), "Partial System Outage", Indicator.MAJOR),
    (_all(_PARTIAL), "Partial System Outage", Indicator.MAJOR),
    (_any(_PARTIAL), "Minor Service Outage", Indicator.MINOR),
    (_all(_DEGRADED), "Degraded System Service", Indicator.MINOR),
    (_any(_DEGRADED), "Partially Degraded Service", Indicator.MINOR),
    (_any(_MAINTENANCE), "Service Under Maintenance", Indicator.MAINTENANCE),
    (lambda found: True, "All Systems Operational", Indicator.NONE),
)

# The contract's descriptions are fixed English; readers of the page get these instead.
HEADLINES: Final = {
    "Major System Outage": _("All services are down"),
    "Partial System Outage": _("Some services are down"),
    "Minor Service Outage": _("Some services are partly interrupted"),
    "Degraded System Service": _("All services are slower than usual"),
    "Partially Degraded Service": _("Some services are slower than usual"),
    "Service Under Maintenance": _("Maintenance in progress"),
    "All Systems Operational": _("All services are running normally"),
}


def overall(statuses: Sequence[str]) -> tuple[str, Indicator]:
    """The contract's (description, indicator) for the visible components' statuses."""
    description, indicator = next(
        (description, indicator)
        for condition, description, indicator in OVERALL
        if condition(statuses)
    )
    return description, indicator
