"""Approval by a second person before publishing, and review after publishing without one."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from statuspage.approvals.acts import FACTS, ProposalPreview, act_of, written, written_facts
from statuspage.approvals.answers import answer_findings
from statuspage.approvals.drafts import draft_finish, draft_reopen
from statuspage.approvals.models import Proposal, ProposalAct, ProposalState, Review
from statuspage.lib.database_clock import database_now
from statuspage.notices.corrections import check_confirmed
from statuspage.notices.services import NoticeDraft, check_author_stays, check_second_person
from statuspage.staff.models import Staff
from statuspage.statements.models import Statement
from statuspage.statements.selectors import body_as_corrected
from statuspage.statements.services import (
    check_answerable,
    check_correction,
    publishing,
)
from statuspage.statements.texts import Text, clean_text

# Characters of the reason for which something is sent back.
NOTE_LENGTH: Final = 2000


def waiting() -> QuerySet[Proposal]:
    """Return the proposals that wait for approval, oldest first."""
    found = Proposal.objects.filter(state=ProposalState.WAITING)
    return found.select_related("proposed_by").order_by("pk")


def waiting_about(statement: Statement) -> QuerySet[Proposal]:
    """Return the corrections and withdrawals of the statement that wait for approval."""
    return waiting().filter(answers=statement)


def propose(
    *,
    token: UUID,
    draft: NoticeDraft,
    staff: Staff,
    confirmed: bool = False,
    publish_at: datetime | None = None,
) -> Proposal:
    """Submit a notice for approval; the form with this token does so only once.

    `confirmed` says that its author has accepted the warnings about it. With `publish_at` it is
    published then, if it is approved by then, and else as soon as it is.
    """
    return _submit(token, staff, notice_given(draft, confirmed, publish_at))


def notice_given(
    draft: NoticeDraft, confirmed: bool, publish_at: datetime | None
) -> dict[str, Any]:
    """Return a notice's columns in the row of its proposal."""
    return {
        "kind": draft.kind.name,
        "draft": written(draft, confirmed=confirmed),
        "publish_at": publish_at,
    }


def propose_answer(
    *,
    token: UUID,
    act: ProposalAct,
    statement: Statement,
    staff: Staff,
    body: Text | None = None,
    confirmed: bool = False,
    confirmed_reason: str = "",
    **facts: Any,
) -> Proposal:
    """Submit a correction or a withdrawal for approval; the form with this token only once.

    Raises:
        ValidationError: as the act's service does, or a finding was not confirmed with a reason.
    """
    if earlier := Proposal.objects.filter(token=token).first():
        return earlier
    check_answerable(statement)
    right = clean_text(body) if body is not None else body_as_corrected(statement)
    if act == ProposalAct.CORRECTION:
        check_correction(statement, right, facts)
    found = answer_findings(act, statement, right, database_now())
    draft = {
        "confirmed": confirmed,
        "confirmed_reason": check_confirmed(found, confirmed=confirmed, reason=confirmed_reason),
        "title": statement.content.get("name", {}),
        "body": dict(right),
        FACTS: written_facts(facts),
    }
    return _submit(token, staff, {"act": act, "kind": act, "draft": draft, "answers": statement})


def _submit(token: UUID, staff: Staff, given: Mapping[str, Any]) -> Proposal:
    defaults = {**given, "proposed_by": staff}
    proposal, _made = Proposal.objects.get_or_create(token=token, defaults=defaults)
    return proposal


def foreseen_of(proposal: Proposal) -> ProposalPreview:
    """Return the preview of what publishing the proposal now would say."""
    said = act_of(proposal).foreseen(proposal)
    return replace(said, obstacle=[*said.obstacle, *_author_gone(proposal)])


def approve(*, proposal: Proposal, staff: Staff, seen: str) -> Statement | Proposal:
    """Publish the proposal in its author's name; `seen` is the digest that the approver saw.

    Until its time has come it is scheduled: approved, and not published (scheduling.py).

    Raises:
        ValidationError: it is already decided; the same person wrote it; the role may not approve;
            its author may no longer publish; its content has changed since; or the service refuses
            it.
    """
    with publishing():
        row = _locked(proposal)
        check_second_person(row.proposed_by, staff, row.proposed_at)
        check_author_stays(row.proposed_by)
        if foreseen_of(row).digest != seen:
            raise ValidationError(
                _("What this changes is no longer what you reviewed. Please review it again."),
                code="seen",
            )
        if row.publish_at and row.publish_at > database_now():
            act_of(row).content_at(row, row.publish_at)  # refuses what cannot be then
            row.approved_by, row.seen, row.note = staff, seen, ""
            decide(row, ProposalState.SCHEDULED, staff, None)
            return row
        statement = act_of(row).publish(row, staff)
        decide(row, ProposalState.PUBLISHED, staff, statement)
        draft_finish(row.token)
        return statement


def send_back(*, proposal: Proposal, staff: Staff, note: str = "") -> None:
    """Reject the proposal and return it to its author as a draft; the author may do so as well.

    What is scheduled is stopped so, until it is published.

    Raises:
        ValidationError: it is already decided, or the role may not approve.
    """
    with publishing():
        row = _locked(proposal, ProposalState.WAITING, ProposalState.SCHEDULED)
        if staff.pk != row.proposed_by_id:
            check_second_person(row.proposed_by, staff, row.proposed_at)
        give_back(row, staff, note.replace("\x00", "").strip()[:NOTE_LENGTH])


def give_back(row: Proposal, staff: Staff | None, note: str) -> None:
    """Return a proposal to its author as a draft; without staff, because it could not go out."""
    row.note = note
    decide(row, ProposalState.SENT_BACK, staff, None)
    draft_reopen(row.token, row.note)


def _author_gone(proposal: Proposal) -> Sequence[str]:
    try:
        check_author_stays(proposal.proposed_by)
    except ValidationError as error:
        return error.messages
    return ()


def _locked(proposal: Proposal, *states: ProposalState) -> Proposal:
    row = Proposal.objects.select_for_update().get(pk=proposal.pk)
    if row.state not in (states or (ProposalState.WAITING,)):
        raise ValidationError(_("This has already been decided."), code="decided")
    return row


def decide(
    row: Proposal, state: ProposalState, staff: Staff | None, said: Statement | None
) -> None:
    """Write a decision into a locked row."""
    row.state, row.decided_by, row.decided_at = state, staff, database_now()
    row.statement = said
    row.save()


def to_review() -> QuerySet[Statement]:
    """Return the statements that no second person has reviewed yet, oldest first."""
    since = database_now() - timedelta(days=settings.REVIEW_WITHIN_DAYS)
    said = Statement.objects.filter(
        kind__in=settings.REVIEWED_KINDS,
        author__isnull=False,
        published_at__gte=since,
        review=None,
    )
    # What a second person approved was read before it was published.
    said = said.exclude(pk__in=Proposal.objects.exclude(statement=None).values("statement"))
    return said.select_related("author").order_by("number")


def review(*, statement: Statement, staff: Staff) -> bool:
    """Mark the statement as reviewed; return False where somebody else did so before.

    Raises:
        ValidationError: the reviewer wrote it, or the role may not approve.
    """
    check_second_person(statement.author, staff, statement.published_at)
    _review, made = Review.objects.get_or_create(statement=statement, defaults={"staff": staff})
    return made
