"""Calculate the fee on an amount, and how much of it is waived."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from statuspage.lib.money import ZERO, Fee, parse_fee, to_fen
from statuspage.notices.fields import Payload
from statuspage.settlement.arrival.answers import Charge, Question, Step
from statuspage.settlement.arrival.known import KnownFacts
from statuspage.settlement.arrival.words import Code, those_transactions, waived_share
from statuspage.settlement.rules import fee_rule_for


def fees(question: Question, known: KnownFacts) -> tuple[Charge | None, list[Step]]:
    """Return the fee on the amount, if both it and the rate are known, and the steps to it."""
    rate, steps = _rate(question, known)
    charge = None
    if question.amount and rate:
        fee, effective = rate.fee_of(question.amount), rate.effective_rate(question.amount)
        charge = Charge(question.amount, rate, fee, ZERO, effective)
        facts = {"amount": charge.amount, "rate": str(rate), "fee": fee}
        steps.append(Step(Code.FEE, {**facts, "effective": f"{effective:f}"}))
    fee = charge.fee if charge else ZERO
    # The one that waives most; of several that waive the same, the newest.
    waiver = max(known.waivers(question), key=lambda one: waived(one.payload, fee), default=None)
    if waiver is None:
        return charge, steps
    payload, said = waiver.payload, known.said(waiver)
    those = those_transactions(payload["transactions_from"], payload["transactions_until"])
    share = waived_share(payload["percent_waived"], payload["amount_waived"])
    steps.append(Step(Code.FEE_WAIVER, {"transactions": those, "share": share}, said=said))
    if charge:
        charge = replace(charge, waived=waived(payload, fee))
        sums = {"waived": charge.waived, "to_pay": charge.to_pay}
        steps.append(Step(Code.FEE_WAIVED, sums, said=said))
    return charge, [*steps, *known.corrections([waiver])]


def waived(payload: Payload, fee: Decimal) -> Decimal:
    """Return how much of a transaction's fee, in yuan, is waived; never more than the fee."""
    if payload.get("percent_waived") is not None:
        return to_fen(fee * Decimal(payload["percent_waived"]) / 100)
    return min(Decimal(payload["amount_waived"]), fee)


def _rate(question: Question, known: KnownFacts) -> tuple[Fee | None, list[Step]]:
    """Return the fee by the newest rule or fee change."""
    rule = fee_rule_for(question.category, question.code, question.at, question.as_of)
    change = known.fee_change(question)
    if change is None or (rule and rule.known_from > change.published_at):
        return (rule.fee if rule else None), []
    rate = parse_fee(change.payload["new_fee"])
    day = date.fromisoformat(change.payload["effective_on"])
    step = Step(Code.FEE_CHANGE, {"rate": str(rate), "day": day}, day=day, said=known.said(change))
    return rate, [step, *known.corrections([change])]
