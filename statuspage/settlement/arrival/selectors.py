"""Asking when the money of a transaction arrives."""

from datetime import date, datetime
from decimal import Decimal
from typing import Final

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from statuspage.settlement.arrival.answers import Answer, Question, Step
from statuspage.settlement.arrival.by_rule import ByRule, by_rule
from statuspage.settlement.arrival.codes import Code, DateStatus
from statuspage.settlement.arrival.fees import fees
from statuspage.settlement.arrival.known import Known
from statuspage.settlement.arrival.lateness import Lateness, lateness
from statuspage.settlement.audience import MerchantCategory
from statuspage.settlement.rules.models import DateMeans, Product, SettlementRule
from statuspage.settlement.rules.selectors import EVERY_PRODUCT, products, rule_for, rules_on
from statuspage.statements.choices import clean_choice

# What the operator cannot know, or not yet, holds for every answer.
ALWAYS: Final = (Code.MINIMUM_PAYOUT, Code.CARD_LIMIT, Code.RISK_CHECK)
WITHOUT_RULE: Final = ByRule(None, None, (Step(Code.NO_RULE),))


def arrival(
    category: str,
    product: str,
    at: datetime,
    amount: Decimal | None = None,
    as_of: datetime | None = None,
) -> Answer:
    """When the money of a transaction at that moment arrives, and why (domain.md).

    An empty `product` asks for every product; `amount` is in yuan. Only what was published by
    `as_of` (now) counts: rules, days of the calendar, notices, corrections and withdrawals.

    Raises:
        ValidationError: there is no such category or product.
    """
    moment = as_of or timezone.now()
    merchant = MerchantCategory(clean_choice(MerchantCategory, category))
    question = Question(merchant, _product(product), at, moment, amount)
    rule = rule_for(merchant, question.code, at, moment)
    return _answer(question, Known(moment), rule)


def paid_now(now: datetime) -> list[Answer]:
    """For each category of merchants that has a rule, when what is paid now arrives."""
    common = rules_on(timezone.localdate(now), now).filter(product=EVERY_PRODUCT)
    rules = {rule.category: rule for rule in common}
    known = Known(now)
    return [
        _answer(Question(category, None, now, now), known, rules[category])
        for category in MerchantCategory
        if category in rules
    ]


def _answer(question: Question, known: Known, rule: SettlementRule | None) -> Answer:
    ordinary = by_rule(question, known, rule) if rule else WITHOUT_RULE
    delayed = lateness(question, known, ordinary.day)
    charge, charged = fees(question, known)
    on_time = rule is not None and not delayed.late
    return Answer(
        question=question,
        status=_status(ordinary, delayed, rule),
        arrival_date=delayed.day,
        arrival_time=rule.usual_arrival if rule and on_time else None,
        kind=DateMeans(rule.date_means) if rule else DateMeans.CREDIT,
        steps=(*ordinary.steps, *delayed.steps, *charged),
        caveats=_caveats(question, known, ordinary, delayed.day),
        charge=charge,
    )


def _status(ordinary: ByRule, delayed: Lateness, rule: SettlementRule | None) -> DateStatus:
    if delayed.day:
        return DateStatus.KNOWN
    if delayed.late:
        return DateStatus.NOT_YET_KNOWN
    return DateStatus.NOT_PUBLISHED if rule else DateStatus.NO_RULE


def _caveats(
    question: Question, known: Known, ordinary: ByRule, day: date | None
) -> tuple[Step, ...]:
    elsewhere = known.delayed_elsewhere(question)
    rows = (
        (day is not None and day < timezone.localdate(question.as_of), Step(Code.PAST)),
        (day == ordinary.day and ordinary.after_holiday, Step(Code.AFTER_HOLIDAY)),
    )
    return (
        *((Step(Code.OTHER_PRODUCTS, said=known.said(elsewhere.notice)),) if elsewhere else ()),
        *(step for applies, step in rows if applies),
        *(Step(code) for code in ALWAYS),
    )


def _product(code: str) -> Product | None:
    if code == EVERY_PRODUCT:
        return None
    found = products().filter(code=code).first()
    if found is None:
        raise ValidationError(
            {"product": _("There is no product “%(code)s”.") % {"code": code}}, code="product"
        )
    return found
