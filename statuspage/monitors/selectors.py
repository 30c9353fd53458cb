"""Read signals and drafts."""

from django.db.models import QuerySet

from statuspage.monitors.models import Signal, SignalDraft, SignalDraftState


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
    return Signal.objects.select_related("rule")
