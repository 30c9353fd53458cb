"""Compensation 补偿: what is paid, for what, by when, and by whom."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from statuspage.settlement.ledger.services import commit
from statuspage.settlement.models import Notice
from statuspage.settlement.notices.base import (
    Form,
    Given,
    NoticeKind,
    PayloadField,
    in_order,
    register,
)
from statuspage.settlement.phrases import joined, money, short_day
from statuspage.settlement.values import AMOUNT, DATE, MOMENT, TEXT
from statuspage.statements.models import Statement
from statuspage.statements.texts import in_language


def brief(payload: Given, language: str) -> str:
    """For what, how much and by when."""
    values = {
        "cause": in_language(payload["for_what"], language),
        "amount": money(payload["promised_total"]),
        "day": short_day(payload["paid_by"]),
    }
    said = _("Compensation for %(cause)s: %(amount)s in all, paid by %(day)s.") % values
    return joined((said, in_language(payload["how"] or {}, language)), language)


def record(notice: Notice, statement: Statement) -> None:
    """Open its account in the public ledger."""
    payload = notice.payload
    commit(notice, statement, amount=payload["promised_total"], due=payload["paid_by"])


COMPENSATION = register(
    NoticeKind(
        name="compensation",
        label=gettext_lazy("Compensation"),
        form=Form.ANNOUNCEMENT,
        fields=(
            PayloadField("for_what", gettext_lazy("For what"), TEXT),
            PayloadField(
                "transactions_from", gettext_lazy("Transactions from"), MOMENT, required=False
            ),
            PayloadField(
                "transactions_until", gettext_lazy("Transactions until"), MOMENT, required=False
            ),
            PayloadField("promised_total", gettext_lazy("In all, over all merchants"), AMOUNT),
            PayloadField("paid_by", gettext_lazy("Paid by (day)"), DATE),
            PayloadField("borne_by", gettext_lazy("Borne by"), TEXT, required=False),
            PayloadField(
                "how",
                gettext_lazy("How merchants get it"),
                TEXT,
                required=False,
                help=gettext_lazy("Such as: it comes by itself; no request is needed."),
            ),
        ),
        checks=(in_order("transactions_from", "transactions_until"),),
        brief=brief,
        record=record,
    )
)
