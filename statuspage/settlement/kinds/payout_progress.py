"""Progress of payouts 补偿进度: what has been paid of a promise; fills the public ledger."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from statuspage.lib.money import amount_json
from statuspage.notices.fields import Line, Payload, PayloadField, optional
from statuspage.notices.kind import NoticeKind, PublicName, register
from statuspage.notices.models import Notice
from statuspage.notices.phrases import money, share, short_day
from statuspage.notices.values import AMOUNT, DATE, PAID, PERCENT, TEXT, reference_to
from statuspage.settlement.ledger import commitment_of, commitments, pay
from statuspage.statements.models import Statement

# It is computed again each time, and more than was promised may be paid: over 100 %.
SHARE: Final = replace(PERCENT, parse=str)
PROMISE: Final = reference_to(lambda: [one.notice for one in commitments()])


@register
class PayoutProgress(NoticeKind):
    """Enters a payment in the public ledger."""

    name = "payout_progress"
    label = _("Refund progress")
    public_name = PublicName.ANNOUNCEMENT
    fields = (
        PayloadField("of", _("Waiver or compensation notice"), PROMISE),
        PayloadField("amount", _("Amount paid"), PAID),
        PayloadField("paid_on", _("Paid on"), DATE, done=True),
        optional("remark", _("Remark"), TEXT),
        optional("paid_so_far", _("Paid so far"), AMOUNT, derived=True),
        optional("promised_total", _("Promised"), AMOUNT, derived=True),
        optional("share_paid", _("Share paid"), SHARE, derived=True),
    )

    def complete(self, payload: Payload) -> Payload:
        """Add the total paid so far.

        The publishing lock is held, so no other payment comes between. What a caller
        computed is computed again.
        """
        commitment = commitment_of(str(payload["of"]))
        paid = commitment.paid + Decimal(payload["amount"])
        part = share(paid, commitment.promised)
        return {
            **payload,
            "paid_so_far": amount_json(paid),
            "promised_total": amount_json(commitment.promised) if commitment.promised else None,
            "share_paid": f"{part:f}" if part is not None else None,
        }

    def warnings(self, payload: Payload, moment: datetime) -> Sequence[str]:
        """Warn of more than was promised, and of a payment from before the promise."""
        promise, found = commitment_of(payload["of"]), []
        so_far, promised = payload["paid_so_far"], payload["promised_total"]
        if promised and Decimal(so_far) > Decimal(promised):
            values = {"paid": money(so_far), "promised": money(promised)}
            said = _("With this, %(paid)s would be paid of the %(promised)s that were promised.")
            found.append(said % values)
        if date.fromisoformat(payload["paid_on"]) < timezone.localdate(
            promise.notice.said_first_at
        ):
            found.append(str(_("It was paid before it was promised. Is the day right?")))
        return found

    def check_over(self, payload: Payload, now: datetime) -> None:
        """Refuse a payment on a promise that was made here: merchants follow that one."""
        if commitment_of(payload["of"]).notice.originally is None:
            problem = _("This was promised here. Publish its payments as they are made.")
            raise ValidationError({"of": problem})

    def lines(self, payload: Payload) -> Sequence[Line]:
        """Return the fields; the total of a first payment is its amount, and said once."""
        first = payload["paid_so_far"] == payload["amount"]
        said = {**payload, "paid_so_far": None} if first else payload
        return super().lines(said)

    def brief(self, payload: Payload) -> Iterator[str]:
        """Say how much was paid, when, and the total so far."""
        paid = {"amount": money(payload["amount"]), "day": short_day(payload["paid_on"])}
        yield _("%(amount)s paid on %(day)s.") % paid
        total = {"amount": money(payload["paid_so_far"]), "percent": payload["share_paid"]}
        if payload["share_paid"] is None:
            yield _("Total so far: %(amount)s.") % total
        else:
            yield _("Total so far: %(amount)s, %(percent)s%% of what was promised.") % total

    def record(self, notice: Notice, statement: Statement) -> None:
        """Enter it in the public ledger."""
        payload = notice.payload
        pay(payload["of"], statement, amount=payload["amount"], paid_on=payload["paid_on"])
