"""What a notice of delay, and the recovery that ended it, make of the date."""

from dataclasses import dataclass
from datetime import date

from statuspage.settlement.arrival.answers import Question, Step
from statuspage.settlement.arrival.codes import Code
from statuspage.settlement.arrival.known import Known
from statuspage.settlement.arrival.words import those_transactions
from statuspage.settlement.delays import Delay
from statuspage.settlement.models import Notice
from statuspage.statements.times import from_iso


@dataclass(frozen=True)
class Lateness:
    """Whether the transaction is late, by when its money is there if that is known, and why."""

    late: bool
    day: date | None
    steps: tuple[Step, ...]


def lateness(question: Question, known: Known, ordinary: date | None) -> Lateness:
    """The delay in force for the merchant and the transaction's time, set against the rule's date.

    A delay's date replaces the rule's; where the rule's is later, the money cannot come before it.
    """
    delay = known.delay(question)
    if delay is None:
        return Lateness(False, ordinary, _restored(question, known))
    steps = (_delay_step(delay, known), *_backlog(delay, known))
    by = delay.arrives_by
    if by and ordinary and ordinary > by:
        later = Step(Code.RULE_IS_LATER, {"day": ordinary}, day=ordinary)
        steps, by = (*steps, later), ordinary
    return Lateness(True, by, (*steps, *known.corrections(_notices(delay))))


def _delay_step(delay: Delay, known: Known) -> Step:
    payload, said = delay.notice.payload, known.said(delay.notice)
    late = those_transactions(payload["transactions_from"], payload["transactions_until"])
    if payload["arrives_by"] is None:
        return Step(Code.DELAY_WITHOUT_DATE, {"transactions": late}, said=said)
    day = date.fromisoformat(payload["arrives_by"])
    return Step(Code.DELAY, {"transactions": late, "day": day}, day=day, said=said)


def _backlog(delay: Delay, known: Known) -> tuple[Step, ...]:
    """What a recovery says of the money that is late already."""
    if delay.recovery is None:
        return ()
    moment, said = from_iso(delay.recovery.payload["restored_at"]), known.said(delay.recovery)
    if delay.arrives_by is None:
        return (Step(Code.BACKLOG_WITHOUT_DATE, {"moment": moment}, said=said),)
    facts = {"moment": moment, "day": delay.arrives_by}
    return (Step(Code.BACKLOG, facts, day=delay.arrives_by, said=said),)


def _restored(question: Question, known: Known) -> tuple[Step, ...]:
    """The recovery before which the transaction would have been late."""
    for delay in known.delays(question):
        recovery = delay.recovery
        if recovery and _is_spared(delay, recovery, question):
            moment = from_iso(recovery.payload["restored_at"])
            step = Step(Code.RESTORED, {"moment": moment}, said=known.said(recovery))
            return (step, *known.corrections([recovery]))
    return ()


def _is_spared(delay: Delay, recovery: Notice, question: Question) -> bool:
    until = delay.notice.payload["transactions_until"]
    within = delay.begins <= question.at and (until is None or question.at < from_iso(until))
    return within and question.at >= from_iso(recovery.payload["restored_at"])


def _notices(delay: Delay) -> list[Notice]:
    return [one for one in (delay.notice, delay.recovery) if one]
