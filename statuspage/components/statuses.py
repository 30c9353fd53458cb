"""Component statuses, their order of severity, and the overall state they add up to."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class ComponentStatus(models.TextChoices):
    """The five component states of the public Statuspage v2 contract."""

    OPERATIONAL = "operational", _("Operational")
    UNDER_MAINTENANCE = "under_maintenance", _("Under maintenance")
    DEGRADED_PERFORMANCE = "degraded_performance", _("Degraded performance")
    PARTIAL_OUTAGE = "partial_outage", _("Partial outage")
    MAJOR_OUTAGE = "major_outage", _("Major outage")


class Impact(models.TextChoices):
    """The impact of an incident."""

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
    """Return the worst of the statuses, or operational when there are none."""
    operational = ComponentStatus.OPERATIONAL
    return max(map(ComponentStatus, statuses), key=SEVERITY.__getitem__, default=operational)


def impact_of(statuses: Iterable[str]) -> Impact:
    """Return the impact that follows from the worst component (Statuspage v2 contract)."""
    return IMPACT_OF[worst(statuses)]


# The contract's table, by the worst status: if every component has it, and if only some have.
OVERALL: Final[Mapping[ComponentStatus, tuple[tuple[str, Indicator], tuple[str, Indicator]]]] = {
    ComponentStatus.MAJOR_OUTAGE: (
        ("Major System Outage", Indicator.CRITICAL),
        ("Partial System Outage", Indicator.MAJOR),
    ),
    ComponentStatus.PARTIAL_OUTAGE: (
        ("Partial System Outage", Indicator.MAJOR),
        ("Minor Service Outage", Indicator.MINOR),
    ),
    ComponentStatus.DEGRADED_PERFORMANCE: (
        ("Degraded System Service", Indicator.MINOR),
        ("Partially Degraded Service", Indicator.MINOR),
    ),
    ComponentStatus.UNDER_MAINTENANCE: (
        ("Service Under Maintenance", Indicator.MAINTENANCE),
        ("Service Under Maintenance", Indicator.MAINTENANCE),
    ),
    ComponentStatus.OPERATIONAL: (
        ("All Systems Operational", Indicator.NONE),
        ("All Systems Operational", Indicator.NONE),
    ),
}

# The contract's descriptions are fixed English; readers of the page get these instead.
HEADLINES: Final = {
    "Major System Outage": _("All services are down"),
    "Partial System Outage": _("Some services are down"),
    "Minor Service Outage": _("Some services have a partial outage"),
    "Degraded System Service": _("All services are slower than usual"),
    "Partially Degraded Service": _("Some services are slower than usual"),
    "Service Under Maintenance": _("Maintenance in progress"),
    "All Systems Operational": _("All services are running normally"),
}


def overall(statuses: Sequence[str]) -> tuple[str, Indicator]:
    """Return the contract's (description, indicator) for the visible components' statuses."""
    everywhere, somewhere = OVERALL[worst(statuses)]
    return everywhere if len(set(statuses)) == 1 else somewhere
