"""Reading signals and drafts."""

from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from statuspage.monitors.models import Signal, SignalDraft


def waiting_drafts() -> QuerySet[SignalDraft]:
    """What waits for somebody to confirm it, the oldest first."""
    return drafts().filter(state=SignalDraft.State.WAITING).order_by("pk")


def decided_drafts() -> QuerySet[SignalDraft]:
    """What became of the others, the newest first."""
    return drafts().exclude(state=SignalDraft.State.WAITING)


def drafts() -> QuerySet[SignalDraft]:
    """Every draft with its rule and its signals."""
    return SignalDraft.objects.select_related(
        "rule__template", "rule__component", "incident", "decided_by"
    ).prefetch_related("signals", "rule__template__components")


def signals() -> QuerySet[Signal]:
    """Everything that is watched, the last reported first."""
    return Signal.objects.select_related("rule")


def silent_since(draft: SignalDraft) -> timedelta:
    """How long its monitors have reported nothing."""
    return timezone.now() - draft.last_signal_at
