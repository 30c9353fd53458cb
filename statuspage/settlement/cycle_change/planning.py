"""What follows from a longer settlement cycle: what is late by when, and which rules change."""

from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import product as each_of
from typing import Final

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from statuspage.calendar.workdays import ONE_DAY, NotYetPublished
from statuspage.notices.audience import Audience
from statuspage.notices.fields import IN_THE_PAST
from statuspage.notices.kind import NOT_BEFORE
from statuspage.notices.phrases import listed, short_day_and_weekday
from statuspage.settlement.cycles import Cycle, NoBaseRule
from statuspage.settlement.kinds.payout_days import check_settles
from statuspage.settlement.models import SettlementRule
from statuspage.settlement.reckoning import reckon
from statuspage.settlement.rules import EVERY_PRODUCT, product_of, rules_on
from statuspage.settlement.verbs import Verb, verb_of
from statuspage.statements.times import midnight

LAST_MOMENT: Final = timedelta(seconds=1)


@dataclass(frozen=True)
class CycleChange:
    """The facts as staff know them: whose money, from which transaction on, and when it comes.

    Without products it is about all, of these cycles. Without `ends` nobody knows until when.
    With neither a new cycle nor a day, the day is not yet known.
    """

    categories: Sequence[str]
    cycles: Sequence[str]
    begins: datetime
    products: Sequence[str] = ()
    ends: datetime | None = None
    new_cycle: str = ""
    arrives_by: date | None = None


@dataclass(frozen=True)
class Plan:
    """What follows: late transactions until `late_until` (None: open), and rules from a day on.

    `arrives_by` is None where it is not known; `unpublished` is the year whose calendar is missing
    if that is why.
    """

    change: CycleChange
    rules: Sequence[SettlementRule]
    late_until: datetime | None
    late: bool
    # The end of the transactions that are known to be late by now.
    known_until: datetime
    arrives_by: date | None
    unpublished: int | None = None
    rule_from: date | None = None
    rule_until: date | None = None
    # For the day from which the rules hold: that of a transaction on it.
    example: tuple[date, date] | None = field(default=None)
    # What happens on these dates, by the rules of the merchants concerned.
    verb: Verb = Verb.CREDIT

    @property
    def audience(self) -> Audience:
        """Whom the notices are about."""
        cycles = sorted(self.change.cycles)
        return {
            "categories": sorted(self.change.categories),
            "products": sorted(self.change.products),
            **({"cycles": cycles} if cycles else {}),
            "agents": True,
        }


def cycles_in_force(day: date, moment: datetime) -> list[str]:
    """Return the cycles of the rules of that day, as known at that moment."""
    return sorted({one.cycle for one in rules_on(day, moment)})


def planned(change: CycleChange, now: datetime) -> Plan:
    """Return what follows from the facts at that moment.

    Transactions until the end of today are late; from tomorrow on a rule with the new cycle says
    when the money comes, so that each day has its own date. Without a new cycle all of them are
    late, until the day that was named.

    Raises:
        ValidationError: by field, what cannot be or contradicts rules and calendar.
    """
    _check_times(change, now)
    rules = _rules(change, now)
    plan = _with_rules(change, rules, now) if change.new_cycle else _without(change, now)
    computed, unpublished = _latest(rules, plan, now)
    _check_day(change, plan.audience, computed, now)
    known = change.arrives_by or (computed if change.new_cycle and plan.late else None)
    missing = unpublished if change.new_cycle and known is None and plan.late else None
    return replace(
        plan,
        arrives_by=known,
        unpublished=missing,
        example=_example(rules, plan, now),
        verb=verb_of(one.date_means for one in rules),
    )


def _with_rules(change: CycleChange, rules: Sequence[SettlementRule], now: datetime) -> Plan:
    tomorrow = _tomorrow(now)
    late_until = min(change.ends or midnight(tomorrow), midnight(tomorrow))
    first = max(timezone.localdate(change.begins), tomorrow)
    last = timezone.localdate(change.ends - LAST_MOMENT) if change.ends else None
    holds = last is None or first <= last
    return Plan(
        change,
        rules if holds else (),
        late_until,
        late=change.begins < late_until,
        known_until=_known_until(change, now),
        arrives_by=None,
        rule_from=first if holds else None,
        rule_until=last if holds else None,
    )


def _without(change: CycleChange, now: datetime) -> Plan:
    known = _known_until(change, now)
    return Plan(change, (), change.ends, late=True, known_until=known, arrives_by=None)


def _known_until(change: CycleChange, now: datetime) -> datetime:
    """Return the end of today, or of the first day if that is later; never after the end."""
    until = midnight(_tomorrow(max(change.begins, now)))
    return min(change.ends, until) if change.ends else until


def _rules(change: CycleChange, now: datetime) -> list[SettlementRule]:
    """Return the rules in force that these facts are about.

    Raises:
        ValidationError: there is none, and a new cycle would change nothing.
    """
    day = timezone.localdate(max(change.begins, now))
    wanted = {EVERY_PRODUCT} if not change.products else set(change.products)
    every = list(rules_on(day, now))
    found = [
        one
        for one in every
        if one.category in change.categories
        and one.cycle in change.cycles
        and (one.product in wanted or not change.products)
    ]
    if change.new_cycle and not found:
        cycles = listed(sorted({one.cycle for one in every if one.category in change.categories}))
        problem = _("No rule of these merchants and products has this cycle. In force: %(cycles)s.")
        raise ValidationError({"cycles": problem % {"cycles": cycles or "–"}})
    for one, at in each_of(found if change.new_cycle else (), _each_weekday(change)):
        if _sooner(one, change.new_cycle, at, now):
            said = short_day_and_weekday(timezone.localdate(at).isoformat())
            problem = _(
                "With this cycle the money of transactions on %(day)s would come earlier. Enter a "
                "longer one."
            )
            raise ValidationError({"new_cycle": problem % {"day": said}})
    return found


def _each_weekday(change: CycleChange) -> Iterator[datetime]:
    """Yield the first transaction and those of the six days after it, as far as they are late.

    On a Tuesday D+1 is no sooner than T+1; on the Friday after it is.
    """
    for days in range(7):
        at = change.begins + timedelta(days=days)
        if change.ends is None or at < change.ends:
            yield at


def _sooner(rule: SettlementRule, cycle: str, at: datetime, now: datetime) -> bool:
    """Return whether a transaction arrives earlier with that cycle than by the rule."""
    try:
        return _arrival(rule, cycle, at, now) < _arrival(rule, "", at, now)
    except (NotYetPublished, NoBaseRule):
        return False


def _check_times(change: CycleChange, now: datetime) -> None:
    if change.ends and change.ends <= change.begins:
        raise ValidationError({"ends": NOT_BEFORE})
    if change.arrives_by and change.arrives_by < timezone.localdate(now):
        raise ValidationError({"arrives_by": IN_THE_PAST})
    if change.new_cycle and change.new_cycle in change.cycles:
        raise ValidationError({"new_cycle": _("This is the cycle in force. Enter a longer one.")})


def _check_day(
    change: CycleChange, audience: Audience, computed: date | None, now: datetime
) -> None:
    """Refuse a day before the one that the rules allow, or on which nothing is paid."""
    if not change.arrives_by:
        return
    if computed and change.arrives_by < computed:
        day = short_day_and_weekday(computed.isoformat())
        problem = _(
            "By the rules the last of these transactions settles on %(day)s. Enter that day or a "
            "later one."
        )
        raise ValidationError({"arrives_by": problem % {"day": day}})
    written = {"arrives_by": change.arrives_by.isoformat()}
    check_settles("arrives_by", audience, written, now)


def _latest(
    rules: Iterable[SettlementRule], plan: Plan, now: datetime
) -> tuple[date | None, int | None]:
    """Return when the last late transaction arrives, and the year whose calendar is missing.

    Without an end it is the one of now that is asked about, or the first one if that is later.
    """
    change = plan.change
    if not plan.late:
        return None, None
    at = plan.late_until - LAST_MOMENT if plan.late_until else max(change.begins, now)
    try:
        return max((_arrival(one, change.new_cycle, at, now) for one in rules), default=None), None
    except NoBaseRule:
        return None, None
    except NotYetPublished as refusal:
        return None, refusal.year


def _example(
    rules: Sequence[SettlementRule], plan: Plan, now: datetime
) -> tuple[date, date] | None:
    if not plan.rule_from or not plan.rules:
        return None
    at = midnight(plan.rule_from) + timedelta(hours=12)
    try:
        found = [_arrival(one, plan.change.new_cycle, at, now) for one in plan.rules]
    except (NotYetPublished, NoBaseRule):
        return None
    return (plan.rule_from, max(found))


def _arrival(rule: SettlementRule, cycle: str, at: datetime, now: datetime) -> date:
    """Return when the money of a transaction arrives by a rule, with another cycle if there is one.

    Raises:
        NotYetPublished: the calendar does not reach so far.
        NoBaseRule: the base rule decides after the cut-off, and there is none.
    """
    product = product_of(rule.product)
    return reckon(_on_cycle(rule, cycle) if cycle else rule, product, at, now).found.arrival


def _on_cycle(rule: SettlementRule, cycle: str) -> SettlementRule:
    """Return the rule with another cycle, unsaved; a duration is promised for the same day only."""
    other = copy(rule)
    other.cycle = cycle
    other.within = None if drops_duration(rule, cycle) else rule.within
    return other


def drops_duration(rule: SettlementRule, cycle: str) -> bool:
    """Return whether the rule promises a duration that the other cycle cannot keep."""
    return rule.within is not None and not Cycle.parse(cycle).same_day


def _tomorrow(now: datetime) -> date:
    return timezone.localdate(now) + ONE_DAY
