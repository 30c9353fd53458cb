"""Compensation 补偿: what is paid, for what, by when, and by whom."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from statuspage.notices.fields import Line, Payload, PayloadField, optional
from statuspage.notices.kind import NoticeKind, NoticeState, PublicName, register
from statuspage.notices.models import Notice
from statuspage.notices.phrases import money, short_day
from statuspage.notices.values import DATE, END, MOMENT, PAID, TEXT
from statuspage.settlement.kinds.affected_line import affected_line, check_after, to_come
from statuspage.settlement.ledger import commit
from statuspage.statements.models import Statement
from statuspage.statements.texts import for_reader


@register
class Compensation(NoticeKind):
    """Promises an amount, whose payment the public ledger follows."""

    name = "compensation"
    label = _("Compensation")
    public_name = PublicName.ANNOUNCEMENT
    fields = (
        PayloadField("for_what", _("Reason for compensation"), TEXT),
        optional("transactions_from", _("Transactions from"), MOMENT, listed=False),
        optional(
            "transactions_until",
            _("Transactions until"),
            END,
            not_before="transactions_from",
            listed=False,
        ),
        PayloadField("promised_total", _("Total, all merchants"), PAID),
        PayloadField("paid_by", _("To be paid by"), DATE, ahead=True),
        optional("borne_by", _("Covered by"), TEXT),
        optional(
            "how",
            _("How it is paid"),
            TEXT,
            help=_("For example: paid automatically, no request needed."),
        ),
    )
    promises_money = True

    def lines(self, payload: Payload) -> Sequence[Line]:
        """Return one line about the transactions, and the other fields."""
        return [*affected_line(payload), *super().lines(payload)]

    def check(self, payload: Payload, moment: datetime) -> None:
        """Refuse a payment before the transactions that it is for, and an end without a start."""
        if payload["transactions_until"] and not payload["transactions_from"]:
            raise ValidationError({"transactions_from": _("Enter from when on.")})
        check_after(payload, "paid_by")

    def warnings(self, payload: Payload, moment: datetime) -> Sequence[str]:
        """Warn of transactions that are still to come."""
        return to_come(payload, moment)

    def brief(self, payload: Payload) -> Iterator[str]:
        """Say for what, how much and by when."""
        values = {
            "cause": for_reader(payload["for_what"]),
            "amount": money(payload["promised_total"]),
            "day": short_day(payload["paid_by"]),
        }
        yield _("Compensation for %(cause)s: %(amount)s in total by %(day)s.") % values
        yield for_reader(payload["how"] or {})

    def state(self, payload: Payload, now: datetime) -> NoticeState | None:
        """Return nothing where the ledger follows its payment: the page says how far it is."""
        return None if payload.get("promised_total") else super().state(payload, now)

    def record(self, notice: Notice, statement: Statement) -> None:
        """Open its account in the public ledger."""
        payload = notice.payload
        commit(notice, statement, amount=payload["promised_total"], due=payload["paid_by"])
