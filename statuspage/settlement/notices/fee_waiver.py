"""Fee waiver 手续费减免: which transactions, how much of the fee, and who bears it."""

from datetime import datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from statuspage.settlement.ledger.services import commit
from statuspage.settlement.models import Notice
from statuspage.settlement.money import to_fen
from statuspage.settlement.notices.base import (
    NOT_KNOWN,
    Form,
    Given,
    NoticeKind,
    PayloadField,
    in_order,
    register,
)
from statuspage.settlement.phrases import joined, money, short_day, transactions
from statuspage.settlement.values import AMOUNT, DATE, MOMENT, PERCENT, TEXT
from statuspage.statements.models import Statement
from statuspage.statements.texts import in_language


def waived(payload: Given, fee: Decimal) -> Decimal:
    """How much of a transaction's fee, in yuan, is waived; never more than the fee."""
    if payload.get("percent_waived") is not None:
        return to_fen(fee * Decimal(payload["percent_waived"]) / 100)
    return min(Decimal(payload["amount_waived"]), fee)


def one_measure(payload: Given, moment: datetime) -> None:
    """Pass when either the share or the amount is given.

    Raises:
        ValidationError: neither is, or both are.
    """
    if (payload["percent_waived"] is None) == (payload["amount_waived"] is None):
        problem = _("Say either which share of the fee is waived, or which amount.")
        raise ValidationError({"percent_waived": problem})


def brief(payload: Given, language: str) -> str:
    """Which transactions, how much, borne by whom, and when the money comes back."""
    parts = [_much(payload)]
    if payload["borne_by"]:
        parts.append(_("Borne by: %(who)s.") % {"who": in_language(payload["borne_by"], language)})
    if payload["credited_by"]:
        parts.append(_("Credited by %(day)s.") % {"day": short_day(payload["credited_by"])})
    return joined(parts, language)


def _much(payload: Given) -> str:
    values = {
        "transactions": transactions(payload["transactions_from"], payload["transactions_until"]),
    }
    if payload["percent_waived"] == "100":
        return _("Fees waived in full: %(transactions)s.") % values
    if payload["percent_waived"] is not None:
        share = {**values, "percent": payload["percent_waived"]}
        return _("%(percent)s%% of the fees waived: %(transactions)s.") % share
    amount = {**values, "amount": money(payload["amount_waived"])}
    return _("Up to %(amount)s of each fee waived: %(transactions)s.") % amount


def record(notice: Notice, statement: Statement) -> None:
    """Open its account in the public ledger."""
    commit(
        notice,
        statement,
        amount=notice.payload["promised_total"],
        due=notice.payload["credited_by"],
    )


FEE_WAIVER = register(
    NoticeKind(
        name="fee_waiver",
        label=gettext_lazy("Fee waiver"),
        form=Form.ANNOUNCEMENT,
        fields=(
            PayloadField("transactions_from", gettext_lazy("Transactions from"), MOMENT),
            PayloadField("transactions_until", gettext_lazy("Transactions until"), MOMENT),
            PayloadField(
                "percent_waived",
                gettext_lazy("Share of the fee waived, in percent"),
                PERCENT,
                required=False,
                help=gettext_lazy("100 waives it in full. Or give an amount instead."),
            ),
            PayloadField(
                "amount_waived",
                gettext_lazy("Waived of each transaction's fee, at most"),
                AMOUNT,
                required=False,
            ),
            PayloadField("borne_by", gettext_lazy("Borne by"), TEXT, required=False),
            PayloadField(
                "credited_by",
                gettext_lazy("Credited by"),
                DATE,
                required=False,
                unknown=NOT_KNOWN,
            ),
            PayloadField(
                "promised_total",
                gettext_lazy("In all, over all merchants"),
                AMOUNT,
                required=False,
                help=gettext_lazy("The public ledger shows how much of it has been paid."),
            ),
        ),
        checks=(in_order("transactions_from", "transactions_until"), one_measure),
        brief=brief,
        record=record,
    )
)
