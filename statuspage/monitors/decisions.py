"""The incident that a draft would open, and the decision about the draft."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from statuspage.components.models import Component
from statuspage.incidents.content import NAME_LENGTH, Opening
from statuspage.incidents.models import Incident
from statuspage.incidents.promises import promised_by
from statuspage.incidents.selectors import open_incidents
from statuspage.incidents.services.incidents import incident_open
from statuspage.lib.database_clock import database_now
from statuspage.monitors.models import Signal, SignalDraft, SignalDraftState, SignalRule
from statuspage.statements.authors import Author
from statuspage.statements.models import Statement
from statuspage.statements.services import publishing
from statuspage.statements.texts import LANGUAGES


def opening_of(draft: SignalDraft, now: datetime) -> Opening:
    """Return the arguments of `incident_open` for the draft as it is now."""
    rule, template = draft.rule, draft.rule.template
    concerned = rule.concerned()
    words = rule.words(draft.detected_at, now, concerned)
    return Opening(
        name=words["name"],
        body=words["body"],
        short=words["short"],
        components=_claims(rule, concerned),
        status=template.status,
        impact=template.impact,
        detected_at=draft.detected_at,
        next_update_by=promised_by(template.impact, now),
    )


def words_of(signal: Signal) -> dict[str, Any]:
    """Return the first values of an incident about a signal without a rule: its own words.

    A monitor speaks one language, so that its words stand in both until staff translate them.
    """
    return {
        "name": dict.fromkeys(LANGUAGES, signal.said[:NAME_LENGTH]),
        "body": dict.fromkeys(LANGUAGES, signal.said),
        "detected_at": signal.started_at,
    }


def claims_of(rule: SignalRule) -> dict[str, str]:
    """Return the state of each component, by public id, that a rule's signals stand for."""
    return _claims(rule, rule.concerned())


def _claims(rule: SignalRule, concerned: Iterable[Component]) -> dict[str, str]:
    status = rule.component_status or rule.template.component_status
    return {one.public_id: status for one in concerned}


def told_already(rule: SignalRule) -> Incident | None:
    """Return the newest open incident about one of the rule's components, or None."""
    concerned = set(claims_of(rule))
    for incident in open_incidents():
        if concerned & {row.component.public_id for row in incident.affected.all()}:
            return incident
    return None


def draft_publish(*, draft: SignalDraft, by: Author | None) -> Statement | None:
    """Open the incident that the draft describes; `by` is None where its rule publishes.

    A rule that publishes by itself opens no second incident about a component. If one is already
    open, the draft is added to it and nothing is published; nor where the rule may not any more.

    Raises:
        ValidationError: it was decided before, has placeholders left, or cannot be published.
    """
    with publishing():
        row = _waiting(draft)
        if by is None and not row.rule.publishes:  # it was changed in the meantime
            return None
        known = told_already(row.rule) if by is None else None
        if known:
            _decide(row, SignalDraftState.PUBLISHED, by, known)
            return None
        opening = opening_of(row, database_now())
        statement = incident_open(**opening, author=by)
        _decide(row, SignalDraftState.PUBLISHED, by, _incident_of(statement))
        return statement


def draft_opened(*, draft: SignalDraft, statement: Statement, by: Author | None) -> None:
    """Mark the draft as opened, in the publishing transaction; ValidationError if decided."""
    _decide(_waiting(draft), SignalDraftState.PUBLISHED, by, _incident_of(statement))


def signal_published(*, signal: Signal, statement: Statement) -> None:
    """Note the incident that staff opened from a signal without a rule."""
    Signal.objects.filter(pk=signal.pk).update(incident=_incident_of(statement))


def draft_join(*, draft: SignalDraft, incident: Incident, by: Author) -> None:
    """Add the draft to an open incident; ValidationError if it was decided before."""
    with transaction.atomic():
        _decide(_waiting(draft), SignalDraftState.PUBLISHED, by, incident)


def draft_dismiss(*, draft: SignalDraft, by: Author) -> None:
    """Dismiss the draft, so that nothing is published; ValidationError if decided before."""
    with transaction.atomic():
        _decide(_waiting(draft), SignalDraftState.DISMISSED, by)


def _incident_of(statement: Statement) -> Incident:
    return Incident.objects.get(public_id=statement.subject_id)


def _waiting(draft: SignalDraft) -> SignalDraft:
    rows = SignalDraft.objects.select_for_update(of=("self",)).select_related("rule__template")
    row = rows.prefetch_related("rule__template__components").get(pk=draft.pk)
    if row.state != SignalDraftState.WAITING:
        raise ValidationError(
            _("Already decided: %(state)s."),
            code="superseded",
            params={"state": row.get_state_display()},
        )
    return row


def _decide(
    row: SignalDraft, state: str, by: Author | None, incident: Incident | None = None
) -> None:
    row.state, row.incident = state, incident
    row.decided_by, row.decided_at = by, database_now()
    row.save(update_fields=["state", "incident", "decided_by", "decided_at"])
