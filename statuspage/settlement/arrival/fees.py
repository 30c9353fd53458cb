"""What the fee on the amount is, and how much of it is waived."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from statuspage.settlement.arrival.answers import Charge, Question, Step
from statuspage.settlement.arrival.codes import Code
from statuspage.settlement.arrival.known import Known
from statuspage.settlement.arrival.words import those_transactions, waived_share
from statuspage.settlement.models import Notice
from statuspage.settlement.money import ZERO, Fee, parse_fee
from statuspage.settlement.notices.fee_waiver import waived
from statuspage.settlement.rules.selectors import fee_rule_for


def fees(question: Question, known: Known) -> tuple[Charge | None, tuple[Step, ...]]:
    """The fee on the amount, if one was asked about and the rate is known, and the steps to it."""
    rate, changed = _rate(question, known)
    charge = _charge(question.amount, rate)
    waiver = _best(known.waivers(question), charge.fee if charge else ZERO)
    if waiver and charge:
        charge = replace(charge, waived=waived(waiver.payload, charge.fee))
    return charge, (*changed, *_charged(charge), *_waiver_steps(waiver, charge, known))


def _rate(question: Question, known: Known) -> tuple[Fee | None, tuple[Step, ...]]:
    """The newest of what rules and fee changes say that the fee is."""
    rule = fee_rule_for(question.category, question.code, question.at, question.as_of)
    change = known.fee_change(question)
    if change is None or (rule and rule.known_from > change.published_at):
        return (rule.fee if rule else None), ()
    rate = parse_fee(change.payload["new_fee"])
    day = date.fromisoformat(change.payload["effective_on"])
    facts = {"rate": str(rate), "day": day}
    step = Step(Code.FEE_CHANGE, facts, day=day, said=known.said(change))
    return rate, (step, *known.corrections([change]))


def _charge(amount: Decimal | None, rate: Fee | None) -> Charge | None:
    if not amount or rate is None:
        return None
    return Charge(amount, rate, rate.fee_of(amount), ZERO, rate.effective_rate(amount))


def _best(waivers: list[Notice], fee: Decimal) -> Notice | None:
    """The one that waives most; of several that waive the same, the newest."""
    return max(waivers, key=lambda one: waived(one.payload, fee), default=None)


def _charged(charge: Charge | None) -> tuple[Step, ...]:
    if charge is None:
        return ()
    facts = {
        "amount": charge.amount,
        "rate": str(charge.rate),
        "fee": charge.fee,
        "effective": f"{charge.effective_rate:f}",
    }
    return (Step(Code.FEE, facts),)


def _waiver_steps(waiver: Notice | None, charge: Charge | None, known: Known) -> tuple[Step, ...]:
    if waiver is None:
        return ()
    payload, said = waiver.payload, known.said(waiver)
    facts = {
        "transactions": those_transactions(
            payload["transactions_from"], payload["transactions_until"]
        ),
        "share": waived_share(payload["percent_waived"], payload["amount_waived"]),
    }
    steps = [Step(Code.FEE_WAIVER, facts, said=said)]
    if charge:
        sums = {"waived": charge.waived, "to_pay": charge.to_pay}
        steps.append(Step(Code.FEE_WAIVED, sums, said=said))
    return (*steps, *known.corrections([waiver]))
