"""Read incidents and maintenance."""

from datetime import datetime

from django.db.models import Prefetch, Q, QuerySet

from statuspage.components.models import Component
from statuspage.incidents.lifecycle import (
    MAINTENANCE_ACTIVE,
    MAINTENANCE_OVER,
    IncidentStatus,
    MaintenanceStatus,
)
from statuspage.incidents.models import AffectedComponent, Incident, Maintenance, Template
from statuspage.statements.models import Statement
from statuspage.statements.restoring import restored_at


def open_incidents() -> QuerySet[Incident]:
    """Return the unresolved incidents, latest first."""
    return incidents().exclude(status=IncidentStatus.RESOLVED)


def recent_incidents(limit: int = 50) -> QuerySet[Incident]:
    """Return the `limit` newest incidents, resolved ones included."""
    return incidents()[:limit]


def latest_incidents(limit: int = 50) -> list[Incident]:
    """Return the incidents that a notice may be about: the newest, and the last ones entered."""
    entered = incidents().filter(backfilled=True).order_by("-created_at", "-pk")[:limit]
    return [*{one.pk: one for one in (*recent_incidents(limit), *entered)}.values()]


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
    """Return the maintenances that the clock should have started, or ended, by then."""
    return maintenances().filter(_due(now), by_hand=False).order_by("scheduled_for")


def _due(now: datetime) -> Q:
    starting = Q(status=MaintenanceStatus.SCHEDULED, scheduled_for__lte=now)
    return starting | Q(status=MaintenanceStatus.IN_PROGRESS, scheduled_until__lte=now)


def held_maintenances() -> QuerySet[Maintenance]:
    """Return the maintenances that the clock no longer moves; staff decide.

    Their start or end was withdrawn; or they were due before a restore, and may have been
    announced as started or completed since the backup.
    """
    held = Q(by_hand=True) & ~Q(status__in=MAINTENANCE_OVER)
    if moment := restored_at():
        held |= _due(moment)
    return maintenances().filter(held).order_by("scheduled_for")


def maintenances() -> QuerySet[Maintenance]:
    """Return all maintenances, latest first."""
    return Maintenance.objects.prefetch_related("components")


def components_told(maintenance: Maintenance) -> list[Component]:
    """Return its components, and every other one that a statement about it has ever named."""
    said = Statement.objects.filter(
        subject_type="maintenance", subject_id=maintenance.public_id
    ).values_list("document__content__components", flat=True)
    named = {one["id"] for components in said for one in components or ()}
    own = Q(pk__in=maintenance.components.values("pk"))
    return list(Component.objects.filter(own | Q(public_id__in=named)))


def templates(*uses: str) -> QuerySet[Template]:
    """Return the templates for these moments, in the order that staff set."""
    return Template.objects.filter(use__in=uses).prefetch_related("components")
