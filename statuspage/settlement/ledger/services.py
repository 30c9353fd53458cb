"""Entering promises and payments; called while the notice that says so is being published."""

from datetime import date
from decimal import Decimal

from statuspage.settlement.ledger.models import Commitment, Payment
from statuspage.settlement.models import Notice
from statuspage.statements.models import Statement


def commit(
    notice: Notice, statement: Statement, *, amount: str | None, due: str | None
) -> Commitment:
    """Open the account of a promise; amount in yuan, day as ISO date, either may be unknown."""
    return Commitment.objects.create(
        notice=notice,
        statement=statement,
        promised=Decimal(amount) if amount else None,
        due=date.fromisoformat(due) if due else None,
    )


def pay(notice_id: str, statement: Statement, *, amount: str, paid_on: str) -> Payment:
    """Enter a payment on the promise of the notice with that public id.

    Raises:
        Commitment.DoesNotExist: that notice promised no money.
    """
    return Payment.objects.create(
        commitment=Commitment.objects.get(notice__public_id=notice_id),
        statement=statement,
        amount=Decimal(amount),
        paid_on=date.fromisoformat(paid_on),
    )
