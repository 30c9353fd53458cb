"""Reading the regulator clocks of incidents and private cases, one for each regime."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

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
from statuspage.regulator.models import CompletedDuty, Estimate, PrivateCase, RegimeStart
from statuspage.regulator.regimes import CONTACTS, PREFIXES, RECIPIENTS, SOURCES, Regime
from statuspage.regulator.subjects import Subject, address

# A duty that is never marked as done is not shown for ever.
LOOKED_BACK: Final = timedelta(days=90)
# What a clock is read from.
NOTED: Final = ("estimates", "ticks", "regime_starts")


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
    """The clock of an incident or case under one regime, with its duties."""

    subject: Subject
    regime: Regime
    clock: Clock
    lines: Sequence[DutyLine]
    starts: Sequence[RegimeStart]

    @property
    def address(self) -> str:
        """The path of the page on which staff mark them as done."""
        return address(self.subject)

    @property
    def owed(self) -> Sequence[DutyLine]:
        """The duties not done yet, the earliest due first; those without a time come last."""
        return [one for one in self.lines if one.tick is None]

    @property
    def following(self) -> DutyLine | None:
        """The duty that is due next."""
        return next((one for one in self.owed if one.by), None)


def standing_of(subject: Subject, regime: Regime, now: datetime) -> IncidentDuties:
    """Return the state of one clock of an incident or case, under a regime."""
    starts = [one for one in subject.regime_starts.all() if one.regime == regime]
    clock = read_clock(_facts(subject, regime, starts), rules(regime), now)
    ticks = {
        one.duty: one
        for one in subject.ticks.all()
        if one.regime == regime and one.voided_at is None
    }
    return IncidentDuties(subject, regime, clock, [*_lines(clock.due, ticks, now)], starts)


def standings_of(subject: Subject, now: datetime) -> list[IncidentDuties]:
    """Return the state of its clocks under every regime."""
    return [standing_of(subject, regime, now) for regime in Regime]


def running(now: datetime) -> list[IncidentDuties]:
    """Return the clocks with an unfinished duty that has a time, the earliest due first.

    An incident that was entered afterwards, or withdrawn as published in error, counts once staff
    have noted figures or a cause: what is to be reported does not depend on what was said.
    """
    subjects: list[Subject] = [*_watched(now), *_cases(now)]
    found = [one for subject in subjects for one in standings_of(subject, now)]
    owing = [(one.following.by, one) for one in found if one.following and one.following.by]
    return [
        one for _by, one in sorted(owing, key=lambda pair: (pair[0], pair[1].subject.public_id))
    ]


def private_cases() -> QuerySet[PrivateCase]:
    """Return every case without a public incident, the latest first."""
    return PrivateCase.objects.filter(incident=None).prefetch_related(*NOTED)


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


def latest_estimate(subject: Subject, regime: Regime) -> Estimate | None:
    """Return the figures that count for a regime, None before any were noted."""
    found = [one for one in subject.estimates.all() if one.regime == regime]
    return found[-1] if found else None


def _watched(now: datetime) -> QuerySet[Incident]:
    since = now - LOOKED_BACK
    ordinary = Q(backfilled=False, in_error=False)
    # The final report counts from the end, and what is found out late from when it was noted.
    recent = Q(resolved_at=None) | Q(resolved_at__gte=since) | _noted(noted_at__gte=since)
    found = Incident.objects.filter(recent, ordinary | _noted())
    return found.prefetch_related(*NOTED).order_by("pk")


def _noted(**since: datetime) -> Q:
    """Return the condition that staff have noted figures or a cause of an incident."""
    rows = (
        model.objects.filter(incident=OuterRef("pk"), **since) for model in (Estimate, RegimeStart)
    )
    figures, causes = map(Exists, rows)
    return Q(figures) | Q(causes)


def _cases(now: datetime) -> QuerySet[PrivateCase]:
    return private_cases().filter(Q(resolved_at=None) | Q(resolved_at__gte=now - LOOKED_BACK))


def _lines(
    due: Mapping[Duty, datetime | None], ticks: Mapping[str, CompletedDuty], now: datetime
) -> Iterable[DutyLine]:
    for duty, by in due.items():
        tick = ticks.get(duty)
        late = by is not None and (tick.done_at if tick else now) > by
        yield DutyLine(duty, by, tick, late)


def _facts(subject: Subject, regime: Regime, starts: Iterable[RegimeStart]) -> IncidentFacts:
    return IncidentFacts(
        started_at=subject.started_at,
        ended_at=subject.resolved_at,
        interrupts=_interrupts(subject),
        counts=[_counts(one) for one in subject.estimates.all() if one.regime == regime],
        starts=[
            Start(one.known_at, one.cause, one.grade) for one in starts if one.closed_at is None
        ],
    )


def _interrupts(subject: Subject) -> bool:
    """Return whether the duration counts: not of a case, nor of what there was not."""
    if isinstance(subject, PrivateCase) or subject.in_error:
        return False
    return subject.impact in settings.REGULATOR_INTERRUPTIONS


def _counts(row: Estimate) -> ReportedCounts:
    figures = {str(name): getattr(row, name) for name in COUNTED}
    return ReportedCounts(row.known_at or row.noted_at, figures, row.grade)
