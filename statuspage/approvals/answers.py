"""Publish a correction or a withdrawal: what a correction says was compared with its notice."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from statuspage.approvals.models import ProposalAct
from statuspage.notices.corrections import check_confirmed, correction_findings
from statuspage.staff.audit import record
from statuspage.staff.models import Staff
from statuspage.statements.models import Statement
from statuspage.statements.selectors import body_as_corrected
from statuspage.statements.services import publishing, statement_correct, statement_withdraw
from statuspage.statements.texts import Text

ANSWER_SERVICES: Final[Mapping[str, Callable[..., Statement]]] = {
    ProposalAct.CORRECTION: statement_correct,
    ProposalAct.WITHDRAWAL: statement_withdraw,
}


def answer_findings(
    act: str, statement: Statement, body: Text | None, moment: datetime
) -> Sequence[str]:
    """Return what the answer says that its notice does not; a withdrawal gives but a reason."""
    if act != ProposalAct.CORRECTION:
        return ()
    said = body_as_corrected(statement) if body is None else body
    return correction_findings(statement, said, moment)


def answer_publish(
    *,
    act: str,
    statement: Statement,
    author: Staff | None,
    body: Text | None = None,
    confirmed: bool = False,
    confirmed_reason: str = "",
    **facts: Any,
) -> Statement:
    """Publish it; the reason why odd words are right goes into the audit log.

    Raises:
        ValidationError: as the act's service does, or a finding was not confirmed with a reason.
    """
    with publishing() as now:
        found = answer_findings(act, statement, body, now)
        reason = check_confirmed(found, confirmed=confirmed, reason=confirmed_reason)
        said = ANSWER_SERVICES[act](statement=statement, body=body, author=author, **facts)
        if reason:
            record(
                act="finding.confirmed",
                staff=author,
                who="" if author else "system",
                target=f"#{said.number}",
                after={"findings": [*found], "reason": reason},
            )
        return said
