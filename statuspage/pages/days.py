"""The last days one by one, quiet ones drawn together: silence is said, too."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from statuspage.pages.cards import IncidentCard, MaintenanceCard


@dataclass(frozen=True)
class Day:
    """One day with what happened on it, or a run of quiet days from `first` to `last`."""

    first: date
    last: date
    incidents: Sequence[IncidentCard] = ()
    maintenances: Sequence[MaintenanceCard] = ()

    @property
    def quiet(self) -> bool:
        """True when nothing happened."""
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
) -> list[Day]:
    """The days from `last` back to `first`.

    An incident stands on the day on which it began, or on `first` if it began before; a
    maintenance on the day on which it was completed.
    """
    began: dict[date, list[IncidentCard]] = {}
    for incident in incidents:
        began.setdefault(max(first, timezone.localdate(incident.started_at)), []).append(incident)
    done: dict[date, list[MaintenanceCard]] = {}
    for maintenance in maintenances:
        if maintenance.completed_at:
            completed = timezone.localdate(maintenance.completed_at)
            done.setdefault(completed, []).append(maintenance)
    count = (last - first).days + 1
    dates = (last - timedelta(days=back) for back in range(count))
    return _drawn_together(Day(one, one, began.get(one, []), done.get(one, [])) for one in dates)


def _drawn_together(days: Iterable[Day]) -> list[Day]:
    """Runs of quiet days, which come newest first, become one."""
    found: list[Day] = []
    for day in days:
        if found and found[-1].quiet and day.quiet:
            day = Day(first=day.first, last=found.pop().last)
        found.append(day)
    return found
