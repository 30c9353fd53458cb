"""Promotion 优惠活动: a lower fee for some time, perhaps up to a limit for each merchant."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from statuspage.lib.money import HUNDRED, parse_fee
from statuspage.notices.audience import Audience
from statuspage.notices.fields import Line, Payload, PayloadField, optional
from statuspage.notices.kind import RULES_STAND, NoticeKind, PublicName, register
from statuspage.notices.phrases import day_range, short_day
from statuspage.notices.values import COUNT, DATE, FEE, PAID, TEXT
from statuspage.settlement.kinds.priced_audience import (
    CARD,
    CHANNEL,
    check_by_product,
    concerned_said,
    only_for,
)
from statuspage.settlement.prices.changing import scope_of
from statuspage.settlement.prices.words import limit_said
from statuspage.statements.texts import for_reader
from statuspage.statements.times import midnight


@register
class Promotion(NoticeKind):
    """Lowers the fee from a day to a day; arrival/fees.py reads it while it lasts."""

    name = "promotion"
    label = _("Promotion")
    public_name = PublicName.ANNOUNCEMENT
    advice = _(
        "After its last day the ordinary fee applies again. That is no higher fee: it needs no "
        "announcement of its own and no 30 days."
    )
    fields = (
        PayloadField(
            "fee", _("Fee during the promotion"), FEE, help=_("For example 0.38% or 0.38%封顶20.")
        ),
        PayloadField("first_day", _("First day"), DATE, ahead=True),
        PayloadField("last_day", _("Last day"), DATE, not_before="first_day", ahead=True),
        CARD,
        CHANNEL,
        optional(
            "limit_amount",
            _("Limit per merchant, amount"),
            PAID,
            help=_("In yuan. Leave empty if there is no limit."),
        ),
        optional(
            "limit_transactions",
            _("Limit per merchant, transactions"),
            COUNT,
            help=_("Leave empty if there is no limit."),
        ),
        optional(
            "conditions",
            _("Conditions"),
            TEXT,
            help=_("For example: registration is required, and where. It is sent by SMS."),
        ),
    )
    promises_money = True
    never_backdated = RULES_STAND

    def check(self, payload: Payload, moment: datetime) -> None:
        """Refuse a fee that is the whole amount, and a limit of no transaction."""
        if parse_fee(payload["fee"]).percent >= HUNDRED:
            raise ValidationError({"fee": _("A fee is less than the whole amount.")})
        if payload["limit_transactions"] == 0:
            raise ValidationError({"limit_transactions": _("Enter more than zero.")})

    def check_for(self, audience: Audience, payload: Payload, moment: datetime) -> None:
        """Refuse a fee that is dearer than the ordinary one for some transaction."""
        check_by_product(audience)
        fee, first = parse_fee(payload["fee"]), date.fromisoformat(payload["first_day"])
        found = scope_of(audience, payload).prices(first, moment)
        dearer = [
            one for one in found if fee.dearer_than(one.price.fee, one.price.above, one.price.up_to)
        ]
        if dearer:
            problem = _("A promotion is never dearer than the ordinary fee: %(prices)s.")
            raise ValidationError({"fee": problem % {"prices": concerned_said(dearer)}})

    def lines(self, payload: Payload) -> Sequence[Line]:
        """Return the fields, and what comes after it."""
        after = _("The ordinary fee applies again, without a further announcement.")
        day = _next_day(payload).isoformat()
        label = _("From %(day)s") % {"day": short_day(day)}
        return [*super().lines(payload), Line(label, after)]

    def brief(self, payload: Payload) -> Iterator[str]:
        """Say the fee, from when to when, for what, the limit, conditions, and what comes after."""
        days = day_range(payload["first_day"], payload["last_day"])
        values = {"fee": str(parse_fee(payload["fee"])), **days}
        yield _("Promotion: from %(first)s to %(last)s the fee is %(fee)s.") % values
        yield from only_for(payload)
        if limit := limit_said(payload):
            yield _("Limit per merchant: %(limit)s.") % {"limit": limit}
        yield for_reader(payload["conditions"] or {})
        yield str(_("After that the ordinary fee applies again."))

    def window(self, payload: Payload) -> tuple[datetime | None, datetime | None]:
        """Return the window from the first day to the end of the last one."""
        first = date.fromisoformat(payload["first_day"])
        return midnight(first), midnight(_next_day(payload))


def _next_day(payload: Payload) -> date:
    return date.fromisoformat(payload["last_day"]) + timedelta(days=1)
