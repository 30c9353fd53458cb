"""The public ledger as pages show it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils import timezone

from statuspage.pages.cards import Reader
from statuspage.pages.words import Words, words
from statuspage.settlement.ledger.models import Commitment
from statuspage.settlement.ledger.selectors import account


@dataclass(frozen=True)
class Paid:
    """One payment and the statement that says so: its number, and the notice it is on."""

    paid_on: date
    amount: Decimal
    number: int
    notice: str


@dataclass(frozen=True)
class AccountCard:
    """What one notice promised and what has been paid; `share` is in percent."""

    id: str
    name: Words
    promised: Decimal | None
    due: date | None
    paid: Decimal
    share: Decimal | None
    paid_on: date | None
    late: bool
    payments: Sequence[Paid]

    @property
    def meter(self) -> str:
        """The share as HTML's attributes write numbers, and not beyond the end of the bar."""
        return f"{min(self.share or Decimal(0), Decimal(100)):f}"


def account_cards(found: Iterable[Commitment], reader: Reader) -> list[AccountCard]:
    """The accounts of promises, in their order."""
    return [_card(one, reader) for one in found]


def _card(promise: Commitment, reader: Reader) -> AccountCard:
    kept = account(promise)
    return AccountCard(
        id=kept.notice.public_id,
        name=words(kept.notice.title, reader.language),
        promised=kept.promised,
        due=kept.due,
        paid=kept.paid,
        share=kept.share,
        paid_on=kept.paid_on,
        late=kept.late(timezone.localdate(reader.now)),
        payments=[
            Paid(one.paid_on, one.amount, one.statement_id, one.statement.subject_id)
            for one in kept.payments
        ],
    )
