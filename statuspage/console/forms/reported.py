"""What the form of a new incident takes from what a monitor reported, and gives back to it."""

from datetime import datetime
from typing import Any

from statuspage.components.statuses import Impact
from statuspage.incidents.promises import promised_by
from statuspage.monitors.decisions import draft_opened, opening_of, signal_published, words_of
from statuspage.monitors.models import Signal, SignalDraft
from statuspage.staff.models import Staff
from statuspage.statements.models import Statement


def first_values(draft: SignalDraft | None, signal: Signal | None, now: datetime) -> dict[str, Any]:
    """Return the first values: of a rule's draft, of a signal without a rule, or of neither."""
    if draft:
        return {**opening_of(draft, now)}
    return {
        "next_update_by": promised_by(Impact.MAJOR, now),
        **(words_of(signal) if signal else {}),
    }


def reported_opened(
    draft: SignalDraft | None, signal: Signal | None, statement: Statement, author: Staff
) -> None:
    """Note with the draft or the signal that its incident is public now."""
    if draft:
        draft_opened(draft=draft, statement=statement, by=author)
    if signal:
        signal_published(signal=signal, statement=statement)
