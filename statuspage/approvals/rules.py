"""Which statements a second person must approve: the one rule of the console and the API."""

from collections.abc import Iterator
from enum import Enum
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from statuspage.approvals.models import Proposal
from statuspage.notices.kind import NoticeKind, notice_kind
from statuspage.notices.services import takes_two
from statuspage.postmortems.content import POSTMORTEM
from statuspage.staff.models import Staff
from statuspage.staff.permissions import Act, may
from statuspage.statements.models import Statement

# Kinds of statement, other than notices, that are never published by one person.
BY_TWO: Final = frozenset({POSTMORTEM})
NOTICE: Final = "notice."


class Approval(Enum):
    """Whether a second person approves; a token with the scope ALONE may skip only NEEDED."""

    NOT_NEEDED = 0
    NEEDED = 1
    ALWAYS = 2

    def binds(self, author: Staff, *, alone: bool = False) -> bool:
        """Return whether this author needs a second person; `alone`: by a token of that scope."""
        if self is Approval.NEEDED:
            return not (alone and may(author, Act.PUBLISH_ALONE))
        return self is Approval.ALWAYS

    def check(self, author: Staff, *, alone: bool = False) -> None:
        """Raise ValidationError where this author needs a second person."""
        if self.binds(author, alone=alone):
            raise ValidationError(
                _("This needs a second person's approval. Submit it for approval."),
                code="second_person",
            )


def approval_of_notice(kind: NoticeKind) -> Approval:
    """Return whether notices of this kind need a second person."""
    if kind.four_eyes:
        return Approval.ALWAYS
    return Approval.NEEDED if takes_two(kind) else Approval.NOT_NEEDED


def approval_of_answer(statement: Statement) -> Approval:
    """Return whether a correction or withdrawal of the statement needs a second person.

    An answer follows the rule of what it answers, through all answers to answers. What two
    persons published, or what promises money or a payout date, needs two whatever
    settings.FOUR_EYES_KINDS says today.
    """
    said = [*_chain(statement)]
    first = said[-1]
    if first.kind in BY_TWO:
        return Approval.ALWAYS
    by_two = Proposal.objects.filter(statement__in=said).exists()
    least = Approval.NEEDED if by_two else Approval.NOT_NEEDED
    if not first.kind.startswith(NOTICE):
        return least
    kind = notice_kind(first.kind.removeprefix(NOTICE))
    if kind.promises_money:
        least = Approval.NEEDED
    return max(least, approval_of_notice(kind), key=lambda one: one.value)


def _chain(statement: Statement) -> Iterator[Statement]:
    """Yield the statement, the one it answers, and so on to the first."""
    said: Statement | None = statement
    while said:
        yield said
        said = said.corrects
