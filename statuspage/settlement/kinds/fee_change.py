"""Fee change 费率调整: the old fee and the new one, from when on, with an example."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from statuspage.lib.money import HUNDRED, Fee, parse_fee, yuan
from statuspage.notices.audience import addresses
from statuspage.notices.fields import Payload, PayloadField, Table, optional
from statuspage.notices.kind import RULES_STAND, NoticeKind, PublicName, register
from statuspage.notices.models import Notice
from statuspage.notices.phrases import money, short_day
from statuspage.notices.values import DATE, FEE, TEXT
from statuspage.settlement.rules import fee_add, rules_on
from statuspage.statements.models import Statement
from statuspage.statements.times import midnight

# In yuan. A fixed part weighs most on the smallest: 万100+3 is 4 % of 100.
EXAMPLES: Final = (Decimal(100), Decimal(1000), Decimal(10000))
EXAMPLE: Final = Decimal(1000)
# In percent; merchants pay about 0.6 %.
HIGH: Final = Decimal(5)


@register
class FeeChange(NoticeKind):
    """Gives the rules with the old fee the new one, from a day on."""

    name = "fee_change"
    label = _("Fee change")
    public_name = PublicName.DISCLOSURE
    fields = (
        PayloadField(
            "old_fee", _("Current fee"), FEE, help=_("For example 0.6%, 1.00%+3 or 万100+3.")
        ),
        PayloadField("new_fee", _("New fee"), FEE),
        PayloadField("effective_on", _("Takes effect on"), DATE, ahead=True),
        PayloadField(
            "how_to_leave",
            _("How to end your contract free of charge"),
            TEXT,
            help=_("What merchants who do not agree can do, where and until when."),
        ),
        optional(
            "short_notice_reason",
            _("Reason for short notice"),
            TEXT,
            help=_("Required if a higher fee takes effect too soon. It is shown on the page."),
        ),
    )
    promises_money = True
    never_backdated = RULES_STAND

    def check(self, payload: Payload, moment: datetime) -> None:
        """Refuse a fee that holds already, or one that rises too soon without a reason.

        FEE_NOTICE_DAYS are the merchants' time to leave. The duty is about raising or adding a fee
        (domain.md, duties); a lower fee may take effect at once.
        """
        old, new = _fees(payload)
        if old == new:
            problem = _("This is already the current fee. Enter a different one.")
            raise ValidationError({"new_fee": problem})
        whole = [
            name for name in ("old_fee", "new_fee") if parse_fee(payload[name]).percent >= HUNDRED
        ]
        if whole:
            raise ValidationError(dict.fromkeys(whole, _("A fee is less than the whole amount.")))
        days = (_day(payload) - timezone.localdate(moment)).days
        if not new.dearer_than(old) or days >= settings.FEE_NOTICE_DAYS:
            return
        if payload["short_notice_reason"] is None:
            problem = _(
                "This is only %(days)d days ahead; a higher fee must be announced at least "
                "%(least)d days ahead. Choose a later day, or enter the reason: the page will "
                "show it."
            )
            values = {"days": max(days, 0), "least": settings.FEE_NOTICE_DAYS}
            raise ValidationError({"short_notice_reason": problem % values})

    def warnings(self, payload: Payload, moment: datetime) -> Sequence[str]:
        """Warn of a fee that nobody pays until then, and of one that is unusually high."""
        (old, new), found = _fees(payload), []
        prices = [one.fee for one in rules_on(_day(payload), moment) if one.fee]
        if prices and old not in prices:
            said = _("No settlement rule has the fee %(fee)s, so this changes none. Is it right?")
            found.append(said % {"fee": old})
        if new.percent > HIGH:
            found.append(_("%(fee)s is unusually high. Is it right?") % {"fee": new})
        return found

    def brief(self, payload: Payload) -> Iterator[str]:
        """Say the new fee, the old one, and what that is on 1,000 yuan."""
        old, new = _fees(payload)
        values = {
            "day": short_day(payload["effective_on"]),
            "new": str(new),
            "old": str(old),
            "before": yuan(old.fee_of(EXAMPLE)),
            "after": yuan(new.fee_of(EXAMPLE)),
        }
        yield (
            _(
                "From %(day)s the fee is %(new)s (was %(old)s): on 1,000 yuan %(after)s yuan "
                "instead of %(before)s. Until then you can end your contract for free."
            )
            % values
        )

    def tables(self, payload: Payload) -> Sequence[Table]:
        """Return the fee before and after, with the effective rate."""
        columns = [_("Transaction amount"), _("Fee before"), _("Fee after")]
        rows = [
            [money(str(amount)), *(_reckoned(fee, amount) for fee in _fees(payload))]
            for amount in EXAMPLES
        ]
        return (Table(_("Examples"), columns, rows),)

    def window(self, payload: Payload) -> tuple[datetime | None, datetime | None]:
        """Return a window that begins on the day on which the fee takes effect."""
        return midnight(_day(payload)), None

    def record(self, notice: Notice, statement: Statement) -> None:
        """Give the audience's rules with the old fee the new one."""
        old, new = _fees(notice.payload)
        day = _day(notice.payload)
        for rule in rules_on(day, notice.published_at):
            if rule.fee == old and addresses(notice.audience, rule.category, rule.product):
                fee_add(rule, new, valid_from=day, statement=statement)


def _fees(payload: Payload) -> tuple[Fee, Fee]:
    """Return the fee until then and the fee from then on."""
    return parse_fee(payload["old_fee"]), parse_fee(payload["new_fee"])


def _day(payload: Payload) -> date:
    return date.fromisoformat(payload["effective_on"])


def _reckoned(fee: Fee, amount: Decimal) -> str:
    values = {"fee": yuan(fee.fee_of(amount)), "rate": f"{fee.effective_rate(amount):f}"}
    return _("%(fee)s yuan (effective rate %(rate)s%%)") % values
