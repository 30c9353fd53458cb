"""Incidents and maintenances of the present: one read for all pages that show some of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q
from django.utils import timezone

from statuspage.incidents import selectors as log
from statuspage.incidents.lifecycle import (
    MAINTENANCE_ACTIVE,
    MAINTENANCE_OVER,
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


@dataclass(frozen=True)
class CurrentIncidents:
    """The open incidents, the newest ones, and all of the present month and the last 14 days."""

    rows: Sequence[Incident]  # latest first

    @property
    def open(self) -> Sequence[Incident]:
        """Those that are not resolved."""
        return [one for one in self.rows if one.status != IncidentStatus.RESOLVED]

    @property
    def newest(self) -> Sequence[Incident]:
        """The newest ones, resolved ones included."""
        return self.rows[:NEWEST]

    @property
    def recent(self) -> Sequence[Incident]:
        """Those that were open at any time within the last 14 days."""
        since = fortnight()
        return [
            one
            for one in self.rows
            if one.status != IncidentStatus.RESOLVED
            or one.started_at >= since
            or (one.resolved_at and one.resolved_at >= since)
        ]


@dataclass(frozen=True)
class CurrentMaintenances:
    """The maintenances to come or in progress, the newest ones, and all of the same time."""

    rows: Sequence[Maintenance]  # latest first

    @property
    def active(self) -> Sequence[Maintenance]:
        """Those in progress, the earliest first."""
        return [one for one in reversed(self.rows) if one.status in MAINTENANCE_ACTIVE]

    @property
    def scheduled(self) -> Sequence[Maintenance]:
        """Those announced and not started, the next one first."""
        scheduled = MaintenanceStatus.SCHEDULED
        return [one for one in reversed(self.rows) if one.status == scheduled]

    @property
    def open(self) -> Sequence[Maintenance]:
        """Those in progress, then those to come."""
        return [*self.active, *self.scheduled]

    @property
    def newest(self) -> Sequence[Maintenance]:
        """The newest ones, those that are over included."""
        return self.rows[:NEWEST]

    @property
    def recent(self) -> Sequence[Maintenance]:
        """Those completed or cancelled within the last 14 days."""
        since = fortnight()
        return [one for one in self.rows if one.over_at and one.over_at >= since]


@once
def incidents() -> CurrentIncidents:
    """Read the incidents of the present."""
    since = _since()
    newest = Incident.objects.values("pk")[:NEWEST]
    lately = Q(started_at__gte=since) | Q(resolved_at__gte=since) | Q(pk__in=newest)
    found = log.incidents().filter(lately | ~Q(status=IncidentStatus.RESOLVED))
    return CurrentIncidents(list(found))


@once
def maintenances() -> CurrentMaintenances:
    """Read the maintenances of the present."""
    since = _since()
    newest = Maintenance.objects.values("pk")[:NEWEST]
    over = Q(completed_at__gte=since) | Q(cancelled_at__gte=since)
    lately = Q(scheduled_for__gte=since) | over | Q(pk__in=newest)
    found = log.maintenances().filter(lately | ~Q(status__in=MAINTENANCE_OVER))
    return CurrentMaintenances(list(found))


@once
def incidents_of(month: Month) -> Sequence[Incident]:
    """Return the incidents that began in the month, latest first."""
    begin, end = month.begins, month.next.begins
    if begin < _since():
        return list(log.incidents().filter(started_at__gte=begin, started_at__lt=end))
    return [one for one in incidents().rows if begin <= one.started_at < end]


@once
def maintenances_of(month: Month) -> tuple[Sequence[Maintenance], Sequence[Maintenance]]:
    """Return the maintenances that are scheduled for the month, latest first, and the next one.

    Only the present month has a next one, whenever that is: the pages of other months are not
    rendered again when another maintenance is announced.
    """
    begin, end = month.begins, month.next.begins
    if begin < _since():
        found = log.maintenances().filter(scheduled_for__gte=begin, scheduled_for__lt=end)
        return list(found), []
    known = maintenances()
    # One whose start was withdrawn may be of the past, and waits for staff.
    ahead = [one for one in known.scheduled if one.scheduled_for > present()]
    coming = ahead[:1] if month == month_of(present()) else []
    return [one for one in known.rows if begin <= one.scheduled_for < end], coming


def read_ahead() -> None:
    """Read what was said about all of these, for the pages about to be rendered together."""
    timelines("incident", [one.public_id for one in incidents().rows])
    timelines("maintenance", [one.public_id for one in maintenances().rows])


def fortnight() -> datetime:
    """Return when the first of the last 14 days began."""
    return midnight(timezone.localdate(present()) - timedelta(days=RECENT_DAYS - 1))


def _since() -> datetime:
    """Return from when on everything is read."""
    return min(fortnight(), month_of(present()).begins)
