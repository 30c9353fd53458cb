"""Fee change 费率调整: the old fee and the new one, from when on, with an example."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from statuspage.lib.money import HUNDRED, Fee, parse_fee, yuan
from statuspage.notices.audience import Audience
from statuspage.notices.fields import Line, Payload, PayloadField, Table, optional
from statuspage.notices.kind import RULES_STAND, NoticeKind, PublicName, register
from statuspage.notices.models import Notice
from statuspage.notices.phrases import money, short_day
from statuspage.notices.values import DATE, FEE, TEXT, choice_of
from statuspage.settlement.kinds.price_notice import SHORT_NOTICE_REASON, check_notice_period
from statuspage.settlement.kinds.priced_audience import (
    CARD,
    CHANNEL,
    check_by_product,
    concerned_said,
    kept_json,
    kept_lines,
    only_for,
)
from statuspage.settlement.prices.changing import scope_of, split
from statuspage.settlement.prices.services import price_add, price_change
from statuspage.statements.authors import Author
from statuspage.statements.canonical import Json
from statuspage.statements.models import Statement
from statuspage.statements.times import midnight

# In yuan. A fixed part weighs most on the smallest: 万100+3 is 4 % of 100.
EXAMPLES: Final = (Decimal(100), Decimal(1000), Decimal(10000))
EXAMPLE: Final = Decimal(1000)
# In percent; merchants pay about 0.6 %.
HIGH: Final = Decimal(5)


class Others(TextChoices):
    """What becomes of products whose fee is another than the old one."""

    KEEP = "keep", _("They keep their fee")


@register
class FeeChange(NoticeKind):
    """Changes the fee of the products that it names; what it does not name keeps its fee."""

    name = "fee_change"
    label = _("Fee change")
    public_name = PublicName.DISCLOSURE
    fields = (
        PayloadField(
            "old_fee",
            _("Current fee"),
            FEE,
            help=_("For example 0.6%, 1.00%+3, 万100+3, 60BP or 0.5%封顶20."),
        ),
        PayloadField("new_fee", _("New fee"), FEE),
        PayloadField("effective_on", _("Takes effect on"), DATE, ahead=True),
        CARD,
        CHANNEL,
        optional(
            "others",
            _("Products with another fee"),
            choice_of(Others),
            help=_("None chosen: it is refused if a product that you name has another fee."),
            listed=False,
        ),
        PayloadField(
            "how_to_leave",
            _("How to end your contract free of charge"),
            TEXT,
            help=_("What merchants who do not agree can do, where and until when."),
        ),
        SHORT_NOTICE_REASON,
    )
    promises_money = True
    never_backdated = RULES_STAND

    def check(self, payload: Payload, moment: datetime) -> None:
        """Refuse a fee that holds already, or one that rises too soon without a reason."""
        old, new = _fees(payload)
        if old == new:
            problem = _("This is already the current fee. Enter a different one.")
            raise ValidationError({"new_fee": problem})
        whole = [
            name for name in ("old_fee", "new_fee") if parse_fee(payload[name]).percent >= HUNDRED
        ]
        if whole:
            raise ValidationError(dict.fromkeys(whole, _("A fee is less than the whole amount.")))
        if new.dearer_than(old):
            check_notice_period(_day(payload), moment, payload["short_notice_reason"])

    def check_for(self, audience: Audience, payload: Payload, moment: datetime) -> None:
        """Refuse an old fee that is not the one in force for everything that is named."""
        check_by_product(audience)
        scope = scope_of(audience, payload)
        found = scope.prices(_day(payload), moment)
        old = parse_fee(payload["old_fee"])
        with_it, others = split(found, old)
        if not found and not list(scope.unpriced(_day(payload), moment)):
            raise ValidationError({"old_fee": _("No price in force is for this card and channel.")})
        if found and not with_it:
            problem = _("The fee in force is another: %(prices)s.")
            values = {"prices": concerned_said(others)}
            raise ValidationError({"old_fee": problem % values})
        if others and payload["others"] != Others.KEEP:
            problem = _(
                "Not everything named here has the fee %(old)s: %(prices)s. Publish one change for "
                "each fee, choose the products, or say that products with another fee keep it."
            )
            values = {"old": str(old), "prices": concerned_said(others)}
            raise ValidationError({"old_fee": problem % values})

    def warnings(self, payload: Payload, moment: datetime) -> Sequence[str]:
        """Warn of a fee that is unusually high."""
        new = parse_fee(payload["new_fee"])
        if new.percent <= HIGH:
            return []
        return [_("%(fee)s is unusually high. Is it right?") % {"fee": new}]

    def lines(self, payload: Payload) -> Sequence[Line]:
        """Return the fields, and which products keep their fee."""
        return [*super().lines(payload), *kept_lines(payload)]

    def brief(self, payload: Payload) -> Iterator[str]:
        """Say the new fee, the old one, what that is on 1,000 yuan, and for what it is."""
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
        yield from only_for(payload)
        if payload["others"] == Others.KEEP:
            yield str(_("Products with another fee keep it."))

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

    def effect(
        self, notice: Notice, author: Author | None, approver: Author | None
    ) -> Mapping[str, Json]:
        """Return the prices that stay as they are, for the page to say so."""
        scope = scope_of(notice.audience, notice.payload)
        found = scope.prices(_day(notice.payload), notice.published_at)
        _with_it, others = split(found, parse_fee(notice.payload["old_fee"]))
        return {"kept": kept_json(others)} if others else {}

    def record(self, notice: Notice, statement: Statement) -> None:
        """Give the prices with the old fee the new one, and what had no price yet as well."""
        old, new = _fees(notice.payload)
        day, scope = _day(notice.payload), scope_of(notice.audience, notice.payload)
        moment = notice.published_at
        without = list(scope.unpriced(day, moment))
        for one in split(scope.prices(day, moment), old)[0]:
            price_change(one, new, valid_from=day, statement=statement)
        for category, product in without:
            price_add(
                category=category,
                product=product,
                card=notice.payload.get("card") or "",
                channel=notice.payload.get("channel") or "",
                fee=new,
                replaces=False,
                valid_from=day,
                statement=statement,
            )


def _fees(payload: Payload) -> tuple[Fee, Fee]:
    """Return the fee until then and the fee from then on."""
    return parse_fee(payload["old_fee"]), parse_fee(payload["new_fee"])


def _day(payload: Payload) -> date:
    return date.fromisoformat(payload["effective_on"])


def _reckoned(fee: Fee, amount: Decimal) -> str:
    values = {"fee": yuan(fee.fee_of(amount)), "rate": f"{fee.effective_rate(amount):f}"}
    if fee.fee_of(amount) > amount:
        return _("%(fee)s yuan (more than the amount)") % values
    return _("%(fee)s yuan (effective rate %(rate)s%%)") % values
