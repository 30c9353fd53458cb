"""Notices that take two persons: one hands over what is written, another publishes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from statuspage.console.models import Proposal
from statuspage.console.writing import draft_finish, draft_reopen
from statuspage.settlement.audience import clean_audience
from statuspage.settlement.notices import notice_kind
from statuspage.settlement.services import (
    Draft,
    Window,
    check_second_person,
    foreseen,
    notice_publish,
)
from statuspage.staff.models import Staff
from statuspage.statements.canonical import Json, canonical, digest
from statuspage.statements.models import Statement
from statuspage.statements.services import publishing
from statuspage.statements.times import from_iso, iso_or_none

# Characters of the reason for which something is sent back.
NOTE_LENGTH: Final = 2000


@dataclass(frozen=True)
class Foreseen:
    """What publishing a proposal now would say; `digest` tells it from what it said before."""

    draft: Draft
    extra: Mapping[str, Json]

    @property
    def content(self) -> dict[str, Json]:
        """The statement's content."""
        return self.draft.content(self.extra)

    @property
    def digest(self) -> str:
        """Of the content, in hex."""
        return digest(canonical(self.content))


def waiting() -> QuerySet[Proposal]:
    """What waits for a second person, the oldest first."""
    found = Proposal.objects.filter(state=Proposal.State.WAITING)
    return found.select_related("proposed_by").order_by("pk")


def propose(*, token: UUID, draft: Draft, staff: Staff, confirmed: bool = False) -> Proposal:
    """Hand a notice over to a second person; the form with this token does so once.

    `confirmed`: its author has read what is odd about it.
    """
    written = {
        "title": dict(draft.title),
        "body": dict(draft.body),
        "payload": dict(draft.payload),
        "audience": dict(draft.audience),
        "incident_id": draft.incident_id,
        "effective_from": iso_or_none(draft.window.begins),
        "effective_until": iso_or_none(draft.window.ends),
        "confirmed": confirmed,
    }
    proposal, _made = Proposal.objects.get_or_create(
        token=token, defaults={"kind": draft.kind.name, "draft": written, "proposed_by": staff}
    )
    return proposal


def foreseen_of(proposal: Proposal) -> Foreseen:
    """What would be said if it were published now."""
    given = _arguments(proposal)
    draft = Draft(
        kind=notice_kind(proposal.kind),
        title=given["title"],
        body=given["body"],
        payload=given["payload"],
        audience=clean_audience(given["audience"]),
        incident_id=given["incident_id"],
        window=Window(given["effective_from"], given["effective_until"]),
    )
    return Foreseen(draft, foreseen(draft))


def approve(*, proposal: Proposal, staff: Staff, seen: str) -> Statement:
    """Publish it in its author's name; `seen` is the digest of what the approver looked at.

    Raises:
        ValidationError: it is decided already; the same person wrote it; the role may not; what it
            says has changed since; or the service refuses it.
    """
    with publishing():
        row = _locked(proposal)
        check_second_person(row.proposed_by, staff)
        if foreseen_of(row).digest != seen:
            raise ValidationError(
                _("What this changes is different from what you looked at. Please look again."),
                code="seen",
            )
        statement = notice_publish(
            kind=row.kind, author=row.proposed_by, approved_by=staff, **_arguments(row)
        )
        _decide(row, Proposal.State.PUBLISHED, staff, statement)
        draft_finish(row.token)
        return statement


def send_back(*, proposal: Proposal, staff: Staff, note: str = "") -> None:
    """Decide that it is not published; its author may do so as well, and finds it as a draft.

    Raises:
        ValidationError: it is decided already, or the role may not.
    """
    with publishing():
        row = _locked(proposal)
        if staff.pk != row.proposed_by_id:
            check_second_person(row.proposed_by, staff)
        row.note = note.replace("\x00", "").strip()[:NOTE_LENGTH]
        _decide(row, Proposal.State.SENT_BACK, staff, None)
        draft_reopen(row.token, row.note)


def _arguments(proposal: Proposal) -> dict[str, Any]:
    ends = ("effective_from", "effective_until")
    written = dict(proposal.draft)
    return {
        **written,
        **{name: from_iso(written[name]) if written[name] else None for name in ends},
    }


def _locked(proposal: Proposal) -> Proposal:
    row = Proposal.objects.select_for_update().get(pk=proposal.pk)
    if row.state != Proposal.State.WAITING:
        raise ValidationError(_("This was decided already."), code="decided")
    return row


def _decide(row: Proposal, state: Proposal.State, staff: Staff, said: Statement | None) -> None:
    row.state, row.decided_by, row.decided_at = state, staff, timezone.now()
    row.statement = said
    row.save()
