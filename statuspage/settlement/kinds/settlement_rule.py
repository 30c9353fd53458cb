"""Change of a settlement rule 结算规则调整: every term of it, from a day on."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Final

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from statuspage.calendar.models import DOMESTIC
from statuspage.calendar.selectors import profiles
from statuspage.calendar.workdays import ONE_DAY
from statuspage.notices.audience import Audience, MerchantCategory
from statuspage.notices.cycles import CYCLE_HELP, say_cycle
from statuspage.notices.fields import Payload, PayloadField, Table, optional
from statuspage.notices.kind import RULES_STAND, NoticeKind, register
from statuspage.notices.models import Notice
from statuspage.notices.phrases import day_range, short_day, short_day_and_weekday
from statuspage.notices.values import CLOCK, CYCLE, DATE, PAID, PRODUCT, TEXT, choice_of, row_of
from statuspage.settlement.cycles import AfterCutoff, Basis, Cycle
from statuspage.settlement.kinds.payout_days import settles, unheld_cycles
from statuspage.settlement.models import DateMeans, SettlementRule
from statuspage.settlement.rule_change import (
    TERMS,
    completed_terms,
    new_rule,
    rule_again,
    rule_before,
    terms_of,
)
from statuspage.settlement.rule_examples import examples, faster_than_base
from statuspage.settlement.rule_values import EXAMPLES, MINUTES, REMOVED, RULE_TERMS
from statuspage.settlement.rule_words import before_and_after, changes, worked_examples
from statuspage.settlement.rules import EVERY_PRODUCT, announced_after, product_of, rule_add
from statuspage.settlement.terms import term_problems
from statuspage.statements.authors import Author
from statuspage.statements.canonical import Json
from statuspage.statements.documents import OUTCOME
from statuspage.statements.models import Statement
from statuspage.statements.times import midnight

# T+7 is the longest that acquirers offer.
LONG_CYCLE: Final = 7
COUNTED: Final = frozenset({Basis.SETTLEMENT_WORKDAY, Basis.CALENDAR_DAY})
AS_IN_FORCE: Final = _("As in force")
NOTHING_NEW: Final = _("This is what is in force already: no date changes. Is it right?")
NO_BASE_RULE: Final = _(
    "These merchants have no base rule on that day, so transactions after the cut-off get no date. "
    "Publish the base rule first."
)
CATEGORY: Final = choice_of(MerchantCategory)
CALENDAR: Final = row_of(lambda: profiles().values_list("code", "name"))


@register
class SettlementRuleChange(NoticeKind):
    """Adds a rule; earlier ones stay, to answer questions about past dates.

    A term that is left out stays as in force; `without` drops it (rule_change.py).
    """

    name = "settlement_rule"
    label = _("Settlement rule change")
    advice = _(
        "What you leave empty stays as it is in force. To drop a cut-off or another term, tick it "
        "under “Removed”."
    )
    fields = (
        PayloadField("category", _("Merchant category"), CATEGORY),
        optional(
            "product",
            _("Product"),
            PRODUCT,
            help=_("None chosen: every product without a rule of its own."),
        ),
        PayloadField("cycle", _("Settlement cycle"), CYCLE, help=CYCLE_HELP),
        optional("opens", _("Open from"), CLOCK, help=_("Earlier transactions count from then.")),
        optional("cutoff", _("Cut-off"), CLOCK),
        optional(
            "after_cutoff",
            _("Transactions after the cut-off"),
            choice_of(AfterCutoff),
            empty=AS_IN_FORCE,
        ),
        optional("fallback", _("Cycle after the cut-off"), CYCLE),
        optional("usual_arrival", _("Usual time"), CLOCK),
        optional(
            "within",
            _("Within, in minutes"),
            MINUTES,
            help=_("Promised from the transaction on, for T+0 and D+0."),
            shown_as=_("Within"),
        ),
        optional("date_means", _("The date means"), choice_of(DateMeans), empty=AS_IN_FORCE),
        optional(
            "payout_calendar",
            _("Not paid on closed days of"),
            CALENDAR,
            help=_("For D cycles, such as foreign cards: carried over to the next open day."),
            empty=AS_IN_FORCE,
        ),
        optional("minimum", _("Minimum payout (yuan)"), PAID, shown_as=_("Minimum payout")),
        optional(
            "without",
            _("Removed"),
            REMOVED,
            help=_("Tick to drop what is in force. An empty field keeps it."),
        ),
        PayloadField("valid_from", _("For transactions from"), DATE),
        optional(
            "valid_until", _("For transactions until"), DATE, not_before="valid_from", ahead=True
        ),
        optional("why", _("Reason"), TEXT),
        optional("before", _("Rule before"), RULE_TERMS, derived=True, listed=False),
        optional("examples", _("Worked examples"), EXAMPLES, derived=True, listed=False),
    )
    promises_money = True
    never_backdated = RULES_STAND
    begins_with = ("valid_from", "category", "product")

    def begin(self, chosen: Payload, moment: datetime) -> Payload:
        """Return the terms in force for the chosen category and product; none before it is chosen.

        They are those of the chosen first day: a temporary rule of today may be over by then.
        """
        category = chosen.get("category")
        known = [code for code, _name in PRODUCT.choices()] if PRODUCT.choices else []
        product = chosen.get("product") if chosen.get("product") in known else None
        if category not in MerchantCategory.values:
            return {}
        day = _first_day(chosen) or timezone.localdate(moment).isoformat()
        where = {"category": category, "product": product}
        held = terms_of(rule_before({**where, "valid_from": day}, moment))
        return {**where, **dict.fromkeys(TERMS), **held, "without": []}

    def complete(self, payload: Payload) -> Payload:
        """Fill in what stays as in force, and what was before, with worked examples.

        Raises:
            ValidationError: a term is both entered and removed.
        """
        before = terms_of(rule_before(payload))
        whole = {**payload, **completed_terms(payload, before), "before": before or None}
        return {**whole, "examples": None if _problems(whole) else examples(whole)}

    def check(self, payload: Payload, moment: datetime) -> None:
        """Refuse terms that do not fit together, and a product that pays faster than the base rule.

        A rule that falls back says from when on, and to what.
        """
        if problems := _problems(payload):
            raise ValidationError(problems)
        if not _goes_its_own_way(payload):
            return
        if found := faster_than_base(payload, moment):
            days = map(short_day_and_weekday, (one.isoformat() for one in found))
            values = dict(zip(("day", "mine", "ordinary"), days, strict=True))
            problem = _(
                "Faster than the base rule: a transaction of %(day)s after the cut-off would "
                "settle on %(mine)s, an ordinary one on %(ordinary)s. Let it follow the base rule, "
                "or enter a longer cycle."
            )
            falls_back = payload["after_cutoff"] == AfterCutoff.FALLBACK_CYCLE
            raise ValidationError({"fallback" if falls_back else "after_cutoff": problem % values})

    def warnings(self, payload: Payload, moment: datetime) -> Sequence[str]:
        """Warn of a rule for transactions that were made, or that begins on no settlement day.

        And of one that changes nothing.
        """
        day, found = date.fromisoformat(payload["valid_from"]), []
        said = {"day": short_day_and_weekday(payload["valid_from"]), "cycle": payload["cycle"]}
        if day < timezone.localdate(moment):
            found.append(_("%(day)s has passed: dates that merchants were told change.") % said)
        counts_workdays = Cycle.parse(payload["cycle"]).basis is Basis.SETTLEMENT_WORKDAY
        if counts_workdays and not settles(_profile(payload), day, moment):
            odd = _("%(day)s is no settlement workday, and %(cycle)s counts settlement workdays.")
            found.append(odd % said)
        for cycle in filter(None, (payload["cycle"], payload["fallback"])):
            if _is_long(Cycle.parse(cycle)):
                found.append(_("%(cycle)s is unusually long. Is it right?") % {"cycle": cycle})
        before = payload["before"]
        if before and all(payload[name] == before[name] for name in TERMS):
            found.append(str(NOTHING_NEW))
        if payload["after_cutoff"] == AfterCutoff.BASE_RULE and not _base(payload, moment):
            found.append(str(NO_BASE_RULE))
        return [*found, *_outlived(payload, moment)]

    def warnings_for(self, audience: Audience, payload: Payload, moment: datetime) -> Sequence[str]:
        """Warn of a cycle that none of the merchants told of it has."""
        return unheld_cycles(audience, date.fromisoformat(payload["valid_from"]), moment)

    def brief(self, payload: Payload) -> Iterator[str]:
        """Say whose money follows which cycle, from when on, and what else changes."""
        who = CATEGORY.say(payload["category"])
        if payload["product"]:
            names = {"category": who, "product": PRODUCT.say(payload["product"])}
            who = pgettext("merchants of a rule", "%(category)s, %(product)s") % names
        values = {"who": who, "cycle": say_cycle(payload["cycle"])}
        if payload["valid_until"]:
            days = day_range(payload["valid_from"], payload["valid_until"])
            said = _("%(who)s: %(cycle)s settlement for transactions from %(first)s to %(last)s.")
            yield said % {**values, **days}
        else:
            said = _("%(who)s: %(cycle)s settlement for transactions from %(day)s.")
            yield said % {**values, "day": short_day(payload["valid_from"])}
        yield from changes(payload)

    def validity(self, payload: Payload) -> tuple[datetime | None, datetime | None]:
        """Return the time from the first of its days to the end of the last one."""
        first, last = date.fromisoformat(payload["valid_from"]), payload["valid_until"]
        ends = midnight(date.fromisoformat(last) + ONE_DAY) if last else None
        return midnight(first), ends

    def tables(self, payload: Payload) -> Sequence[Table]:
        """Return the terms before and after, and the worked examples."""
        return (*before_and_after(payload), *worked_examples(payload))

    def record(self, notice: Notice, statement: Statement) -> None:
        """Add the rule."""
        until = notice.payload["valid_until"]
        rule_add(
            **new_rule(notice.payload),
            valid_from=date.fromisoformat(notice.payload["valid_from"]),
            valid_until=date.fromisoformat(until) if until else None,
            statement=statement,
        )

    def undo(self, notice: Notice, moment: datetime, author: Author | None) -> Mapping[str, Json]:
        """Say which rule its transactions follow from now on, with both side by side.

        Merchants would read that a rule is withdrawn, and not by which their money comes then.
        """
        again = rule_again(notice, moment)
        said = self.derived(again) if again else {}
        named = {OUTCOME: said.get("brief"), "tables": said.get("tables")}
        return {name: words for name, words in named.items() if words}


def _first_day(chosen: Payload) -> str | None:
    try:
        return str(DATE.read(chosen.get("valid_from")))
    except ValidationError:
        return None


def _goes_its_own_way(payload: Payload) -> bool:
    """Return whether a product does not follow the base rule after the cut-off.

    An instant one whose next day counts would then pay on a Sunday what T+1 pays on Monday.
    """
    if not payload["product"]:
        return False
    next_day = payload["after_cutoff"] == AfterCutoff.ACCOUNTING_NEXT_DAY
    instant = next_day and Cycle.parse(payload["cycle"]).same_day
    return instant or payload["after_cutoff"] == AfterCutoff.FALLBACK_CYCLE


def _problems(payload: Payload) -> dict[str, str | Promise]:
    """Return by field what is impossible about a completed payload."""
    falls_back = payload["after_cutoff"] == AfterCutoff.FALLBACK_CYCLE
    needed = ("cutoff", "fallback") if falls_back else ("cutoff",)
    missing = [name for name in needed if payload["after_cutoff"] and payload[name] is None]
    if missing:
        return dict.fromkeys(missing, _("This field is required."))
    if payload["fallback"] and not falls_back:
        return {
            "fallback": _(
                "Transactions after the cut-off do not follow another cycle: leave this empty."
            )
        }
    return term_problems(new_rule(payload))


def _outlived(payload: Payload, moment: datetime) -> Iterator[str]:
    """Warn of a rule announced for later, which this one would take the place of, being newer."""
    first, last = payload["valid_from"], payload["valid_until"]
    later = announced_after(
        payload["category"],
        payload["product"] or EVERY_PRODUCT,
        date.fromisoformat(first),
        date.fromisoformat(last) if last else None,
        moment,
    )
    if later and later.valid_from:
        values = {"cycle": say_cycle(later.cycle), "day": short_day(later.valid_from.isoformat())}
        yield (
            _(
                "A rule was announced that begins on %(day)s (%(cycle)s). This one is newer and "
                "would apply then too: enter its last day if it should not."
            )
            % values
        )


def _base(payload: Payload, moment: datetime) -> SettlementRule | None:
    return rule_before({**payload, "product": None}, moment)


def _is_long(cycle: Cycle) -> bool:
    return cycle.basis in COUNTED and cycle.offset > LONG_CYCLE


def _profile(payload: Payload) -> str:
    product = product_of(payload["product"] or EVERY_PRODUCT)
    return product.profile.code if product else DOMESTIC
