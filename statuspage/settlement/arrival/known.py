"""Notices published by a moment, on which an answer is based, with their statements."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from functools import cached_property
from typing import Final

from statuspage.notices.audience import addresses
from statuspage.notices.models import Notice
from statuspage.notices.selectors import standing_notices
from statuspage.settlement.arrival.answers import Question, Step
from statuspage.settlement.arrival.delays import KnownDelay, delays
from statuspage.settlement.arrival.words import Code
from statuspage.statements.models import Statement
from statuspage.statements.services import CORRECTION
from statuspage.statements.times import from_iso

READ: Final = ("fee_waiver", "fee_change", "calendar_change", "holiday_schedule")


class KnownFacts:
    """The facts known at one moment, read once for several questions."""

    def __init__(self, as_of: datetime) -> None:
        self.as_of = as_of
        self._said: dict[str, list[Statement]] = {}

    def delays(self, question: Question) -> list[KnownDelay]:
        """Return all of the merchant's delays, newest first, for any transaction."""
        return [
            one.of(question.category, question.code)
            for one in self._delays
            if _concerns(one.notice, question)
        ]

    def delay(self, question: Question) -> KnownDelay | None:
        """Return the newest delay that makes the transaction late."""
        asked = question.category, question.code, question.at
        return next((one for one in self.delays(question) if one.covers(*asked)), None)

    def delayed_elsewhere(self, question: Question) -> KnownDelay | None:
        """Return a delay of certain products if the question names no product, else None."""
        if question.product:
            return None
        for one in self._delays:
            products = one.notice.audience.get("products") or ()
            category, at = question.category, question.at
            if any(one.of(category, code).covers(category, code, at) for code in products):
                return one
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

    def fee_change(self, question: Question) -> Notice | None:
        """Return the newest fee change that had taken effect by the transaction's date."""
        day = question.day.isoformat()
        changes = (one for one in self._of("fee_change") if _concerns(one, question))
        return next((one for one in changes if one.payload["effective_on"] <= day), None)

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

    @cached_property
    def _delays(self) -> list[KnownDelay]:
        return delays(self.as_of)

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
    return addresses(notice.audience, question.category, question.code)


def _includes(notice: Notice, day: date) -> bool:
    """Return whether the day is between the notice's first and last one, inclusive."""
    first, last = notice.payload["first_day"], notice.payload["last_day"]
    return bool(first <= day.isoformat() <= last)
