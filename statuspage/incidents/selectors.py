"""Reading incidents and maintenance."""

from django.db.models import QuerySet

from statuspage.incidents.lifecycle import (
    MAINTENANCE_ACTIVE,
    IncidentStatus,
    MaintenanceStatus,
)
from statuspage.incidents.models import Incident, Maintenance, Template


def open_incidents() -> QuerySet[Incident]:
    """Not yet resolved, the latest first."""
    return _incidents().exclude(status=IncidentStatus.RESOLVED)


def recent_incidents(limit: int = 50) -> QuerySet[Incident]:
    """The `limit` newest, resolved ones included."""
    return _incidents()[:limit]


def incidents() -> QuerySet[Incident]:
    """All of them, the latest first."""
    return _incidents()


def scheduled_maintenances() -> QuerySet[Maintenance]:
    """Announced and not begun, the next one first."""
    return _maintenances().filter(status=MaintenanceStatus.SCHEDULED).order_by("scheduled_for")


def active_maintenances() -> QuerySet[Maintenance]:
    """Going on now."""
    return _maintenances().filter(status__in=MAINTENANCE_ACTIVE).order_by("scheduled_for")


def recent_maintenances(limit: int = 50) -> QuerySet[Maintenance]:
    """The `limit` newest, completed ones included."""
    return _maintenances()[:limit]


def maintenances() -> QuerySet[Maintenance]:
    """All of them, the latest first."""
    return _maintenances()


def templates(use: str) -> QuerySet[Template]:
    """Words at hand for one use, in the staff's order."""
    return Template.objects.filter(use=use).prefetch_related("components")


def _incidents() -> QuerySet[Incident]:
    return Incident.objects.prefetch_related("affected__component")


def _maintenances() -> QuerySet[Maintenance]:
    return Maintenance.objects.prefetch_related("components")
