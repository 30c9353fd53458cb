"""Fee waiver 手续费减免: which transactions, how much of the fee, and who bears it."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from statuspage.notices.audience import Audience
from statuspage.notices.fields import NOT_KNOWN, Line, Payload, PayloadField, optional
from statuspage.notices.kind import NoticeKind, NoticeState, PublicName, register
from statuspage.notices.models import Notice
from statuspage.notices.phrases import money, short_day, transactions
from statuspage.notices.values import DATE, END, MOMENT, PAID, SHARE, TEXT, choice_of
from statuspage.settlement.kinds.affected_line import affected_line, check_after, check_ended
from statuspage.settlement.kinds.payout_days import unheld_cycles
from statuspage.settlement.ledger import commit
from statuspage.statements.models import Statement
from statuspage.statements.texts import for_reader
from statuspage.statements.times import from_iso


class Covers(TextChoices):
    """Which transactions of its time a waiver is for."""

    AFFECTED = "affected", _("Affected transactions only")
    ALL = "all", _("All transactions of this time")


@register
class FeeWaiver(NoticeKind):
    """Waives a share of fees, or an amount of each, whose payment the public ledger follows."""

    name = "fee_waiver"
    label = _("Fee waiver")
    public_name = PublicName.ANNOUNCEMENT
    fields = (
        PayloadField("transactions_from", _("Transactions from"), MOMENT, listed=False),
        PayloadField(
            "transactions_until",
            _("Transactions until"),
            END,
            not_before="transactions_from",
            listed=False,
        ),
        optional(
            "percent_waived",
            _("Share of the fee waived, in percent"),
            SHARE,
            shown_as=_("Share of the fee waived"),
            help=_("100 is a full waiver. Or enter an amount instead."),
        ),
        optional("amount_waived", _("Waived per transaction, at most"), PAID),
        optional(
            "covers",
            _("Waived for"),
            choice_of(Covers),
            help=_("None chosen: for the transactions that were affected."),
        ),
        optional("borne_by", _("Covered by"), TEXT),
        optional("credited_by", _("Refunded by"), DATE, unknown=NOT_KNOWN, ahead=True),
        optional(
            "promised_total",
            _("Total, all merchants"),
            PAID,
            help=_("The public ledger shows how much has been paid."),
        ),
    )
    promises_money = True

    def lines(self, payload: Payload) -> Sequence[Line]:
        """Return one line about the transactions, and the other fields."""
        return [*affected_line(payload), *super().lines(payload)]

    def check(self, payload: Payload, moment: datetime) -> None:
        """Require either the share or the amount, and no refund before the transactions."""
        check_after(payload, "credited_by")
        if (payload["percent_waived"] is None) == (payload["amount_waived"] is None):
            problem = _("Enter either the share of the fee that is waived or the amount, not both.")
            raise ValidationError({"percent_waived": problem})

    def warnings(self, payload: Payload, moment: datetime) -> Sequence[str]:
        """Warn of more for one transaction than for all of them."""
        one, total = payload["amount_waived"], payload["promised_total"]
        if not one or not total or Decimal(one) <= Decimal(total):
            return []
        return [str(_("More is waived of one transaction than in total. Are the amounts right?"))]

    def warnings_for(self, audience: Audience, payload: Payload, moment: datetime) -> Sequence[str]:
        """Warn of a cycle that no rule has: no answer would know of the waiver."""
        begins = timezone.localdate(from_iso(payload["transactions_from"]))
        return unheld_cycles(audience, begins, moment)

    def check_over(self, payload: Payload, now: datetime) -> None:
        """Require that its transactions have ended too."""
        super().check_over(payload, now)
        check_ended(payload, now)

    def brief(self, payload: Payload) -> Iterator[str]:
        """Say which transactions, how much, borne by whom, and when it is refunded."""
        percent, amount = payload["percent_waived"], payload["amount_waived"]
        those = transactions(payload["transactions_from"], payload["transactions_until"])
        if payload["covers"] != Covers.ALL:
            those = _("affected %(transactions)s") % {"transactions": those}
        values = {"transactions": those, "percent": percent, "amount": money(amount or "0")}
        if percent == "100":
            yield _("Fees waived in full: %(transactions)s.") % values
        elif percent is not None:
            yield _("%(percent)s%% of the fees waived: %(transactions)s.") % values
        else:
            yield _("Up to %(amount)s of each fee waived: %(transactions)s.") % values
        if payload["borne_by"]:
            yield _("Covered by %(who)s.") % {"who": for_reader(payload["borne_by"])}
        if payload["credited_by"]:
            yield _("Refunded by %(day)s.") % {"day": short_day(payload["credited_by"])}

    def state(self, payload: Payload, now: datetime) -> NoticeState | None:
        """Return nothing where the ledger follows its payment: the page says how far it is."""
        return None if payload.get("promised_total") else super().state(payload, now)

    def record(self, notice: Notice, statement: Statement) -> None:
        """Open its account in the public ledger."""
        payload = notice.payload
        commit(notice, statement, amount=payload["promised_total"], due=payload["credited_by"])
