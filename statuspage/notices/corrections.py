"""Compare the text of a notice's correction with what the notice's details say."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.core.exceptions import ValidationError

from statuspage.notices.generated import NoticeWords, clean_reason
from statuspage.notices.kind import notice_kind
from statuspage.statements.models import Statement
from statuspage.statements.selectors import first_of
from statuspage.statements.texts import Text

PREFIX: Final = "notice."


def correction_findings(statement: Statement, body: Text, moment: datetime) -> Sequence[str]:
    """Return what a correction published at that moment says that its notice's details do not.

    The day on which the notice was published may be named as well as that of the correction.
    """
    first = first_of(statement)
    if not first.kind.startswith(PREFIX):
        return ()
    kind = notice_kind(first.kind.removeprefix(PREFIX))
    payload, words = first.content["payload"], NoticeWords({}, body, {})
    now = kind.findings(payload, words, moment)
    then = {*kind.findings(payload, words, first.published_at)} if now else set()
    return [one for one in now if one in then]


def check_confirmed(findings: Sequence[str], *, confirmed: bool, reason: object) -> str:
    """Return why the words are published although something was found in them.

    Raises:
        ValidationError: something was found that nobody confirmed, or no reason is given.
    """
    if findings and not confirmed:
        problems = [ValidationError(one, "unconfirmed") for one in findings]
        raise ValidationError({"confirmed": problems})
    return clean_reason(reason, findings)
