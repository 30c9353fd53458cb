"""Reading the regulator clocks of incidents, one for each regime."""

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
    Start,
    read_clock,
)
from statuspage.regulator.models import CompletedDuty, Estimate, RegimeStart
from statuspage.regulator.regimes import CONTACTS, PREFIXES, RECIPIENTS, SOURCES, Regime

# A duty that is never marked as done is not shown for ever.
LOOKED_BACK: Final = timedelta(days=90)


@dataclass(frozen=True)
class RegimeFacts:
    """Whom a regime's reports go to, how they are reached, and the source of its deadlines."""

    recipient: str
    contact: str
    source: str


@dataclass(frozen=True)
class DutyLine:
    """One duty: when it is due, and what was done; `late` means not done in time."""

    duty: Duty
    by: datetime | None
    tick: CompletedDuty | None
    late: bool


@dataclass(frozen=True)
class IncidentDuties:
    """An incident's clock under one regime, with its duties."""

    incident: Incident
    regime: Regime
    clock: Clock
    lines: Sequence[DutyLine]
    starts: Sequence[RegimeStart]

    @property
    def owed(self) -> Sequence[DutyLine]:
        """The duties not done yet, the earliest due first; those without a time come last."""
        return [one for one in self.lines if one.tick is None]

    @property
    def following(self) -> DutyLine | None:
        """The duty that is due next."""
        return next((one for one in self.owed if one.by), None)


def standing_of(incident: Incident, regime: Regime, now: datetime) -> IncidentDuties:
    """Return the state of one incident's clock under a regime."""
    starts = [one for one in incident.regime_starts.all() if one.regime == regime]
    clock = read_clock(_facts(incident, regime, starts), rules(regime), now)
    ticks = {
        one.duty: one
        for one in incident.ticks.all()
        if one.regime == regime and one.voided_at is None
    }
    return IncidentDuties(incident, regime, clock, [*_lines(clock.due, ticks, now)], starts)


def standings_of(incident: Incident, now: datetime) -> list[IncidentDuties]:
    """Return the state of one incident's clocks under every regime."""
    return [standing_of(incident, regime, now) for regime in Regime]


def running(now: datetime) -> list[IncidentDuties]:
    """Return the clocks with an unfinished duty that has a time, the earliest due first.

    An incident that was entered afterwards counts once staff have noted figures or a cause.
    """
    found = [one for incident in _watched(now) for one in standings_of(incident, now)]
    owing = [(one.following.by, one) for one in found if one.following and one.following.by]
    return [one for _by, one in sorted(owing, key=lambda pair: (pair[0], pair[1].incident.pk))]


def rules(regime: Regime) -> Rules:
    """Return the rules of a regime as the settings have them."""
    prefix = PREFIXES[regime]
    return Rules(getattr(settings, f"{prefix}_THRESHOLDS"), getattr(settings, f"{prefix}_HOURS"))


def facts_of(regime: Regime) -> RegimeFacts:
    """Return a regime's recipient and source: what the settings say, else what is generally so."""
    prefix = PREFIXES[regime]
    return RegimeFacts(
        recipient=getattr(settings, f"{prefix}_RECIPIENT") or str(RECIPIENTS[regime]),
        contact=getattr(settings, f"{prefix}_CONTACT") or str(CONTACTS.get(regime, "")),
        source=getattr(settings, f"{prefix}_SOURCE") or str(SOURCES[regime]),
    )


def latest_estimate(incident: Incident, regime: Regime) -> Estimate | None:
    """Return the figures that count for a regime, None before any were noted."""
    found = [one for one in incident.estimates.all() if one.regime == regime]
    return found[-1] if found else None


def _watched(now: datetime) -> QuerySet[Incident]:
    noted = Exists(Estimate.objects.filter(incident=OuterRef("pk"))) | Exists(
        RegimeStart.objects.filter(incident=OuterRef("pk"))
    )
    recent = Q(started_at__gte=now - LOOKED_BACK) | ~Q(status=IncidentStatus.RESOLVED)
    found = Incident.objects.filter(recent, Q(backfilled=False) | noted, in_error=False)
    return found.prefetch_related("estimates", "ticks", "regime_starts").order_by("pk")


def _lines(
    due: Mapping[Duty, datetime | None], ticks: Mapping[str, CompletedDuty], now: datetime
) -> Iterable[DutyLine]:
    for duty, by in due.items():
        tick = ticks.get(duty)
        late = by is not None and (tick.done_at if tick else now) > by
        yield DutyLine(duty, by, tick, late)


def _facts(incident: Incident, regime: Regime, starts: Iterable[RegimeStart]) -> IncidentFacts:
    return IncidentFacts(
        started_at=incident.started_at,
        ended_at=incident.resolved_at,
        interrupts=incident.impact in settings.REGULATOR_INTERRUPTIONS,
        counts=[
            ReportedCounts(one.noted_at, {name: getattr(one, name) for name in COUNTED}, one.grade)
            for one in incident.estimates.all()
            if one.regime == regime
        ],
        starts=[
            Start(one.known_at, one.cause, one.grade) for one in starts if one.closed_at is None
        ],
    )
