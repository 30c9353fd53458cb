"""Asking when the money of a transaction arrives."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from django.utils import timezone

from statuspage.lib.render_cache import once
from statuspage.notices.audience import MerchantCategory
from statuspage.settlement.arrival.answers import Answer, Question, Step
from statuspage.settlement.arrival.by_rule import RuleResult, by_rule
from statuspage.settlement.arrival.delays import KnownDelay
from statuspage.settlement.arrival.facts import those_transactions
from statuspage.settlement.arrival.fees import fees
from statuspage.settlement.arrival.known import KnownFacts
from statuspage.settlement.arrival.stoppages import Stoppage, standing
from statuspage.settlement.arrival.words import Code, DateStatus
from statuspage.settlement.models import SettlementRule
from statuspage.settlement.prices.models import CardType, Channel
from statuspage.settlement.rules import EVERY_PRODUCT, product_of, rule_for, rules_on
from statuspage.statements.choices import clean_choice
from statuspage.statements.selectors import timeline
from statuspage.statements.times import from_iso

# What the operator cannot know (yet) is part of every answer.
ALWAYS: Final = (Code.CARD_LIMIT, Code.RISK_CHECK)
# How long after a recovery its merchants still wonder whether a payment is late.
RECOVERY_EXPLAINS: Final = timedelta(days=7)
WITHOUT_RULE: Final = RuleResult(None, (Step(Code.NO_RULE),), status=DateStatus.NO_RULE)


def arrival(
    category: str,
    product: str,
    at: datetime,
    amount: Decimal | None = None,
    as_of: datetime | None = None,
    *,
    card: str = "",
    channel: str = "",
    mcc: str = "",
) -> Answer:
    """Return when the money of a transaction at that moment arrives, and why (domain.md).

    An empty `product` asks for every product; `amount` is in yuan. `card`, `channel` and `mcc` (a
    group of the price list) say how the customer paid, as far as it is known. Only what was
    published by `as_of` (now) counts: rules, prices, days of the calendar, notices, corrections
    and withdrawals.

    Raises:
        ValidationError: there is no such category, product, card or channel.
    """
    moment = as_of or timezone.now()
    merchant = MerchantCategory(clean_choice(MerchantCategory, category))
    paid = card and clean_choice(CardType, card), channel and clean_choice(Channel, channel), mcc
    question = Question(merchant, product_of(product), at, moment, amount, *paid)
    rule = rule_for(merchant, question.code, at, moment)
    return _answer(question, KnownFacts(moment, now=as_of is None), rule)


@once
def paid_now(now: datetime) -> list[Answer]:
    """Return when today's payments arrive, for each category of merchants that has a rule."""
    common = rules_on(timezone.localdate(now), now).filter(product=EVERY_PRODUCT)
    rules = {rule.category: rule for rule in common}
    known = KnownFacts(now, now=True)
    return [
        _answer(Question(category, None, now, now), known, rules[category])
        for category in MerchantCategory
        if category in rules
    ]


def _answer(question: Question, known: KnownFacts, rule: SettlementRule | None) -> Answer:
    ordinary = by_rule(question, known, rule) if rule else WITHOUT_RULE
    question = replace(question, cycle=ordinary.cycle or (rule.cycle if rule else None))
    delay, due = known.delay(question), ordinary.day
    stoppage = known.stoppage(question, due) if due and not delay else None
    day, reasons = due, _restored(question, known)
    if delay:
        day, reasons = _delayed(delay, known, due)
    elif stoppage:
        day, reasons = _stopped(stoppage, question)
    charge, charged = fees(question, known)
    doubts = () if delay or stoppage or not due else _doubts(question, known, due)
    return Answer(
        question=question,
        status=DateStatus.PAYOUTS_DELAYED if stoppage else _status(day, delay, ordinary),
        arrival_date=day,
        arrival_time=None if delay or stoppage else ordinary.clock,
        kind=ordinary.means,
        steps=_seen((*_way(ordinary, stoppage), *reasons, *charged), question, ordinary),
        caveats=_seen((*doubts, *_caveats(question, known, ordinary, day)), question, ordinary),
        charge=charge,
        next_update_by=_promise(stoppage, question) if stoppage else None,
        minimum=ordinary.minimum,
    )


def _seen(steps: Iterable[Step], question: Question, ordinary: RuleResult) -> tuple[Step, ...]:
    """Return the steps in the tense of the day of the answer, and with the verb of the rule."""
    return tuple(one.seen_on(question.today, ordinary.means) for one in steps)


def _status(day: date | None, delay: KnownDelay | None, ordinary: RuleResult) -> DateStatus:
    if day:
        return DateStatus.KNOWN
    return DateStatus.NOT_YET_KNOWN if delay else ordinary.status


def _delayed(
    delay: KnownDelay, known: KnownFacts, ordinary: date | None
) -> tuple[date | None, tuple[Step, ...]]:
    """Return when late money arrives, if that is known, and why.

    A delay's date replaces the rule's, unless the rule's is later.
    """
    payload, said = delay.notice.payload, known.said(delay.notice)
    late = those_transactions(payload["transactions_from"], payload["transactions_until"])
    first = date.fromisoformat(payload["arrives_by"]) if payload["arrives_by"] else None
    code = Code.DELAY if first else Code.DELAY_WITHOUT_DATE
    steps = [Step(code, {"transactions": late, "day": first}, day=first, said=said)]
    by = delay.arrives_by
    if delay.recovery:
        # What a recovery says of the money that is late already.
        facts = {"moment": from_iso(delay.recovery.payload["restored_at"]), "day": by}
        code = Code.BACKLOG if by else Code.BACKLOG_WITHOUT_DATE
        steps.append(Step(code, facts, day=by, said=known.said(delay.recovery)))
    if by and ordinary and ordinary > by:
        steps.append(Step(Code.RULE_IS_LATER, {"day": ordinary}, day=ordinary))
        by = ordinary
    notices = [one for one in (delay.notice, delay.recovery) if one]
    return by, (*steps, *known.corrections(notices))


def _way(ordinary: RuleResult, stoppage: Stoppage | None) -> tuple[Step, ...]:
    """Return the steps to the rule's date; while payouts stand still no day settles as usual."""
    return tuple(
        one for one in ordinary.steps if not (stoppage and one.code is Code.MAKE_UP_WORKDAY)
    )


def _stopped(stoppage: Stoppage, question: Question) -> tuple[None, tuple[Step, ...]]:
    """Return no date, and the incident as the reason: the rule's date is not to be promised."""
    said = stoppage.newest
    steps = [Step(Code.PAYOUTS_DELAYED, {"incident": stoppage.name}, said=said)]
    if promised := _promise(stoppage, question):
        steps.append(Step(Code.NEXT_UPDATE, {"moment": promised}, said=said))
    return None, tuple(steps)


def _promise(stoppage: Stoppage, question: Question) -> datetime | None:
    """Return when the next update is promised; one that is overdue says nothing any more."""
    promised = stoppage.next_update_by
    return promised if promised and promised > question.as_of else None


def _doubts(question: Question, known: KnownFacts, due: date) -> tuple[Step, ...]:
    """Return what makes the ordinary date doubtful: a slow service, or an outage."""
    if doubted := known.doubted(question, due):
        return (Step(Code.MAY_BE_LATE, {"incident": doubted.name}, said=doubted.newest),)
    if due > timezone.localdate(question.as_of):
        return ()
    if over := known.interrupted(question, due):
        facts = {"incident": over.name, "moment": over.resolved_at}
        said = standing(timeline("incident", over.public_id))
        return (Step(Code.INTERRUPTED, facts, day=due, said=said[-1] if said else None),)
    return ()


def _restored(question: Question, known: KnownFacts) -> tuple[Step, ...]:
    """Return the recovery before which the transaction would have been late.

    For some days only: later nobody expects it to be late any more, and it explains nothing.
    """
    for delay in known.delays(question):
        recovery, until = delay.recovery, delay.notice.payload["transactions_until"]
        within = delay.begins <= question.at and (until is None or question.at < from_iso(until))
        if recovery and within:
            moment = from_iso(recovery.payload["restored_at"])
            if moment <= question.at < moment + RECOVERY_EXPLAINS:
                step = Step(Code.RESTORED, {"moment": moment}, said=known.said(recovery))
                return (step, *known.corrections([recovery]))
    return ()


def _caveats(
    question: Question, known: KnownFacts, ordinary: RuleResult, day: date | None
) -> tuple[Step, ...]:
    elsewhere = known.delayed_elsewhere(question)
    rows = (
        (day is not None and day < timezone.localdate(question.as_of), Code.PAST),
        (day == ordinary.day and ordinary.after_holiday, Code.AFTER_HOLIDAY),
    )
    usual = [Step(code, day=day) for applies, code in rows if applies]
    others = [Step(Code.OTHER_PRODUCTS, said=known.said(elsewhere.notice))] if elsewhere else []
    return (*others, *usual, _minimum(question, ordinary), *map(Step, ALWAYS))


def _minimum(question: Question, ordinary: RuleResult) -> Step:
    """Return the caveat about the minimum payout; plain where the asked amount is below it."""
    least, amount = ordinary.minimum, question.amount
    if least is None:
        return Step(Code.MINIMUM_PAYOUT)
    if amount is not None and amount < least:
        return Step(Code.BELOW_MINIMUM, {"amount": amount, "minimum": least})
    return Step(Code.MINIMUM_AMOUNT, {"minimum": least})
