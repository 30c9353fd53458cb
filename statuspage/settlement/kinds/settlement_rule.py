"""Change of a settlement rule 结算规则调整: cycle, cut-off and what follows it, from a day on."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import Final

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from statuspage.calendar.models import DOMESTIC
from statuspage.notices.audience import MerchantCategory
from statuspage.notices.fields import Payload, PayloadField, optional
from statuspage.notices.kind import RULES_STAND, NoticeKind, register
from statuspage.notices.models import Notice
from statuspage.notices.phrases import day_range, short_day, short_day_and_weekday
from statuspage.notices.values import CLOCK, CYCLE, DATE, PRODUCT, TEXT, choice_of
from statuspage.settlement.cycles import AfterCutoff, Cycle
from statuspage.settlement.kinds.payout_days import settles
from statuspage.settlement.rules import EVERY_PRODUCT, product_of, rule_add
from statuspage.statements.models import Statement

# T+7 is the longest that acquirers offer.
LONG_CYCLE: Final = 7
CATEGORY: Final = choice_of(MerchantCategory)


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
        optional(
            "valid_until", _("For transactions until"), DATE, not_before="valid_from", ahead=True
        ),
        optional("why", _("Reason"), TEXT),
    )
    promises_money = True
    never_backdated = RULES_STAND

    def check(self, payload: Payload, moment: datetime) -> None:
        """Refuse a rule that falls back, but does not say from when on, or to what.

        And one that says what comes after the cut-off, and changes nothing: there is none, or the
        other cycle is not chosen.
        """
        falls_back = payload["after_cutoff"] == AfterCutoff.FALLBACK_CYCLE
        needed = ("cutoff", "fallback") if falls_back else ("cutoff",)
        missing = [name for name in needed if payload["after_cutoff"] and payload[name] is None]
        if missing:
            raise ValidationError(dict.fromkeys(missing, _("This field is required.")))
        if payload["fallback"] and not falls_back:
            problem = _(
                "Transactions after the cut-off do not follow another cycle: leave this empty."
            )
            raise ValidationError({"fallback": problem})

    def warnings(self, payload: Payload, moment: datetime) -> Sequence[str]:
        """Warn of a rule for transactions that were made, or that begins on no settlement day."""
        day, found = date.fromisoformat(payload["valid_from"]), []
        said = {"day": short_day_and_weekday(payload["valid_from"]), "cycle": payload["cycle"]}
        if day < timezone.localdate(moment):
            found.append(_("%(day)s has passed: dates that merchants were told change.") % said)
        if payload["cycle"].startswith("T") and not settles(_profile(payload), day, moment):
            odd = _("%(day)s is no settlement workday, and %(cycle)s counts settlement workdays.")
            found.append(odd % said)
        for cycle in filter(None, (payload["cycle"], payload["fallback"])):
            if Cycle.parse(cycle).offset > LONG_CYCLE:
                found.append(_("%(cycle)s is unusually long. Is it right?") % {"cycle": cycle})
        return found

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


def _profile(payload: Payload) -> str:
    product = product_of(payload["product"] or EVERY_PRODUCT)
    return product.profile.code if product else DOMESTIC


def _clock(written: str | None) -> time | None:
    return time.fromisoformat(written) if written else None
