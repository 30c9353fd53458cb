"""Reading the ledger; what a withdrawn statement said does not count."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from statuspage.settlement.ledger.models import Commitment, Payment
from statuspage.settlement.models import Notice
from statuspage.settlement.money import ZERO
from statuspage.settlement.phrases import share
from statuspage.statements.models import Statement
from statuspage.statements.services import WITHDRAWAL


@dataclass(frozen=True)
class Account:
    """One promise with its payments, oldest first; amounts in yuan."""

    notice: Notice
    statement: int
    promised: Decimal | None
    due: date | None
    payments: Sequence[Payment]

    @property
    def paid(self) -> Decimal:
        """What has been paid so far."""
        return sum((one.amount for one in self.payments), ZERO)

    @property
    def share(self) -> Decimal | None:
        """The same in percent of what was promised; None where no amount was."""
        return share(self.paid, self.promised)

    @property
    def paid_on(self) -> date | None:
        """The day of the last payment once everything is paid; None before."""
        if self.promised is None or self.paid < self.promised:
            return None
        return max((one.paid_on for one in self.payments), default=None)

    def late(self, today: date) -> bool:
        """Whether the promised day has been missed."""
        return self.due is not None and (self.paid_on or today) > self.due


def account_of(notice_id: str) -> Account:
    """The account of the notice with that public id.

    Raises:
        Commitment.DoesNotExist: it promised no money, or was withdrawn.
    """
    return account(commitments().get(notice__public_id=notice_id))


def committed_notices() -> list[Notice]:
    """The notices that promised money."""
    return [one.notice for one in commitments()]


def commitments() -> QuerySet[Commitment]:
    """Every promise of money with its payments, the newest first; two queries."""
    standing = Payment.objects.exclude(_withdrawn()).select_related("statement")
    return (
        Commitment.objects.exclude(_withdrawn())
        .select_related("notice")
        .prefetch_related(Prefetch("payments", standing))
    )


def _withdrawn() -> Exists:
    return Exists(Statement.objects.filter(corrects=OuterRef("statement_id"), kind=WITHDRAWAL))


def account(commitment: Commitment) -> Account:
    """One of `commitments` with what has been paid of it."""
    return Account(
        notice=commitment.notice,
        statement=commitment.statement_id,
        promised=commitment.promised,
        due=commitment.due,
        payments=list(commitment.payments.all()),
    )
