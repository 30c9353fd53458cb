"""Progress of payouts 补偿进度: what has been paid of a promise; fills the public ledger."""

from decimal import Decimal
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from statuspage.settlement.ledger.selectors import account_of, committed_notices
from statuspage.settlement.ledger.services import pay
from statuspage.settlement.models import Notice
from statuspage.settlement.money import amount_json
from statuspage.settlement.notices.base import (
    Form,
    Given,
    NoticeKind,
    Payload,
    PayloadField,
    register,
)
from statuspage.settlement.phrases import joined, money, share, short_day
from statuspage.settlement.references import reference_to
from statuspage.settlement.values import AMOUNT, DATE, PERCENT, TEXT, Value
from statuspage.statements.canonical import Json
from statuspage.statements.models import Statement


def complete(payload: Payload) -> Payload:
    """How much that makes in all: the publishing lock is held, so no other payment comes between.

    What was worked out by a caller is worked out again.
    """
    account = account_of(str(payload["of"]))
    paid = account.paid + Decimal(str(payload["amount"]))
    part = share(paid, account.promised)
    return {
        **payload,
        "paid_so_far": amount_json(paid),
        "promised_total": amount_json(account.promised) if account.promised else None,
        "share_paid": f"{part:f}" if part is not None else None,
    }


def brief(payload: Given, language: str) -> str:
    """How much, when, and how far that brings it."""
    values = {"amount": money(payload["amount"]), "day": short_day(payload["paid_on"])}
    paid = _("%(amount)s were paid on %(day)s.") % values
    total = _("That makes %(amount)s so far.") % {"amount": money(payload["paid_so_far"])}
    if payload["share_paid"] is None:
        return joined((paid, total), language)
    figures = {"amount": money(payload["paid_so_far"]), "percent": payload["share_paid"]}
    total = _("That makes %(amount)s so far, %(percent)s%% of what was promised.") % figures
    return joined((paid, total), language)


def record(notice: Notice, statement: Statement) -> None:
    """Enter it in the public ledger."""
    payload = notice.payload
    pay(payload["of"], statement, amount=payload["amount"], paid_on=payload["paid_on"])


def read_share(value: object) -> Json:
    """As it was worked out, which is done again: more than was promised may be paid."""
    return str(value)


SHARE: Final = Value("percent", read_share, PERCENT.say, PERCENT.schema)

PAYOUT_PROGRESS = register(
    NoticeKind(
        name="payout_progress",
        label=gettext_lazy("Progress of payouts"),
        form=Form.ANNOUNCEMENT,
        fields=(
            PayloadField(
                "of", gettext_lazy("Of the waiver or compensation"), reference_to(committed_notices)
            ),
            PayloadField("amount", gettext_lazy("Paid now"), AMOUNT),
            PayloadField("paid_on", gettext_lazy("Paid on"), DATE),
            PayloadField("remark", gettext_lazy("Remark"), TEXT, required=False),
            PayloadField("paid_so_far", gettext_lazy("Paid so far"), AMOUNT, False, derived=True),
            PayloadField("promised_total", gettext_lazy("Promised"), AMOUNT, False, derived=True),
            PayloadField("share_paid", gettext_lazy("Share paid"), SHARE, False, derived=True),
        ),
        complete=complete,
        brief=brief,
        record=record,
    )
)
