"""Where a notice stands: not in effect yet, over, replaced, or with a date that has passed."""

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from statuspage.notices.kind import NoticeState
from statuspage.notices.models import Notice
from statuspage.pages.timeline import NOTICE, known_kind
from statuspage.settlement.in_use import REPLACED, statements_in_force
from statuspage.statements.models import Statement

Window = tuple[datetime | None, datetime | None]


def state_of(notice: Notice, statements: Sequence[Statement], now: datetime) -> NoticeState | None:
    """Return the state to point out; None for one that holds, or whose dates are to come."""
    kind = known_kind(f"{NOTICE}.{notice.kind}")
    if kind is None or not statements:
        return None
    if found := kind.state(notice.payload, now):
        return found
    if notice.effective_until and notice.effective_until <= now:
        return NoticeState.OVER
    if notice.kind not in REPLACED:
        return None
    held = statements_in_force(timezone.localdate(now))
    return None if statements[0].number in held else NoticeState.REPLACED


def own_window(notice: Notice) -> Window:
    """Return the window that its author gave it: its kind's own is among its details."""
    window = notice.effective_from, notice.effective_until
    kind = known_kind(f"{NOTICE}.{notice.kind}")
    if kind is None:
        return window
    begins, ends = (
        None if given == said else given
        for given, said in zip(window, kind.window(notice.payload), strict=True)
    )
    return begins, ends
