"""Reading the regulator clock of incidents."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from statuspage.incidents.lifecycle import IncidentStatus
from statuspage.incidents.models import Incident
from statuspage.regulator.clock import (
    COUNTED,
    Clock,
    Duty,
    IncidentFacts,
    ReportedCounts,
    Rules,
    read_clock,
)
from statuspage.regulator.models import CompletedDuty, Estimate

# A duty that is never marked as done is not shown for ever.
LOOKED_BACK: Final = timedelta(days=90)


@dataclass(frozen=True)
class DutyLine:
    """One duty: when it is due, and what was done; `late` means not done in time."""

    duty: Duty
    by: datetime | None
    tick: CompletedDuty | None
    late: bool


@dataclass(frozen=True)
class IncidentDuties:
    """An incident's clock with its duties."""

    incident: Incident
    clock: Clock
    lines: Sequence[DutyLine]

    @property
    def owed(self) -> Sequence[DutyLine]:
        """The duties not done yet, the earliest due first; those without a time come last."""
        return [one for one in self.lines if one.tick is None]

    @property
    def following(self) -> DutyLine | None:
        """The duty that is due next."""
        return next((one for one in self.owed if one.by), None)


def standing_of(incident: Incident, now: datetime) -> IncidentDuties:
    """Return the state of one incident's clock."""
    clock = read_clock(_facts(incident), rules(), now)
    ticks = {one.duty: one for one in incident.ticks.all() if one.voided_at is None}
    return IncidentDuties(incident, clock, [*_lines(clock.due, ticks, now)])


def running(now: datetime) -> list[IncidentDuties]:
    """Return the incidents with an unfinished duty that has a time, the earliest due first.

    An incident that was entered afterwards counts once staff have noted figures for it.
    """
    found = [standing_of(one, now) for one in _watched(now)]
    owing = [(one.following.by, one) for one in found if one.following and one.following.by]
    return [one for _by, one in sorted(owing, key=lambda pair: (pair[0], pair[1].incident.pk))]


def rules() -> Rules:
    """Return the rules of the settings."""
    return Rules(settings.REGULATOR_THRESHOLDS, settings.REGULATOR_HOURS)


def _watched(now: datetime) -> QuerySet[Incident]:
    noted = Exists(Estimate.objects.filter(incident=OuterRef("pk")))
    recent = Q(started_at__gte=now - LOOKED_BACK) | ~Q(status=IncidentStatus.RESOLVED)
    found = Incident.objects.filter(recent, Q(backfilled=False) | noted, in_error=False)
    return found.prefetch_related("estimates", "ticks").order_by("pk")


def _lines(
    due: Mapping[Duty, datetime | None], ticks: Mapping[str, CompletedDuty], now: datetime
) -> Iterable[DutyLine]:
    for duty, by in due.items():
        tick = ticks.get(duty)
        late = by is not None and (tick.done_at if tick else now) > by
        yield DutyLine(duty, by, tick, late)


def _facts(incident: Incident) -> IncidentFacts:
    return IncidentFacts(
        started_at=incident.started_at,
        ended_at=incident.resolved_at,
        interrupts=incident.impact in settings.REGULATOR_INTERRUPTIONS,
        counts=[
            ReportedCounts(one.noted_at, {name: getattr(one, name) for name in COUNTED}, one.grade)
            for one in incident.estimates.all()
        ],
    )
