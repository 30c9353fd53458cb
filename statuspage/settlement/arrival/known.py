"""Notices published by a moment, on which an answer is based, with their statements."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Final

from django.db.models import Exists, OuterRef

from statuspage.incidents.models import Incident
from statuspage.notices.audience import addresses
from statuspage.notices.models import Notice
from statuspage.notices.selectors import standing_notices
from statuspage.settlement.arrival.answers import Question, Step
from statuspage.settlement.arrival.delays import KnownDelay, delays
from statuspage.settlement.arrival.stoppages import Stoppage, ended_on, stoppages, stoppages_at
from statuspage.settlement.arrival.words import Code
from statuspage.settlement.models import SettlementRule
from statuspage.settlement.promised import Payment
from statuspage.settlement.reckoning import deciding_cycle
from statuspage.settlement.rules import EVERY_PRODUCT, rules_on
from statuspage.statements.models import Statement
from statuspage.statements.services import CORRECTION, WITHDRAWAL
from statuspage.statements.times import from_iso

READ: Final = ("fee_waiver", "promotion", "calendar_change", "holiday_schedule", "recovery")


class KnownFacts:
    """The facts known at one moment, read once for several questions."""

    def __init__(self, as_of: datetime, *, now: bool = False) -> None:
        """Read what was known at `as_of`; `now` says that it is the present."""
        self.as_of, self.now = as_of, now
        self._said: dict[str, list[Statement]] = {}
        self._rules: dict[date, list[SettlementRule]] = {}

    def delays(self, question: Question) -> list[KnownDelay]:
        """Return all of the merchant's delays, newest first, for any transaction."""
        return [
            one.of(question.category, question.code, question.cycle)
            for one in self._delays
            if _concerns(one.notice, question)
        ]

    def delay(self, question: Question) -> KnownDelay | None:
        """Return the newest delay that makes the transaction late."""
        asked = question.category, question.code, question.at, question.cycle
        return next((one for one in self.delays(question) if one.covers(*asked)), None)

    def delayed_elsewhere(self, question: Question) -> KnownDelay | None:
        """Return a delay of certain products if the question names no product, else None."""
        if question.product:
            return None
        mine = {one.notice.pk for one in self.delays(question)}
        others = (one for one in self._delays if one.notice.pk not in mine)
        return next((one for one in others if self._delays_a_product(one, question)), None)

    def _delays_a_product(self, delay: KnownDelay, question: Question) -> bool:
        """Return whether such a transaction is late with some product, by the cycle it follows."""
        category, at = question.category, question.at
        rules = self._rules_of(question)
        for code in delay.notice.audience.get("products") or rules:
            rule, base = rules.get(code), rules.get(EVERY_PRODUCT)
            cycle = deciding_cycle(rule, base, at) if rule else question.cycle
            if delay.of(category, code, cycle).covers(category, code, at, cycle):
                return True
        return False

    def _rules_of(self, question: Question) -> Mapping[str, SettlementRule]:
        """Return the rules of the transaction's day by product."""
        if question.day not in self._rules:
            self._rules[question.day] = list(rules_on(question.day, self.as_of))
        of_all = self._rules[question.day]
        return {one.product: one for one in of_all if one.category == question.category}

    def stoppage(self, question: Question, due: date) -> Stoppage | None:
        """Return the incident that holds up the payout due on that day, if no notice says more."""
        return next(
            (
                one
                for one in self._stoppages
                if one.stops(question.category) and one.first_day <= due
                if not self._told(one, question)
            ),
            None,
        )

    def doubted(self, question: Question, due: date) -> Stoppage | None:
        """Return the incident that may make the payout due on that day late.

        A slow service does, unless a notice says more; one in an outage does even then: nothing
        beside it may read as if all were well.
        """
        return next(
            (
                one
                for one in self._stoppages
                if one.first_day <= due
                if one.stops(question.category)
                or (one.slows(question.category) and not self._told(one, question))
            ),
            None,
        )

    def interrupted(self, question: Question, due: date) -> Incident | None:
        """Return a resolved incident that may have held up the payout due on that day."""
        for incident, services in ended_on(due, self.as_of):
            for one in services:
                if not one.pays_out_to or question.category in one.pays_out_to:
                    return incident
        return None

    def waivers(self, question: Question) -> list[Notice]:
        """Return the fee waivers that the transaction falls under."""
        return [
            one
            for one in self._of("fee_waiver")
            if _concerns(one, question)
            and from_iso(one.payload["transactions_from"]) <= question.at
            and question.at < from_iso(one.payload["transactions_until"])
        ]

    def refunded_on(self, waiver: Notice) -> date | None:
        """Return the day of the last refund once all that a waiver promised is paid; None before.

        By the payments that were known then, without those that had been withdrawn.
        """
        promised = waiver.payload.get("promised_total")
        if not promised:
            return None
        taken_back = Statement.objects.filter(
            corrects=OuterRef("statement"), kind=WITHDRAWAL, published_at__lte=self.as_of
        )
        paid = Payment.objects.filter(
            ~Exists(taken_back),
            commitment__notice=waiver,
            statement__published_at__lte=self.as_of,
        )
        rows = list(paid.values_list("amount", "paid_on"))
        if sum(amount for amount, _day in rows) < Decimal(promised):
            return None
        return max(day for _amount, day in rows)

    def promotions(self, question: Question) -> list[Notice]:
        """Return the promotions of the transaction's day, for how it was or may have been paid."""
        day = question.day.isoformat()
        return [
            one
            for one in self._of("promotion")
            if _concerns(one, question)
            and one.payload["first_day"] <= day <= one.payload["last_day"]
            and (not question.card or one.payload["card"] in {None, question.card})
            and (not question.channel or one.payload["channel"] in {None, question.paid_by})
        ]

    def calendar_change(self, profile: str, day: date) -> Notice | None:
        """Return the newest calendar change about the day."""
        changes = (one for one in self._of("calendar_change") if one.payload["profile"] == profile)
        return next((one for one in changes if _includes(one, day)), None)

    def schedule(self, day: date) -> Notice | None:
        """Return the newest schedule of the holiday that the day, or make-up day, belongs to."""
        for one in self._of("holiday_schedule"):
            if _includes(one, day) or day.isoformat() in one.payload["make_up_days"]:
                return one
        return None

    def said(self, notice: Notice) -> Statement:
        """Return the statement by which a notice was published."""
        return next(one for one in self._timeline(notice) if one.kind == f"notice.{notice.kind}")

    def corrections(self, notices: Iterable[Notice]) -> list[Step]:
        """Return a step for each correction of these notices published by then."""
        return [
            Step(Code.CORRECTED, {"number": str(one.corrects_id)}, said=one)
            for notice in notices
            for one in self._timeline(notice)
            if one.kind == CORRECTION
        ]

    def corrections_of(self, said: Statement) -> list[Step]:
        """Return a step for each correction of a notice's statement published by then."""
        notice = Notice.objects.get(public_id=said.subject_id)
        return self.corrections([notice])

    @cached_property
    def _delays(self) -> list[KnownDelay]:
        return delays(self.as_of)

    @cached_property
    def _stoppages(self) -> list[Stoppage]:
        return stoppages() if self.now else stoppages_at(self.as_of)

    def _told(self, stoppage: Stoppage, question: Question) -> bool:
        """Return whether notices of the incident leave this transaction to the rule.

        They do after a recovery, for merchants whom none of its delays concerns, and before the
        first late transaction.
        """
        about = stoppage.incident_id
        told = [one for one in self._delays if one.notice.incident_id == about]
        mine = [one for one in self.delays(question) if one.notice.incident_id == about]
        recoveries = [one.recovery for one in mine if one.recovery]
        recoveries += [
            one
            for one in self._of("recovery")
            if one.incident_id == about and _concerns(one, question)
        ]
        if any(one.published_at >= stoppage.worsened_at for one in recoveries):
            return True
        begins = [one.begins for one in mine if one.recovery is None]
        before = bool(begins) and question.at < min(begins)
        return any(one.recovery is None for one in told) and (before or not mine)

    @cached_property
    def _notices(self) -> list[Notice]:
        return list(standing_notices(self.as_of).filter(kind__in=READ))

    def _of(self, kind: str) -> Iterator[Notice]:
        return (one for one in self._notices if one.kind == kind)

    def _timeline(self, notice: Notice) -> list[Statement]:
        """Return what was said about the notice by then, oldest first."""
        if notice.public_id not in self._said:
            found = Statement.objects.filter(
                subject_type="notice",
                subject_id=notice.public_id,
                published_at__lte=self.as_of,
            )
            self._said[notice.public_id] = list(found.order_by("number"))
        return self._said[notice.public_id]


def _concerns(notice: Notice, question: Question) -> bool:
    return addresses(notice.audience, question.category, question.code, question.cycle)


def _includes(notice: Notice, day: date) -> bool:
    """Return whether the day is between the notice's first and last one, inclusive."""
    first, last = notice.payload["first_day"], notice.payload["last_day"]
    return bool(first <= day.isoformat() <= last)
