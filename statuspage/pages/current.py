"""Incidents and maintenances of the present, read once for all pages that show some of them."""

from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q
from django.utils import timezone

from statuspage.incidents import selectors as log
from statuspage.incidents.lifecycle import (
    MAINTENANCE_ACTIVE,
    IncidentStatus,
    MaintenanceStatus,
)
from statuspage.incidents.models import Incident, Maintenance
from statuspage.lib.render_cache import once, present
from statuspage.pages.paging import Month, month_of
from statuspage.statements.selectors import timelines
from statuspage.statements.times import midnight

RECENT_DAYS: Final = 14
NEWEST: Final = 50


def fortnight() -> datetime:
    """Return the beginning of the first of the last fourteen days."""
    return midnight(timezone.localdate(present()) - timedelta(days=RECENT_DAYS - 1))


def open_incidents() -> list[Incident]:
    """Return the unresolved incidents, latest first."""
    return [one for one in _incidents() if one.status != IncidentStatus.RESOLVED]


def newest_incidents() -> list[Incident]:
    """Return the newest incidents, resolved ones included."""
    return _incidents()[:NEWEST]


def recent_incidents() -> list[Incident]:
    """Return the incidents that began or ended within the last fourteen days, latest first."""
    since = fortnight()
    return [
        one
        for one in _incidents()
        if one.started_at >= since or (one.resolved_at and one.resolved_at >= since)
    ]


@once
def incidents_of(month: Month) -> list[Incident]:
    """Return the incidents that began in the month, latest first."""
    begin, end = month.begins, month.next.begins
    if begin < _since():
        return list(log.incidents().filter(started_at__gte=begin, started_at__lt=end))
    return [one for one in _incidents() if begin <= one.started_at < end]


def active_maintenances() -> list[Maintenance]:
    """Return the maintenances that are in progress, the first one first."""
    return [one for one in reversed(_maintenances()) if one.status in MAINTENANCE_ACTIVE]


def scheduled_maintenances() -> list[Maintenance]:
    """Return the maintenances that are announced and not started, the next one first."""
    scheduled = MaintenanceStatus.SCHEDULED
    return [one for one in reversed(_maintenances()) if one.status == scheduled]


def newest_maintenances() -> list[Maintenance]:
    """Return the newest maintenances, completed ones included."""
    return _maintenances()[:NEWEST]


def recent_maintenances() -> list[Maintenance]:
    """Return the maintenances that were completed within the last fourteen days, latest first."""
    since = fortnight()
    return [one for one in _maintenances() if one.completed_at and one.completed_at >= since]


@once
def maintenances_of(month: Month) -> list[Maintenance]:
    """Return the maintenances that are scheduled for the month, latest first."""
    begin, end = month.begins, month.next.begins
    if begin < _since():
        return list(log.maintenances().filter(scheduled_for__gte=begin, scheduled_for__lt=end))
    return [one for one in _maintenances() if begin <= one.scheduled_for < end]


def read_ahead() -> None:
    """Read what was said about all of these, for the pages about to be rendered together."""
    timelines("incident", [one.public_id for one in _incidents()])
    timelines("maintenance", [one.public_id for one in _maintenances()])


@once
def _incidents() -> list[Incident]:
    """Return, latest first, everything that the functions above choose from."""
    since = _since()
    newest = Incident.objects.values("pk")[:NEWEST]
    lately = Q(started_at__gte=since) | Q(resolved_at__gte=since) | Q(pk__in=newest)
    return list(log.incidents().filter(lately | ~Q(status=IncidentStatus.RESOLVED)))


@once
def _maintenances() -> list[Maintenance]:
    since = _since()
    newest = Maintenance.objects.values("pk")[:NEWEST]
    lately = Q(scheduled_for__gte=since) | Q(completed_at__gte=since) | Q(pk__in=newest)
    return list(log.maintenances().filter(lately | ~Q(status=MaintenanceStatus.COMPLETED)))


def _since() -> datetime:
    """Return from when on all is read: the present month and the last fourteen days."""
    return min(fortnight(), month_of(present()).begins)
