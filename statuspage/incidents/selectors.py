"""Read incidents and maintenance."""

from datetime import datetime

from django.db.models import Prefetch, Q, QuerySet

from statuspage.incidents.lifecycle import (
    MAINTENANCE_ACTIVE,
    IncidentStatus,
    MaintenanceStatus,
)
from statuspage.incidents.models import AffectedComponent, Incident, Maintenance, Template
from statuspage.statements.restoring import restored_at


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


def due_maintenances(now: datetime) -> QuerySet[Maintenance]:
    """Return the maintenances that should have started, or ended, by then."""
    starting = Q(status=MaintenanceStatus.SCHEDULED, scheduled_for__lte=now)
    ending = Q(status=MaintenanceStatus.IN_PROGRESS, scheduled_until__lte=now)
    return maintenances().filter(starting | ending).order_by("scheduled_for")


def held_maintenances() -> QuerySet[Maintenance]:
    """Return the maintenances that the clock no longer moves: they were due before a restore.

    Since the backup they may have been announced as started or completed; staff decide.
    """
    moment = restored_at()
    return due_maintenances(moment) if moment else Maintenance.objects.none()


def maintenances() -> QuerySet[Maintenance]:
    """Return all maintenances, latest first."""
    return Maintenance.objects.prefetch_related("components")


def templates(*uses: str) -> QuerySet[Template]:
    """Return the templates for these moments, in the order that staff set."""
    return Template.objects.filter(use__in=uses).prefetch_related("components")
