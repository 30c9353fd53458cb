"""The words of the recipe in both languages, generated from the facts; staff edit them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Final, TypeAlias

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from statuspage.notices.audience import MerchantCategory
from statuspage.notices.models import Product
from statuspage.notices.phrases import joined, listed, short_day, transactions
from statuspage.settlement.cycle_change.planning import Plan
from statuspage.settlement.verbs import Verb
from statuspage.statements.texts import Text, for_reader, in_each_language
from statuspage.statements.times import iso

Sentence: TypeAlias = Callable[["Story"], str]
ByVerb: TypeAlias = Mapping[Verb, str | Promise]

LATE_UNTIL_KNOWN: Final[ByVerb] = {
    Verb.CREDIT: gettext_lazy(
        "Payouts for %(transactions)s are delayed. The arrival date is not yet known; we will "
        "announce it here."
    ),
    Verb.PAYOUT: gettext_lazy(
        "Payouts for %(transactions)s are delayed. The payout date is not yet known; we will "
        "announce it here."
    ),
    Verb.SETTLED: gettext_lazy(
        "Payouts for %(transactions)s are delayed. The settlement date is not yet known; we will "
        "announce it here."
    ),
}
LATE_UNTIL: Final[ByVerb] = {
    Verb.CREDIT: gettext_lazy("Payouts for %(transactions)s are delayed and arrive by %(day)s."),
    Verb.PAYOUT: gettext_lazy("Payouts for %(transactions)s are delayed and made by %(day)s."),
    Verb.SETTLED: gettext_lazy("Payouts for %(transactions)s are delayed and settled by %(day)s."),
}
EXAMPLES: Final[ByVerb] = {
    Verb.CREDIT: gettext_lazy(
        "For example, a transaction at noon on %(made)s arrives on %(arrives)s."
    ),
    Verb.PAYOUT: gettext_lazy(
        "For example, a transaction at noon on %(made)s is paid out on %(arrives)s."
    ),
    Verb.SETTLED: gettext_lazy(
        "For example, a transaction at noon on %(made)s is settled on %(arrives)s."
    ),
}


@dataclass(frozen=True)
class Waiver:
    """Fees that are waived: the share in percent, who bears it, and by when it is refunded."""

    percent: str
    borne_by: Text
    credited_by: date


@dataclass(frozen=True)
class Story:
    """A plan with what else is said: the reason, and the waiver if there is one."""

    plan: Plan
    reason: Text
    waiver: Waiver | None = None

    @property
    def incident_name(self) -> Text:
        """The headline of the incident, and of the set."""
        if self.plan.change.new_cycle:
            return self._said(_moves)
        return self._said(_delayed_name)

    @property
    def incident_body(self) -> Text:
        """The text of the incident or its update: why, whose money, when, and what to do."""
        return self._said(_reason, _whose, _late, _rule, _safe, _waived)

    @property
    def delay_title(self) -> Text:
        """The headline of the delay notice."""
        return self._said(_delay_name)

    @property
    def delay_body(self) -> Text:
        """The text of the delay notice."""
        return self._said(_whose, _late, _rule, _safe)

    @property
    def rule_title(self) -> Text:
        """The headline of the notice of the temporary rule."""
        return self._said(_rule_name)

    @property
    def rule_body(self) -> Text:
        """The text of the notice of the temporary rule."""
        return self._said(_whose, _rule, _example, _late, _safe)

    @property
    def waiver_title(self) -> Text:
        """The headline of the fee waiver."""
        return self._said(lambda _story: _("Fees on affected transactions are waived"))

    @property
    def waiver_body(self) -> Text:
        """The text of the fee waiver."""
        return self._said(_whose, _waived_in_full, _without_request)

    @property
    def agents_title(self) -> Text:
        """The headline of the words for agents."""
        return self._said(_agents_name)

    @property
    def agents_body(self) -> Text:
        """What agents may answer to merchants."""
        return self._said(_to_agents, _reason, _late, _rule, _safe, _waived, _no_other_day)

    def _said(self, *parts: Sentence) -> Text:
        return in_each_language(lambda: joined(part(self) for part in parts))


def notes(plan: Plan) -> Iterator[Text]:
    """Yield what whoever publishes the set should know: what it lacks and why, and how it ends."""
    for applies, worded in NOTES:
        if applies(plan):
            yield in_each_language(partial(worded, plan))


def _year_missing(plan: Plan) -> str:
    said = _(
        "The calendar of %(year)s is not published yet, so the arrival date cannot be worked out. "
        "The drafts say that it is not yet known."
    )
    return said % {"year": plan.unpublished}


NOTES: Final[Sequence[tuple[Callable[[Plan], bool], Callable[[Plan], str]]]] = (
    (lambda plan: plan.unpublished is not None, _year_missing),
    (
        lambda plan: bool(plan.change.new_cycle) and not plan.rules,
        lambda _plan: _(
            "No temporary rule: all of these transactions are made by the end of today. The delay "
            "notice covers them."
        ),
    ),
    (
        lambda plan: not plan.late,
        lambda _plan: _(
            "No delay notice: none of these transactions is made by the end of today. The "
            "temporary rule covers them."
        ),
    ),
    (
        lambda plan: bool(plan.rules) and plan.rule_until is None,
        lambda _plan: _(
            "The temporary rule has no end. Once the usual cycle holds again, publish “Settlement "
            "restored” and a rule with the usual cycle."
        ),
    ),
    (
        lambda plan: bool(plan.rules) and plan.rule_until is not None,
        lambda _plan: _(
            "The temporary rule ends by itself. If the usual cycle holds again earlier, publish "
            "“Settlement restored” and a rule with the usual cycle."
        ),
    ),
)


def _reason(story: Story) -> str:
    return for_reader(story.reason)


def _facts(story: Story) -> Mapping[str, str]:
    change = story.plan.change
    categories = change.categories if len(change.categories) < len(MerchantCategory) else ()
    names = dict(Product.objects.values_list("code", "name"))
    merchants = listed(str(MerchantCategory(one).label) for one in categories)
    products = listed(for_reader(names[one]) for one in change.products if one in names)
    return {
        "who": merchants or _("All merchants"),
        "products": products,
        "cycles": listed(change.cycles),
        "new": change.new_cycle,
    }


def _moves(story: Story) -> str:
    return _("%(who)s: %(cycles)s payouts now follow %(new)s") % _facts(story)


def _delayed_name(story: Story) -> str:
    return _("%(who)s: %(cycles)s payouts are delayed") % _facts(story)


def _delay_name(story: Story) -> str:
    return _("Delayed %(cycles)s payouts: %(who)s") % _facts(story)


def _rule_name(story: Story) -> str:
    return _("Temporary settlement cycle %(new)s: %(who)s") % _facts(story)


def _agents_name(story: Story) -> str:
    return _("For agents: what to answer about %(cycles)s payouts") % _facts(story)


def _whose(story: Story) -> str:
    facts = _facts(story)
    if facts["products"]:
        return _("This is about %(cycles)s payouts of %(products)s: %(who)s.") % facts
    return _("This is about %(cycles)s payouts: %(who)s.") % facts


def _late(story: Story) -> str:
    plan = story.plan
    if not plan.late:
        return ""
    until = iso(plan.late_until) if plan.late_until else None
    values = {"transactions": transactions(iso(plan.change.begins), until)}
    if plan.arrives_by is None:
        return str(LATE_UNTIL_KNOWN[plan.verb]) % values
    values["day"] = short_day(plan.arrives_by.isoformat())
    return str(LATE_UNTIL[plan.verb]) % values


def _rule(story: Story) -> str:
    plan = story.plan
    if not plan.rules or plan.rule_from is None:
        return ""
    first = short_day(plan.rule_from.isoformat())
    values = {**_facts(story), "first": first}
    if plan.rule_until is None:
        said = _(
            "Transactions from %(first)s settle on %(new)s instead of %(cycles)s, until further "
            "notice."
        )
        return said % values
    values["last"] = short_day(plan.rule_until.isoformat())
    if plan.rule_from == plan.rule_until:
        return _("Transactions of %(first)s settle on %(new)s instead of %(cycles)s.") % values
    said = _("Transactions from %(first)s to %(last)s settle on %(new)s instead of %(cycles)s.")
    return said % values


def _example(story: Story) -> str:
    if story.plan.example is None:
        return ""
    made, arrives = (short_day(one.isoformat()) for one in story.plan.example)
    return str(EXAMPLES[story.plan.verb]) % {"made": made, "arrives": arrives}


def _safe(_story: Story) -> str:
    return _("Funds are safe. No action needed; please do not reverse successful payments.")


def _waived(story: Story) -> str:
    waiver = story.waiver
    if waiver is None:
        return ""
    day = short_day(waiver.credited_by.isoformat())
    if waiver.percent == "100":
        said = _("Fees on the delayed transactions are waived in full and refunded by %(day)s.")
        return said % {"day": day}
    said = _("%(percent)s%% of the fees on the delayed transactions are refunded by %(day)s.")
    return said % {"percent": waiver.percent, "day": day}


def _waived_in_full(story: Story) -> str:
    waiver, plan = story.waiver, story.plan
    if waiver is None:
        return ""
    values = {
        "transactions": transactions(iso(plan.change.begins), iso(plan.known_until)),
        "percent": waiver.percent,
        "who": for_reader(waiver.borne_by),
        "day": short_day(waiver.credited_by.isoformat()),
    }
    if waiver.percent == "100":
        said = _(
            "Fees on delayed %(transactions)s are waived in full, covered by %(who)s and refunded "
            "to your settlement account by %(day)s."
        )
    else:
        said = _(
            "%(percent)s%% of the fees on delayed %(transactions)s are waived, covered by %(who)s "
            "and refunded to your settlement account by %(day)s."
        )
    return said % values


def _without_request(_story: Story) -> str:
    return _("No request needed.")


def _to_agents(_story: Story) -> str:
    return _("Please answer your merchants as follows.")


def _no_other_day(_story: Story) -> str:
    return pgettext(
        "words for agents",
        "Please promise no other date. The status page has the latest; this text is public.",
    )
