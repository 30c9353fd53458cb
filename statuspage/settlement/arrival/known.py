"""What had been said by a moment: the notices that an answer rests on, and their statements."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import cached_property
from typing import Final

from statuspage.settlement.arrival.answers import Question, Step
from statuspage.settlement.arrival.codes import Code
from statuspage.settlement.audience import addresses
from statuspage.settlement.delays import Delay, delays
from statuspage.settlement.models import Notice
from statuspage.settlement.selectors import standing_notices
from statuspage.statements.models import Statement
from statuspage.statements.services import CORRECTION
from statuspage.statements.times import from_iso

FEE_WAIVER: Final = "fee_waiver"
FEE_CHANGE: Final = "fee_change"
CALENDAR_CHANGE: Final = "calendar_change"
HOLIDAY_SCHEDULE: Final = "holiday_schedule"
READ: Final = (FEE_WAIVER, FEE_CHANGE, CALENDAR_CHANGE, HOLIDAY_SCHEDULE)


class Known:
    """Read once and used for several questions about the same moment's knowledge."""

    def __init__(self, as_of: datetime) -> None:
        self.as_of = as_of
        self._said: dict[str, list[Statement]] = {}

    def delays(self, question: Question) -> list[Delay]:
        """Those of the merchant's, whether they hold for the transaction or not, newest first."""
        return [
            one
            for one in self._delays
            if addresses(one.notice.audience, question.category, question.code)
        ]

    def delay(self, question: Question) -> Delay | None:
        """The newest one that makes the transaction late."""
        covering = (
            one for one in self._delays if one.covers(question.category, question.code, question.at)
        )
        return next(covering, None)

    def delayed_elsewhere(self, question: Question) -> Delay | None:
        """One of certain products, where the question names none."""
        if question.product:
            return None
        of_products = (one for one in self._delays if one.notice.audience.get("products"))
        return next((one for one in of_products if _covers_some(one, question)), None)

    def waivers(self, question: Question) -> list[Notice]:
        """The fee waivers that the transaction falls under."""
        return [
            one
            for one in self._of(FEE_WAIVER, question)
            if from_iso(one.payload["transactions_from"]) <= question.at
            and question.at < from_iso(one.payload["transactions_until"])
        ]

    def fee_change(self, question: Question) -> Notice | None:
        """The newest that had taken effect by the transaction's date."""
        changes = self._of(FEE_CHANGE, question)
        return next((one for one in changes if _on(one, "effective_on") <= question.day), None)

    def calendar_change(self, profile: str, day: date) -> Notice | None:
        """The newest that speaks of the day."""
        changes = (one for one in self._notices if one.kind == CALENDAR_CHANGE)
        return next(
            (
                one
                for one in changes
                if one.payload["profile"] == profile
                and _on(one, "first_day") <= day <= _on(one, "last_day")
            ),
            None,
        )

    def schedule(self, day: date) -> Notice | None:
        """The newest holiday schedule to whose holiday, or make-up workdays, the day belongs."""
        schedules = (one for one in self._notices if one.kind == HOLIDAY_SCHEDULE)
        return next((one for one in schedules if _arranges(one, day)), None)

    def said(self, notice: Notice) -> Statement:
        """The statement by which a notice was published."""
        return next(one for one in self._timeline(notice) if one.kind == f"notice.{notice.kind}")

    def corrections(self, notices: Iterable[Notice]) -> list[Step]:
        """A step for each correction of these notices that there was by then."""
        return [
            Step(Code.CORRECTED, {"number": str(one.corrects_id)}, said=one)
            for notice in notices
            for one in self._timeline(notice)
            if one.kind == CORRECTION
        ]

    @cached_property
    def _delays(self) -> list[Delay]:
        return delays(self.as_of)

    @cached_property
    def _notices(self) -> list[Notice]:
        return list(standing_notices(self.as_of).filter(kind__in=READ))

    def _of(self, kind: str, question: Question) -> list[Notice]:
        return [
            one
            for one in self._notices
            if one.kind == kind and addresses(one.audience, question.category, question.code)
        ]

    def _timeline(self, notice: Notice) -> list[Statement]:
        """What was said about the notice by then, oldest first."""
        if notice.public_id not in self._said:
            found = Statement.objects.filter(
                subject_type="notice",
                subject_id=notice.public_id,
                published_at__lte=self.as_of,
            )
            self._said[notice.public_id] = list(found.order_by("number"))
        return self._said[notice.public_id]


def _covers_some(delay: Delay, question: Question) -> bool:
    products = delay.notice.audience["products"]
    return any(delay.covers(question.category, one, question.at) for one in products)


def _arranges(schedule: Notice, day: date) -> bool:
    within = _on(schedule, "first_day") <= day <= _on(schedule, "last_day")
    return within or day.isoformat() in schedule.payload["make_up_days"]


def _on(notice: Notice, name: str) -> date:
    return date.fromisoformat(notice.payload[name])
