"""Deciding what becomes of a draft: once, by one person, the clock or the rule itself."""

from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from statuspage.incidents.models import Incident
from statuspage.incidents.placeholders import check_filled_in
from statuspage.incidents.services.incidents import incident_open
from statuspage.monitors.models import Signal, SignalDraft
from statuspage.monitors.opening import opening_of, told_already
from statuspage.monitors.selectors import waiting_drafts
from statuspage.statements.authors import Author
from statuspage.statements.models import Statement
from statuspage.statements.services import publishing


def draft_publish(*, draft: SignalDraft, by: Author | None) -> Statement | None:
    """Open the incident that the draft describes; `by` is None where its rule publishes.

    A rule alone opens no second incident about a component of which one is open already: then
    the draft belongs to that one, and nothing is published.

    Raises:
        ValidationError: it was decided before, has placeholders left, or cannot be published.
    """
    with publishing():
        row = _waiting(draft)
        known = told_already(row.rule) if by is None else None
        if known:
            _decide(row, SignalDraft.State.PUBLISHED, by, known)
            return None
        opening = opening_of(row, timezone.now())
        for text in (opening.name, opening.body):
            check_filled_in(text)
        statement = incident_open(**vars(opening), author=by)
        draft_opened(draft=row, statement=statement, by=by)
        return statement


def draft_opened(*, draft: SignalDraft, statement: Statement, by: Author | None) -> None:
    """Note that an incident was opened from it; called inside the publishing transaction.

    Raises:
        ValidationError: it was decided before.
    """
    incident = Incident.objects.get(public_id=statement.subject_id)
    _decide(_waiting(draft), SignalDraft.State.PUBLISHED, by, incident)


def draft_join(*, draft: SignalDraft, incident: Incident, by: Author) -> None:
    """Note that an open incident tells of it already; nothing is published.

    Raises:
        ValidationError: it was decided before.
    """
    with transaction.atomic():
        _decide(_waiting(draft), SignalDraft.State.PUBLISHED, by, incident)


def draft_dismiss(*, draft: SignalDraft, by: Author) -> None:
    """Say that it is nothing for the public.

    Raises:
        ValidationError: it was decided before.
    """
    with transaction.atomic():
        _decide(_waiting(draft), SignalDraft.State.DISMISSED, by)


def drafts_lapse(now: datetime | None = None) -> int:
    """Close what was over, and quiet, before anybody decided; returns how many those were."""
    moment, lapsed = now or timezone.now(), 0
    for one in waiting_drafts():
        quiet = moment - one.last_signal_at >= timedelta(minutes=one.rule.quiet_minutes)
        if quiet and not any(signal.firing for signal in one.signals.all()):
            rows = SignalDraft.objects.filter(
                pk=one.pk, state=SignalDraft.State.WAITING, last_signal_at=one.last_signal_at
            )
            lapsed += rows.update(state=SignalDraft.State.LAPSED, decided_at=moment)
    return lapsed


def signals_forget(now: datetime | None = None) -> int:
    """Drop signals of which nothing was heard for SIGNALS_KEEP_DAYS; returns how many."""
    limit = (now or timezone.now()) - timedelta(days=settings.SIGNALS_KEEP_DAYS)
    old = Signal.objects.filter(last_seen_at__lt=limit).exclude(
        draft__state=SignalDraft.State.WAITING
    )
    return old.delete()[0]


def _waiting(draft: SignalDraft) -> SignalDraft:
    rows = SignalDraft.objects.select_for_update(of=("self",)).select_related("rule__template")
    row = rows.get(pk=draft.pk)
    if row.state != SignalDraft.State.WAITING:
        raise ValidationError(
            _("This was decided meanwhile: %(state)s."),
            code="superseded",
            params={"state": row.get_state_display()},
        )
    return row


def _decide(
    row: SignalDraft, state: str, by: Author | None, incident: Incident | None = None
) -> None:
    row.state, row.incident = state, incident
    row.decided_by, row.decided_at = by, timezone.now()
    row.save(update_fields=["state", "incident", "decided_by", "decided_at"])
