"""Read incidents and maintenance."""

from django.db.models import Prefetch, QuerySet

from statuspage.incidents.lifecycle import (
    MAINTENANCE_ACTIVE,
    IncidentStatus,
    MaintenanceStatus,
)
from statuspage.incidents.models import AffectedComponent, Incident, Maintenance, Template


def open_incidents() -> QuerySet[Incident]:
    """Return the unresolved incidents, latest first."""
    return incidents().exclude(status=IncidentStatus.RESOLVED)


def recent_incidents(limit: int = 50) -> QuerySet[Incident]:
    """Return the `limit` newest incidents, resolved ones included."""
    return incidents()[:limit]


def incidents() -> QuerySet[Incident]:
    """Return all incidents, latest first."""
    affected = AffectedComponent.objects.select_related("component")
    return Incident.objects.prefetch_related(Prefetch("affected", affected))


def scheduled_maintenances() -> QuerySet[Maintenance]:
    """Return the maintenances that are announced and not started, the next one first."""
    return maintenances().filter(status=MaintenanceStatus.SCHEDULED).order_by("scheduled_for")


def active_maintenances() -> QuerySet[Maintenance]:
    """Return the maintenances that are in progress."""
    return maintenances().filter(status__in=MAINTENANCE_ACTIVE).order_by("scheduled_for")


def recent_maintenances(limit: int = 50) -> QuerySet[Maintenance]:
    """Return the `limit` newest maintenances, completed ones included."""
    return maintenances()[:limit]


def maintenances() -> QuerySet[Maintenance]:
    """Return all maintenances, latest first."""
    return Maintenance.objects.prefetch_related("components")


def templates(use: str) -> QuerySet[Template]:
    """Return the templates for one use, in the order that staff set."""
    return Template.objects.filter(use=use).prefetch_related("components")
