"""Publish a statement alone, or submit it for approval: what both doors call."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from statuspage.approvals.answers import answer_publish
from statuspage.approvals.models import Proposal, ProposalAct
from statuspage.approvals.proposals import propose, propose_answer
from statuspage.approvals.rules import approval_of_answer, approval_of_notice
from statuspage.approvals.scheduling import check_publish_at, notice_schedule
from statuspage.notices.kind import notice_kind
from statuspage.notices.services import notice_draft, notice_publish
from statuspage.staff.models import Staff
from statuspage.statements.models import Statement
from statuspage.statements.placeholders import check_filled_in

Submitted = Statement | Proposal
CONFIRMED: Final = "confirmed"


def notice_alone(*, author: Staff, alone: bool = False, **written: Any) -> Statement:
    """Publish a notice by one person; ValidationError (`second_person`) where it takes two."""
    approval_of_notice(notice_kind(written["kind"])).check(author, alone=alone)
    return notice_publish(author=author, **written)


def notice_submit(
    *,
    token: UUID,
    author: Staff,
    alone: bool = False,
    publish_at: datetime | None = None,
    **written: Any,
) -> Submitted:
    """Publish a notice, or submit it for approval where its author needs a second person.

    With `publish_at` it is checked for that moment, and published then.

    Raises:
        ValidationError: as `notice_publish` does, or the time has passed.
    """
    binds = approval_of_notice(notice_kind(written["kind"])).binds(author, alone=alone)
    confirmed = written.get(CONFIRMED, False)
    if publish_at:
        check_publish_at(publish_at, backdated=bool(written.get("originally")))
        return notice_schedule(
            token=token,
            draft=notice_draft(publish_at, **written),
            author=author,
            publish_at=publish_at,
            needs_two=binds,
            confirmed=confirmed,
        )
    if not binds:
        return notice_publish(author=author, **written)
    return propose(token=token, draft=notice_draft(**written), staff=author, confirmed=confirmed)


def answer_alone(
    *, act: ProposalAct, statement: Statement, author: Staff, alone: bool = False, **said: Any
) -> Statement:
    """Correct or withdraw a statement by one person; `said` are its text and facts.

    Raises:
        ValidationError: it takes two (`second_person`), or the service refuses it.
    """
    approval_of_answer(statement).check(author, alone=alone)
    check_filled_in(said.get("body") or {})
    return answer_publish(act=act, statement=statement, author=author, **said)


def answer_submit(
    *,
    token: UUID,
    act: ProposalAct,
    statement: Statement,
    author: Staff,
    alone: bool = False,
    **said: Any,
) -> Submitted:
    """Correct or withdraw a statement, or submit that where its author needs a second person.

    Raises:
        ValidationError: as the act's service does.
    """
    check_filled_in(said.get("body") or {})
    if approval_of_answer(statement).binds(author, alone=alone):
        return propose_answer(token=token, act=act, statement=statement, staff=author, **said)
    return answer_publish(act=act, statement=statement, author=author, **said)
