"""Change of a settlement rule 结算规则调整: cycle, cut-off and what follows it, from a day on."""

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from statuspage.notices.audience import MerchantCategory
from statuspage.notices.fields import Payload, PayloadField, optional
from statuspage.notices.kind import RULES_STAND, NoticeKind, register
from statuspage.notices.models import Notice, Product
from statuspage.notices.phrases import day_range, short_day
from statuspage.notices.values import CLOCK, CYCLE, DATE, TEXT, choice_of, row_of
from statuspage.settlement.cycles import AfterCutoff
from statuspage.settlement.rules import rule_add
from statuspage.statements.models import Statement

CATEGORY: Final = choice_of(MerchantCategory)
PRODUCT: Final = row_of(lambda: Product.objects.values_list("code", "name"))


@register
class SettlementRuleChange(NoticeKind):
    """Adds a rule; earlier ones stay, to answer questions about past dates."""

    name = "settlement_rule"
    label = _("Settlement rule change")
    fields = (
        PayloadField("category", _("Merchant category"), CATEGORY),
        optional(
            "product",
            _("Product"),
            PRODUCT,
            help=_("None chosen: every product without a rule of its own."),
        ),
        PayloadField("cycle", _("Settlement cycle"), CYCLE),
        optional("cutoff", _("Cut-off"), CLOCK),
        optional("after_cutoff", _("Transactions after the cut-off"), choice_of(AfterCutoff)),
        optional("fallback", _("Cycle after the cut-off"), CYCLE),
        optional("usual_arrival", _("Usual time of arrival"), CLOCK),
        PayloadField("valid_from", _("For transactions from"), DATE),
        optional("valid_until", _("For transactions until"), DATE, not_before="valid_from"),
        optional("why", _("Reason"), TEXT),
    )
    promises_money = True
    never_backdated = RULES_STAND

    def check(self, payload: Payload, moment: datetime) -> None:
        """Refuse a rule that falls back, but does not say from when on, or to what."""
        if payload["after_cutoff"] != AfterCutoff.FALLBACK_CYCLE:
            return
        missing = [name for name in ("cutoff", "fallback") if payload[name] is None]
        if missing:
            raise ValidationError(dict.fromkeys(missing, _("This field is required.")))

    def brief(self, payload: Payload) -> Iterator[str]:
        """Say whose money follows which cycle, from when on."""
        who = CATEGORY.say(payload["category"])
        if payload["product"]:
            names = {"category": who, "product": PRODUCT.say(payload["product"])}
            who = pgettext("merchants of a rule", "%(category)s, %(product)s") % names
        values = {"who": who, "cycle": payload["cycle"]}
        if payload["valid_until"]:
            days = day_range(payload["valid_from"], payload["valid_until"])
            said = _("%(who)s: %(cycle)s settlement for transactions from %(first)s to %(last)s.")
            yield said % {**values, **days}
        else:
            said = _("%(who)s: %(cycle)s settlement for transactions from %(day)s.")
            yield said % {**values, "day": short_day(payload["valid_from"])}

    def record(self, notice: Notice, statement: Statement) -> None:
        """Add the rule."""
        payload = notice.payload
        until = payload["valid_until"]
        rule_add(
            category=payload["category"],
            product=payload["product"] or "",
            cycle=payload["cycle"],
            cutoff=_clock(payload["cutoff"]),
            after_cutoff=payload["after_cutoff"] or AfterCutoff.ACCOUNTING_NEXT_DAY,
            fallback=payload["fallback"] or "",
            usual_arrival=_clock(payload["usual_arrival"]),
            valid_from=date.fromisoformat(payload["valid_from"]),
            valid_until=date.fromisoformat(until) if until else None,
            statement=statement,
        )


def _clock(written: str | None) -> time | None:
    return time.fromisoformat(written) if written else None
