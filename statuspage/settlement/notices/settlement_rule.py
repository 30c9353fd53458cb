"""Change of a settlement rule 结算规则调整: cycle, cut-off and what follows it, from a day on."""

from datetime import date, datetime, time
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from statuspage.settlement.audience import MerchantCategory
from statuspage.settlement.models import Notice
from statuspage.settlement.notices.base import (
    Given,
    NoticeKind,
    PayloadField,
    in_order,
    register,
)
from statuspage.settlement.phrases import joined, short_day
from statuspage.settlement.rules.models import AfterCutoff, Product
from statuspage.settlement.rules.services import rule_add
from statuspage.settlement.values import CLOCK, CYCLE, DATE, TEXT, choice_of, row_of
from statuspage.statements.models import Statement

PRODUCT: Final = row_of(lambda: Product.objects.values_list("code", "name"))


def falls_back_to_something(payload: Given, moment: datetime) -> None:
    """Pass when a rule that falls back says from when on, and to what.

    Raises:
        ValidationError: it does not.
    """
    if payload["after_cutoff"] != AfterCutoff.FALLBACK_CYCLE:
        return
    missing = [name for name in ("cutoff", "fallback") if payload[name] is None]
    if missing:
        raise ValidationError(dict.fromkeys(missing, _("This field is required.")))


def brief(payload: Given, language: str) -> str:
    """Whose money follows which cycle, from when on."""
    who = str(MerchantCategory(payload["category"]).label)
    if payload["product"]:
        who = f"{who}, {PRODUCT.say(payload['product'], language)}"
    values = {"who": who, "cycle": payload["cycle"], "day": short_day(payload["valid_from"])}
    said = _("%(who)s: settlement %(cycle)s for transactions from %(day)s on.") % values
    if payload["valid_until"] is None:
        return said
    until = _("Until %(day)s.") % {"day": short_day(payload["valid_until"])}
    return joined((said, until), language)


def record(notice: Notice, statement: Statement) -> None:
    """Add the rule; earlier ones stay, for whoever asks what held then."""
    payload = notice.payload
    rule_add(
        category=payload["category"],
        product=payload["product"] or "",
        cycle=payload["cycle"],
        cutoff=_clock(payload["cutoff"]),
        after_cutoff=payload["after_cutoff"] or AfterCutoff.ACCOUNTING_NEXT_DAY,
        fallback=payload["fallback"] or "",
        usual_arrival=_clock(payload["usual_arrival"]),
        valid_from=date.fromisoformat(payload["valid_from"]),
        valid_until=_day(payload["valid_until"]),
        statement=statement,
        by=statement.author,
    )


def _clock(written: str | None) -> time | None:
    return time.fromisoformat(written) if written else None


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written) if written else None


SETTLEMENT_RULE = register(
    NoticeKind(
        name="settlement_rule",
        label=gettext_lazy("Change of a settlement rule"),
        fields=(
            PayloadField(
                "category", gettext_lazy("Merchant category"), choice_of(MerchantCategory)
            ),
            PayloadField(
                "product",
                gettext_lazy("Product"),
                PRODUCT,
                required=False,
                help=gettext_lazy("None chosen: every product that has no rule of its own."),
            ),
            PayloadField("cycle", gettext_lazy("Settlement cycle"), CYCLE),
            PayloadField("cutoff", gettext_lazy("Cut-off"), CLOCK, required=False),
            PayloadField(
                "after_cutoff",
                gettext_lazy("After the cut-off a transaction"),
                choice_of(AfterCutoff),
                required=False,
            ),
            PayloadField(
                "fallback", gettext_lazy("Cycle after the cut-off"), CYCLE, required=False
            ),
            PayloadField(
                "usual_arrival", gettext_lazy("Usual time of arrival"), CLOCK, required=False
            ),
            PayloadField("valid_from", gettext_lazy("For transactions from (day)"), DATE),
            PayloadField(
                "valid_until", gettext_lazy("For transactions until (day)"), DATE, required=False
            ),
            PayloadField("why", gettext_lazy("Why"), TEXT, required=False),
        ),
        checks=(in_order("valid_from", "valid_until"), falls_back_to_something),
        brief=brief,
        record=record,
    )
)
