"""What time brings: drafts that lapse, and rows that are deleted."""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings

from statuspage.lib.database_clock import database_now
from statuspage.monitors.drafting import is_over
from statuspage.monitors.models import (
    IntakeNote,
    Signal,
    SignalChange,
    SignalDraft,
    SignalDraftState,
)
from statuspage.monitors.selectors import waiting_drafts

# A rule is tried on the last 24 hours; what began before them must be known as well.
CHANGES_KEPT: Final = timedelta(hours=48)
MOST_CHANGES: Final = 50_000
NOTES_KEPT: Final = timedelta(days=30)
MOST_NOTES: Final = 2_000


def drafts_lapse(now: datetime | None = None) -> int:
    """Close drafts that ended, and stayed quiet, before a decision; return their number."""
    moment, lapsed = now or database_now(), 0
    for one in waiting_drafts():
        firing = any(signal.firing for signal in one.signals.all())
        quiet = timedelta(minutes=one.rule.quiet_minutes)
        if is_over(one.last_signal_at, firing=firing, quiet=quiet, now=moment):
            rows = SignalDraft.objects.filter(
                pk=one.pk, state=SignalDraftState.WAITING, last_signal_at=one.last_signal_at
            )
            lapsed += rows.update(state=SignalDraftState.LAPSED, decided_at=moment)
    return lapsed


def signals_forget(now: datetime | None = None) -> int:
    """Delete signals not reported for SIGNALS_KEEP_DAYS; return their number.

    The history and the notes about reports that could not be taken have shorter lives.
    """
    moment = now or database_now()
    limit = moment - timedelta(days=settings.SIGNALS_KEEP_DAYS)
    old = Signal.objects.filter(last_seen_at__lt=limit).exclude(
        draft__state=SignalDraftState.WAITING
    )
    _, deleted = old.delete()
    _keep_newest(SignalChange, moment - CHANGES_KEPT, MOST_CHANGES)
    _keep_newest(IntakeNote, moment - NOTES_KEPT, MOST_NOTES)
    return deleted.get(Signal._meta.label, 0)


def _keep_newest(model: type[SignalChange] | type[IntakeNote], since: datetime, most: int) -> None:
    """Delete rows that are older, and of the others the oldest beyond so many."""
    model._default_manager.filter(at__lt=since).delete()
    first = model._default_manager.order_by("-pk").values_list("pk", flat=True)[most - 1 : most]
    for pk in first:
        model._default_manager.filter(pk__lt=pk).delete()
