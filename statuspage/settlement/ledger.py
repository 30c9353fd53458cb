"""The public ledger: what was promised to merchants, and what has been paid of it.

What a withdrawn statement said does not count.
"""

from datetime import date
from decimal import Decimal

from django.db.models import Exists, OuterRef, Prefetch, QuerySet

from statuspage.notices.models import Notice
from statuspage.settlement.models import Commitment, Payment
from statuspage.statements.models import Statement
from statuspage.statements.services import WITHDRAWAL


def commitments() -> QuerySet[Commitment]:
    """Return every promise of money with its payments, newest first; two queries."""
    withdrawn = Exists(Statement.objects.filter(corrects=OuterRef("statement_id"), kind=WITHDRAWAL))
    standing = Payment.objects.exclude(withdrawn).select_related("statement")
    found = Commitment.objects.exclude(withdrawn).select_related("notice")
    return found.prefetch_related(Prefetch("payments", standing))


def commitment_of(notice_id: str) -> Commitment:
    """Return the promise in the notice with that public id.

    Raises:
        Commitment.DoesNotExist: it promised no money, or was withdrawn.
    """
    return commitments().get(notice__public_id=notice_id)


def commit(notice: Notice, statement: Statement, *, amount: str | None, due: str | None) -> None:
    """Enter a promise while it is published; yuan and an ISO date, either may be unknown.

    One that was published before is over: it is due on no day on which it could be found late.
    """
    Commitment.objects.create(
        notice=notice,
        statement=statement,
        promised=Decimal(amount) if amount else None,
        due=date.fromisoformat(due) if due and not notice.originally else None,
    )


def pay(notice_id: str, statement: Statement, *, amount: str, paid_on: str) -> None:
    """Enter a payment on a notice's promise while it is published.

    Raises:
        Commitment.DoesNotExist: that notice promised no money.
    """
    Payment.objects.create(
        commitment=Commitment.objects.get(notice__public_id=notice_id),
        statement=statement,
        amount=Decimal(amount),
        paid_on=date.fromisoformat(paid_on),
    )
