"""What a proposal can hold: a notice, a correction or a withdrawal; how each is foreseen and done.

A proposal stores the name of its act and the arguments of the act's service. A new act is one more
class here; nothing else knows what a proposal does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Final

from django.core.exceptions import ValidationError

from statuspage.approvals.answers import answer_findings, answer_publish
from statuspage.approvals.models import Proposal, ProposalAct
from statuspage.lib.database_clock import database_now
from statuspage.notices.audience import clean_audience, in_full
from statuspage.notices.backdating import said_at
from statuspage.notices.fields import Payload
from statuspage.notices.kind import NoticeKind, notice_kind
from statuspage.notices.oddities import oddities
from statuspage.notices.services import NoticeDraft, foreseen, notice_draft, notice_publish
from statuspage.notices.telling import Told
from statuspage.staff.models import Staff
from statuspage.statements.canonical import Json, canonical, digest
from statuspage.statements.documents import Subject, correction_content, withdrawal_content
from statuspage.statements.ids import NO_ID
from statuspage.statements.models import Statement
from statuspage.statements.selectors import answers_under, content_now
from statuspage.statements.services import (
    check_answerable,
    preview_correction,
    preview_withdrawal,
)
from statuspage.statements.times import from_iso, iso, iso_or_none


@dataclass(frozen=True)
class ProposalPreview:
    """What publishing a proposal now would say; `digest` shows whether that has changed."""

    kind: str
    subject: Subject
    content: Mapping[str, Json]
    corrects: int | None = None
    # The answers already given to what this one answers.
    answered: Sequence[int] = ()
    warnings: Sequence[str] = ()
    # Why it can no longer be published; empty if it can.
    obstacle: Sequence[str] = ()

    @property
    def digest(self) -> str:
        """The digest of what the approver sees, in hex."""
        return digest(canonical({"content": dict(self.content), "answered": [*self.answered]}))


class ProposedAct:
    """One act that can wait for approval."""

    name: ClassVar[ProposalAct]

    def foreseen(self, proposal: Proposal) -> ProposalPreview:
        """Return what publishing the proposal now would say; nothing is kept."""
        raise NotImplementedError

    def publish(self, proposal: Proposal, approver: Staff | None) -> Statement:
        """Publish in the author's name; ValidationError where the service refuses it."""
        raise NotImplementedError

    def content_at(self, proposal: Proposal, moment: datetime) -> Mapping[str, Json]:
        """Return what publishing it at that moment would say, with everything computed anew.

        Raises:
            ValidationError: the service would refuse it then.
        """
        raise NotImplementedError


class NoticeAct(ProposedAct):
    """Publish a notice."""

    name = ProposalAct.NOTICE

    def foreseen(self, proposal: Proposal) -> ProposalPreview:
        """Return what the notice would say, including what its kind computes."""
        given = _arguments(proposal)
        del given["confirmed"]
        given["audience"] = clean_audience(given["audience"])
        kind = notice_kind(proposal.kind)
        moment = max(filter(None, (proposal.publish_at, database_now())))
        at = said_at(given["originally"], moment)
        given["payload"], obstacle = _payload_now(kind, given["payload"], at)
        draft = NoticeDraft(kind=kind, **given)
        return ProposalPreview(
            kind=proposal.statement_kind,
            subject=Subject("notice", NO_ID),
            content=draft.content(foreseen(draft), moment),
            warnings=_warnings(draft, at),
            obstacle=obstacle,
        )

    def content_at(self, proposal: Proposal, moment: datetime) -> Mapping[str, Json]:
        """Return what the notice would say, if it is published at that moment."""
        draft = notice_draft(moment, kind=proposal.kind, **_arguments(proposal))
        return draft.content(foreseen(draft), moment)

    def publish(self, proposal: Proposal, approver: Staff | None) -> Statement:
        """Publish the notice."""
        given = _arguments(proposal)
        author = proposal.proposed_by
        return notice_publish(kind=proposal.kind, author=author, approved_by=approver, **given)


class CorrectionAct(ProposedAct):
    """Correct a statement."""

    name = ProposalAct.CORRECTION

    def foreseen(self, proposal: Proposal) -> ProposalPreview:
        """Return what the answer would say, the answers before it, and what stands against it."""
        said = answered_by(proposal)
        obstacle = _obstacle(said)
        return ProposalPreview(
            kind=proposal.statement_kind,
            subject=Subject(said.subject_type, said.subject_id),
            content=self.content(said, proposal.draft, possible=not obstacle),
            corrects=said.number,
            answered=answers_under(said),
            warnings=answer_findings(self.name, said, proposal.draft["body"], database_now()),
            obstacle=obstacle,
        )

    def content(self, said: Statement, draft: Mapping[str, Any], *, possible: bool) -> Any:
        """Return the content of the answer; `possible` says whether it can still be published."""
        found = preview_correction(said, facts_of(draft)) if possible else {}
        return correction_content(content_now(said), draft["body"], found)

    def publish(self, proposal: Proposal, approver: Staff | None) -> Statement:
        """Publish the answer."""
        return answer_publish(
            act=self.name,
            statement=answered_by(proposal),
            body=proposal.draft["body"],
            author=proposal.proposed_by,
            confirmed=proposal.draft.get("confirmed", False),
            confirmed_reason=proposal.draft.get("confirmed_reason", ""),
            **facts_of(proposal.draft),
        )


class WithdrawalAct(CorrectionAct):
    """Withdraw a statement."""

    name = ProposalAct.WITHDRAWAL

    def content(self, said: Statement, draft: Mapping[str, Any], *, possible: bool) -> Any:
        """Return the reason and what the withdrawal undoes."""
        found = preview_withdrawal(said) if possible else {}
        return withdrawal_content(content_now(said), draft["body"], found)


FACTS: Final = "facts"
MOMENTS: Final = frozenset({"started_at", "next_update_by"})
ACTS: Final[Mapping[str, ProposedAct]] = {
    one.name: one for one in (NoticeAct(), CorrectionAct(), WithdrawalAct())
}


def act_of(proposal: Proposal) -> ProposedAct:
    """Return the act that a proposal holds."""
    return ACTS[proposal.act]


def answered_by(proposal: Proposal) -> Statement:
    """Return the statement that a proposed answer is about."""
    if proposal.answers is None:
        raise TypeError("this proposal answers no statement")
    return proposal.answers


def written_facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts of a correction as a proposal stores them."""
    return {
        name: iso(value) if isinstance(value, datetime) else value for name, value in facts.items()
    }


def facts_of(draft: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts that a proposal stores, as the service takes them."""
    return {
        name: from_iso(value) if name in MOMENTS and value else value
        for name, value in draft.get(FACTS, {}).items()
    }


def written(draft: NoticeDraft, *, confirmed: bool) -> dict[str, Any]:
    """Return a notice as a proposal stores it."""
    return {
        "title": dict(draft.title),
        "body": dict(draft.body),
        "payload": dict(draft.payload),
        "audience": in_full(draft.audience),
        "incident_id": draft.incident_id,
        "effective_from": iso_or_none(draft.effective_from),
        "effective_until": iso_or_none(draft.effective_until),
        "short": dict(draft.short),
        "confirmed": confirmed,
        "confirmed_reason": draft.confirmed_reason,
        "told": str(draft.told),
        "originally": dict(draft.originally) if draft.originally else None,
    }


def _arguments(proposal: Proposal) -> dict[str, Any]:
    # A proposal of before there was a choice was to be sent to everyone.
    given = {"told": str(Told.ALL), **proposal.draft}
    for name in ("effective_from", "effective_until"):
        moment: datetime | None = from_iso(given[name]) if given[name] else None
        given[name] = moment
    return given


def _payload_now(
    kind: NoticeKind, submitted: Mapping[str, Any], moment: datetime
) -> tuple[Payload, Sequence[str]]:
    """Return the payload with everything computed anew, and why it cannot be published.

    What it was computed from may have changed since it was submitted: a rule, a payment, a day.
    Where it is refused it stays as it was submitted.
    """
    # What its kind has asked for since then was left out.
    whole = {**dict.fromkeys(one.name for one in kind.fields), **submitted}
    try:
        return kind.clean(whole, moment), ()
    except ValidationError as error:
        return whole, error.messages


def _warnings(draft: NoticeDraft, moment: datetime) -> Sequence[str]:
    """Return what its author confirmed: what is odd, and what its kind found in the words."""
    odd = oddities(
        draft.kind,
        draft.payload,
        moment,
        audience=draft.audience,
        window=(draft.effective_from, draft.effective_until),
        incident_id=draft.incident_id,
        told=draft.told,
    )
    return [*odd, *draft.kind.findings(draft.payload, draft.words, moment)]


def _obstacle(said: Statement) -> Sequence[str]:
    try:
        check_answerable(said)
    except ValidationError as error:
        return error.messages
    return ()
