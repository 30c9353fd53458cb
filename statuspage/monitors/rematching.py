"""Have the rules as they now are match what fires: after a change of a rule, and every minute."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from statuspage.incidents.lifecycle import IncidentStatus
from statuspage.lib.database_clock import database_now
from statuspage.monitors.book import DraftBook
from statuspage.monitors.intake import publish_by_rule
from statuspage.monitors.matching import first_fitting
from statuspage.monitors.models import Signal, SignalDraft, SignalDraftState, SignalRule
from statuspage.monitors.selectors import rules_in_use
from statuspage.statements.services import publishing


def rules_apply() -> int:
    """Match what fires, or waits, to the rules in use; return how many signals changed hands.

    What already fired joins or opens a draft; what a rule no longer matches is released from it.
    """
    now, rules = database_now(), list(rules_in_use())
    moved: dict[SignalRule | None, list[int]] = {}
    for one in _concerned().iterator():
        rule = first_fitting(rules, one.labels)
        if one.rule_id != (rule.pk if rule else None) or (rule and _is_missed(one)):
            moved.setdefault(rule, []).append(one.pk)
    for rule, signals in moved.items():
        publish_by_rule(_move(rule, signals, now))
    _lapse_emptied(now)
    return sum(map(len, moved.values()))


def _concerned() -> QuerySet[Signal]:
    waiting = Q(draft__state=SignalDraftState.WAITING)
    return Signal.objects.filter(Q(firing=True) | waiting).only(
        "labels", "rule_id", "draft_id", "firing"
    )


def _is_missed(signal: Signal) -> bool:
    """Return whether a rule matches it that was made after it had begun to fire."""
    return signal.firing and signal.draft_id is None


def _move(rule: SignalRule | None, signals: Sequence[int], now: datetime) -> list[SignalDraft]:
    # The same order of locks as when reports are stored.
    with publishing() if rule and rule.publishes else transaction.atomic():
        if rule:
            SignalRule.objects.select_for_update().get(pk=rule.pk)
        rows = Signal.objects.select_for_update(of=("self",)).select_related("draft__incident")
        found = list(rows.filter(pk__in=signals).order_by("pk"))
        book = DraftBook(rule, found, now) if rule else None
        drafts = [_draft_of(one, book) for one in found]
        touched = book.save() if book else []
        placed: dict[SignalDraft | None, list[int]] = {}
        for one, draft in zip(found, drafts, strict=True):
            placed.setdefault(draft, []).append(one.pk)
        for draft, pks in placed.items():
            Signal.objects.filter(pk__in=pks).update(rule=rule, draft=draft)
        return touched


def _draft_of(signal: Signal, book: DraftBook | None) -> SignalDraft | None:
    """Return the draft under the new rule; one that is decided and over keeps its evidence."""
    found = book.find(signal) if book and signal.firing else None
    if found or signal.draft is None:
        return found
    incident = signal.draft.incident
    is_open = incident is not None and incident.status != IncidentStatus.RESOLVED
    released = is_open or signal.draft.state == SignalDraftState.WAITING
    return None if released else signal.draft


def _lapse_emptied(now: datetime) -> None:
    emptied = SignalDraft.objects.filter(state=SignalDraftState.WAITING, signals=None)
    SignalDraft.objects.filter(pk__in=emptied.values("pk")).update(
        state=SignalDraftState.LAPSED, decided_at=now
    )
