"""The last days one by one, with runs of quiet days merged into one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from statuspage.pages.cards import IncidentCard, MaintenanceCard


@dataclass(frozen=True)
class DayEvents:
    """One day with what happened on it, or a run of quiet days from `first` to `last`."""

    first: date
    last: date
    incidents: Sequence[IncidentCard] = ()
    maintenances: Sequence[MaintenanceCard] = ()
    # Incidents that began before the day and were not over when it began.
    lasting: Sequence[IncidentCard] = ()

    @property
    def quiet(self) -> bool:
        """True when nothing began or was completed."""
        return not self.incidents and not self.maintenances

    @property
    def several(self) -> bool:
        """True for a run of days."""
        return self.first != self.last


def recent_days(
    first: date,
    last: date,
    incidents: Iterable[IncidentCard],
    maintenances: Iterable[MaintenanceCard],
) -> list[DayEvents]:
    """Return the days from `last` back to `first`.

    An incident stands on the day on which it began, or on `first` if it began before; a
    maintenance on the day on which it was completed or cancelled.
    """
    began: dict[date, list[IncidentCard]] = {}
    known = list(incidents)
    for incident in known:
        began.setdefault(max(first, timezone.localdate(incident.started_at)), []).append(incident)
    done: dict[date, list[MaintenanceCard]] = {}
    for maintenance in maintenances:
        if maintenance.over_at:
            done.setdefault(timezone.localdate(maintenance.over_at), []).append(maintenance)
    days: list[DayEvents] = []
    for back in range((last - first).days + 1):
        current = last - timedelta(days=back)
        on_it, lasting = began.get(current, []), _lasting(known, current)
        lasting = [one for one in lasting if one not in on_it]
        day = DayEvents(current, current, on_it, done.get(current, []), lasting)
        if days and days[-1].quiet and day.quiet and days[-1].lasting == lasting:
            day = DayEvents(first=current, last=days.pop().last, lasting=lasting)
        days.append(day)
    return days


def _lasting(incidents: Iterable[IncidentCard], day: date) -> list[IncidentCard]:
    """Return the incidents that were open when the day began; none that never was."""
    return [
        one
        for one in incidents
        if not one.in_error
        and timezone.localdate(one.started_at) < day
        and (one.resolved_at is None or timezone.localdate(one.resolved_at) >= day)
    ]
