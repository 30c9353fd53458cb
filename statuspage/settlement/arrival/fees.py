"""Calculate the fee on an amount, and how much of it is waived and when that is refunded."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final

from statuspage.lib.money import ZERO, Fee, parse_fee, to_fen
from statuspage.notices.fields import Payload
from statuspage.notices.models import Notice
from statuspage.settlement.arrival.answers import Charge, Question, Step
from statuspage.settlement.arrival.facts import (
    condition,
    limit,
    paid_said,
    prices_said,
    promoted_rate,
    those_transactions,
    waived_share,
)
from statuspage.settlement.arrival.known import KnownFacts
from statuspage.settlement.arrival.words import Code
from statuspage.settlement.prices.matching import Paid
from statuspage.settlement.prices.models import Price
from statuspage.settlement.prices.selectors import price_options
from statuspage.statements.models import Statement

FEE_CHANGE: Final = "notice.fee_change"
# What restricts an audience and is not asked of whoever wants to know a fee.
NOT_ASKED: Final = frozenset({"models", "agent_codes", "agent_keys", "provinces"})


@dataclass(frozen=True)
class Rate:
    """A fee, and the part of it that is charged once for each payout, in yuan."""

    fee: Fee
    per_payout: Decimal = ZERO


def fees(question: Question, known: KnownFacts) -> tuple[Charge | None, list[Step]]:
    """Return the fee on the amount, if both it and the rate are known, and the steps to it."""
    rate, steps = _rate(question, known)
    charge = None
    if question.amount and rate:
        rate, promoted = _promoted(rate, question, known)
        charge = _charge(question.amount, rate)
        steps = [*steps, *promoted, *_fee_steps(charge)]
    elif steps and rate is None:
        # Which price it is depends; a promotion counts all the same.
        steps = [*steps, *(_named(one, known) for one in known.promotions(question))]
    charge, waived_steps = _waived(charge, question, known)
    return charge, [*steps, *waived_steps]


def waived(payload: Payload, fee: Decimal) -> Decimal:
    """Return how much of a transaction's fee, in yuan, is waived; never more than the fee."""
    if payload.get("percent_waived") is not None:
        return to_fen(fee * Decimal(payload["percent_waived"]) / 100)
    return min(Decimal(payload["amount_waived"]), fee)


def covers_all(waiver: Notice) -> bool:
    """Return whether a waiver is for every transaction of its time, not the affected ones alone.

    One that does not say so, as those of before there was a choice, may be for the affected ones;
    and one for some terminal models, agents or provinces is, for whoever asks without naming them.
    """
    return waiver.payload.get("covers") == "all" and not (NOT_ASKED & waiver.audience.keys())


def _charge(amount: Decimal, rate: Rate) -> Charge:
    fee = rate.fee.fee_of(amount)
    effective = rate.fee.effective_rate(amount) if fee <= amount else None
    return Charge(amount, rate.fee, fee, ZERO, effective, per_payout=rate.per_payout)


def _fee_steps(charge: Charge) -> list[Step]:
    facts: Mapping[str, object] = {
        "amount": charge.amount,
        "rate": str(charge.rate),
        "fee": charge.fee,
        "effective": f"{charge.effective_rate:f}" if charge.effective_rate is not None else "",
    }
    code = Code.FEE_ABOVE_AMOUNT if charge.exceeds else Code.FEE
    more = [Step(Code.FEE_PER_PAYOUT, {"fixed": charge.per_payout})] if charge.per_payout else []
    return [Step(code, facts), *more]


def _waived(
    charge: Charge | None, question: Question, known: KnownFacts
) -> tuple[Charge | None, list[Step]]:
    """Return the charge with what is waived of it, and the steps that say so."""
    fee = charge.fee if charge else ZERO
    # The one that waives most; of several that waive the same, the newest.
    waiver = max(known.waivers(question), key=lambda one: waived(one.payload, fee), default=None)
    if waiver is None:
        return charge, []
    payload, said = waiver.payload, known.said(waiver)
    those = those_transactions(payload["transactions_from"], payload["transactions_until"])
    share = waived_share(payload["percent_waived"], payload["amount_waived"])
    if_affected = condition(if_affected=not covers_all(waiver))
    facts = {"transactions": those, "share": share, "condition": if_affected}
    by = date.fromisoformat(payload["credited_by"]) if payload.get("credited_by") else None
    refunded = known.refunded_on(waiver)
    steps = [Step(Code.FEE_WAIVER, facts, day=refunded or by, said=said)]
    if charge:
        charge = replace(
            charge,
            waived=waived(payload, fee),
            refunded_by=by,
            refunded_on=refunded,
            if_affected=not covers_all(waiver),
        )
        sums = {"waived": charge.waived, "to_pay": charge.to_pay, "condition": if_affected}
        steps.append(Step(Code.FEE_WAIVED, sums, said=said))
        steps += _refund_steps(by, refunded, said)
    return charge, [*steps, *known.corrections([waiver])]


def _refund_steps(by: date | None, refunded: date | None, said: Statement) -> list[Step]:
    """Return when what is waived was refunded, or by when it is to be, as far as that is known."""
    if refunded:
        return [Step(Code.FEE_REFUNDED, {"day": refunded}, day=refunded, said=said)]
    return [Step(Code.FEE_REFUND, {"day": by}, day=by, said=said)] if by else []


def _rate(question: Question, known: KnownFacts) -> tuple[Rate | None, list[Step]]:
    """Return the fee by the prices known then; None where there is none, or it depends."""
    paid = Paid(question.card, question.channel, question.mcc, question.amount)
    asked = question.category, question.code, question.day, question.as_of
    found = price_options(*asked, paid)
    if not found:
        return None, []
    if len(found) > 1:
        return None, [Step(Code.FEE_DEPENDS, {"prices": prices_said(found)})]
    price = found[0].price
    if price.statement and price.statement.kind == FEE_CHANGE:
        return _of(price), _change_steps(price, price.statement, known)
    return _of(price), known.corrections_of(price.statement) if price.statement else []


def _of(price: Price) -> Rate:
    if price.per_payout:
        return Rate(replace(price.fee, fixed=ZERO), price.fixed)
    return Rate(price.fee)


def _change_steps(price: Price, said: Statement, known: KnownFacts) -> list[Step]:
    facts = {"rate": str(price.fee), "day": price.valid_from}
    step = Step(Code.FEE_CHANGE, facts, day=price.valid_from, said=said)
    return [step, *known.corrections_of(said)]


def _promoted(rate: Rate, question: Question, known: KnownFacts) -> tuple[Rate, list[Step]]:
    """Return the fee of the promotion that makes it lowest, if there is one, and its step."""
    amount = question.amount or ZERO
    best, steps, others = rate, list[Step](), list[Step]()
    for one in known.promotions(question):
        fee = parse_fee(one.payload["fee"])
        if way := _unknown_way(one.payload, question):
            others.append(_by_way(one, way, known))
            continue
        if fee.fee_of(amount) >= best.fee.fee_of(amount):
            continue
        day, said = date.fromisoformat(one.payload["last_day"]), known.said(one)
        limits = limit(one.payload)
        facts = {"day": day, "rate": str(fee), "limit": limits, "ordinary": str(rate.fee)}
        code = _promoted_code(one.payload, amount)
        named = [Step(code, facts, day=day, said=said), *known.corrections([one])]
        if code is Code.PROMOTION_EXCEEDED:
            others += named
        else:
            best, steps = Rate(fee, rate.per_payout), named
    return best, [*steps, *others]


def _promoted_code(payload: Payload, amount: Decimal) -> Code:
    """Return how a promotion is said of an amount: one above its limit never has all of it."""
    most, count = payload["limit_amount"], payload["limit_transactions"]
    if most and amount > Decimal(most):
        return Code.PROMOTION_EXCEEDED
    return Code.PROMOTION_LIMITED if most or count else Code.PROMOTION


def _named(promotion: Notice, known: KnownFacts) -> Step:
    way = Paid(promotion.payload["card"] or "", promotion.payload["channel"] or "")
    if way != Paid():
        return _by_way(promotion, way, known)
    day, facts = _days_and_rate(promotion)
    return Step(Code.PROMOTION, facts, day=day, said=known.said(promotion))


def _by_way(promotion: Notice, way: Paid, known: KnownFacts) -> Step:
    day, facts = _days_and_rate(promotion)
    by_way = {**facts, "way": paid_said(way)}
    return Step(Code.PROMOTION_BY_WAY, by_way, day=day, said=known.said(promotion))


def _days_and_rate(promotion: Notice) -> tuple[date, dict[str, object]]:
    """Return a promotion's last day, and what is said of it where its fee is not calculated."""
    day = date.fromisoformat(promotion.payload["last_day"])
    return day, {"day": day, "rate": promoted_rate(promotion.payload)}


def _unknown_way(payload: Payload, question: Question) -> Paid | None:
    """Return the way of paying that a promotion is for, where nobody said how it was paid."""
    unsaid = (payload["card"] and not question.card) or (
        payload["channel"] and not question.channel
    )
    return Paid(payload["card"] or "", payload["channel"] or "") if unsaid else None
