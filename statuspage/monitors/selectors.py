"""Read rules, signals and drafts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Max, Q, QuerySet

from statuspage.incidents.lifecycle import IncidentStatus
from statuspage.incidents.models import Incident
from statuspage.lib.database_clock import database_now
from statuspage.monitors.models import (
    IntakeNote,
    Signal,
    SignalDraft,
    SignalDraftState,
    SignalRule,
)
from statuspage.statements.documents import WITHDRAWAL
from statuspage.statements.models import Statement

OPENED: Final = "incident.opened"
# Alertmanager repeats what fires every four hours, and says nothing while nothing does.
SILENT: Final = timedelta(hours=5)
LATE_NOTES: Final = timedelta(hours=24)


def notes_of_late(now: datetime | None = None) -> QuerySet[IntakeNote]:
    """Return what could not be taken of monitors' calls in the last 24 hours, newest first."""
    return IntakeNote.objects.filter(at__gte=(now or database_now()) - LATE_NOTES)


def rules() -> QuerySet[SignalRule]:
    """Return every rule, in the order in which they are asked."""
    related = ("template", "component", "changed_by", "confirmed_by")
    return SignalRule.objects.select_related(*related)


def rules_in_use() -> QuerySet[SignalRule]:
    """Return the rules that signals are matched to, in that order."""
    return SignalRule.objects.filter(enabled=True).select_related("template")


def rules_waiting() -> list[SignalRule]:
    """Return the rules that may publish by themselves once a second person confirms it."""
    return [one for one in rules().filter(enabled=True, auto_publish=True) if one.waits]


def published_in_error(incidents: Iterable[Incident]) -> set[int]:
    """Return the ids of those whose first statement was withdrawn, so that they are closed."""
    closed = {one.public_id: one.pk for one in incidents if one.status == IncidentStatus.RESOLVED}
    if not closed:
        return set()
    answers = Statement.objects.filter(
        kind=WITHDRAWAL, corrects__kind=OPENED, subject_id__in=[*closed]
    )
    return {closed[subject] for subject in answers.values_list("subject_id", flat=True)}


@dataclass(frozen=True)
class MonitoringState:
    """How many alerts fire, of which no rule says anything, the worst, and the last report."""

    firing: int
    unmatched: int
    worst: Signal | None
    last_report_at: datetime | None
    # None where no monitor has ever reported.
    silent_for: timedelta | None

    @property
    def is_silent(self) -> bool:
        """Whether no monitor has reported for long."""
        return self.silent_for is not None and self.silent_for >= SILENT


def monitoring_state() -> MonitoringState:
    """Return what monitors say at present."""
    firing = firing_signals()
    last: datetime | None = Signal.objects.aggregate(last=Max("last_seen_at"))["last"]
    return MonitoringState(
        firing=firing.count(),
        unmatched=unmatched_signals().count(),
        worst=firing.first(),
        last_report_at=last,
        silent_for=max(database_now() - last, timedelta(0)) if last else None,
    )


def firing_signals() -> QuerySet[Signal]:
    """Return what fires, the worst first, and of those the longest first."""
    return signals().filter(firing=True).order_by("-severity", "started_at", "pk")


def unmatched_signals() -> QuerySet[Signal]:
    """Return what fires without a rule, unless staff published an incident that is still open."""
    told = Q(incident__isnull=False) & ~Q(incident__status=IncidentStatus.RESOLVED)
    return firing_signals().filter(rule=None).exclude(told)


def waiting_drafts() -> QuerySet[SignalDraft]:
    """Return the drafts that wait for a decision, oldest first."""
    return drafts().filter(state=SignalDraftState.WAITING).order_by("pk")


def decided_drafts() -> QuerySet[SignalDraft]:
    """Return the decided drafts, newest first."""
    return drafts().exclude(state=SignalDraftState.WAITING)


def drafts() -> QuerySet[SignalDraft]:
    """Return every draft with its rule and its signals."""
    return SignalDraft.objects.select_related(
        "rule__template", "rule__component", "incident", "decided_by"
    ).prefetch_related("signals", "rule__template__components")


def signals() -> QuerySet[Signal]:
    """Return every signal with its rule, last reported first."""
    return Signal.objects.select_related("rule", "incident")
