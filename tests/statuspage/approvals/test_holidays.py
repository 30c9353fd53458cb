"""How far each holiday's schedule has come, and when staff are reminded of a missing one."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.utils.translation import override

from statuspage.approvals.drafts import draft_save
from statuspage.approvals.holidays import (
    HolidayArrangement,
    ScheduleState,
    arrangement_of,
    arrangements,
    not_alone,
    reminded_from,
    to_prepare,
    unreached,
)
from statuspage.approvals.models import Proposal, ProposalState
from statuspage.approvals.proposals import send_back
from statuspage.approvals.reminders import holiday_schedules, next_year
from statuspage.approvals.submitting import notice_submit
from statuspage.calendar.library import library_days
from statuspage.calendar.models import CalendarYear, YearStatus
from statuspage.calendar.notice_text import notice_parse
from statuspage.calendar.services import notice_load
from statuspage.calendar.workdays import Calendar
from statuspage.lib.database_clock import database_now
from statuspage.lib.waiting import WaitingItem
from statuspage.settlement.cycles import SHANGHAI
from statuspage.settlement.schedules import Holiday, holiday_period, opening_day
from statuspage.staff.models import Staff
from statuspage.staff.roles import Role
from statuspage.statements.services import statement_withdraw
from tests.factories import make_staff, text
from tests.statuspage.calendar.notices import NOTICES
from tests.statuspage.console.browser import signed_in, words
from tests.statuspage.notices import samples

PAYLOAD = {"holiday": "national_day", "year": 2026}
CALENDAR = Calendar(frozenset({2025, 2026}), {**library_days(2025), **library_days(2026)})


def at(written: str) -> Any:
    return time_machine.travel(datetime.fromisoformat(f"{written}+08:00"), tick=False)


def national() -> HolidayArrangement:
    found = arrangement_of("national_day", 2026)
    assert found
    return found


def submit(author: Staff, hours: float = 2, **values: object) -> Proposal:
    found = notice_submit(
        **{
            "token": uuid4(),
            "author": author,
            "kind": "holiday_schedule",
            "title": text("国庆节安排", "National Day"),
            "body": text("正文", "Text"),
            "payload": PAYLOAD,
            "publish_at": database_now() + timedelta(hours=hours),
            "confirmed": True,
            **values,
        }
    )
    assert isinstance(found, Proposal)
    return found


@pytest.mark.parametrize(
    ("holiday", "first", "publish", "reminded"),
    [
        # Make-up Sunday 20 September: the Friday before is the first row of the table.
        ("national_day", "2026-10-01", "2026-09-17T10:00:00+08:00", "2026-09-11"),
        ("mid_autumn", "2026-09-25", "2026-09-23T10:00:00+08:00", "2026-09-18"),
        ("dragon_boat", "2026-06-19", "2026-06-17T10:00:00+08:00", "2026-06-11"),
        ("new_year", "2026-01-01", "2025-12-30T10:00:00+08:00", "2025-12-24"),
    ],
)
def test_it_is_published_the_day_before_its_first_row_and_reminded_of_five_workdays_ahead(
    holiday: str, first: str, publish: str, reminded: str
) -> None:
    period = holiday_period(holiday, 2026, CALENDAR)
    opening = opening_day(period, CALENDAR)
    one = HolidayArrangement([Holiday(holiday)], 2026, period, opening, ScheduleState.DRAFT)
    assert period.first == date.fromisoformat(first)
    assert one.publish_at == datetime.fromisoformat(publish)
    assert reminded_from(period, CALENDAR) == date.fromisoformat(reminded)


def test_without_last_years_calendar_there_is_no_such_day() -> None:
    alone = Calendar(frozenset({2026}), library_days(2026))
    with pytest.raises(Exception, match="not in the calendar"):
        holiday_period("new_year", 2026, alone)


@pytest.mark.django_db
class TestStates:
    """Nothing, draft, waiting, scheduled, published, withdrawn."""

    @pytest.fixture(autouse=True)
    def _world(self) -> None:
        with at("2025-09-01 00:00"):
            samples.world()

    def test_every_holiday_of_the_year_is_there_once_in_order(self) -> None:
        found = arrangements(2026)
        assert [one.holiday for one in found] == [*Holiday]
        assert {one.state for one in found} == {ScheduleState.NOTHING}
        assert arrangements(2031) == []
        assert not_alone(2026) == []

    def test_holidays_of_one_stretch_are_one(self) -> None:
        (both,) = [one for one in arrangements(2025) if len(one.holidays) > 1]
        assert [*both.holidays] == [Holiday.MID_AUTUMN, Holiday.NATIONAL]
        with override("en"):
            assert both.label == "Mid-Autumn Festival, National Day"

    def test_a_holiday_without_a_day_is_said_to_be_none(self) -> None:
        text = "\n".join(one for one in NOTICES[2023].splitlines() if "端午" not in one)
        notice_load(profile="domestic", notice=notice_parse(text), by=None, reason="其余另发")
        assert not_alone(2023) == [Holiday.DRAGON_BOAT]

    def test_a_holiday_that_begins_in_a_year_that_is_not_loaded_is_named(self) -> None:
        assert unreached(2026) == []
        CalendarYear.objects.filter(year=2025, profile__code="domestic").update(
            status=YearStatus.UNPUBLISHED
        )
        assert unreached(2026) == [Holiday.NEW_YEAR]
        assert arrangement_of("new_year", 2026) is None
        assert not_alone(2026) == []
        page = words(signed_in("author").get("/console/holidays/?year=2026"))
        assert "Day: the days beside it are in another year's calendar" in page
        assert "Load 2025 first." in page

    def test_a_draft_is_one_of_anybodys(self) -> None:
        author = make_staff()
        draft_save(
            staff=author,
            token=uuid4(),
            place="/console/notices/compose/holiday_schedule/",
            kind="notice.holiday_schedule",
            title=text("国庆"),
            typed={"payload_holiday": ["national_day"], "payload_year": ["2026"]},
        )
        assert national().state == ScheduleState.DRAFT
        assert national().draft
        assert arrangement_of("spring_festival", 2026).state == ScheduleState.NOTHING  # type: ignore[union-attr]

    def test_it_waits_is_scheduled_published_and_withdrawn(self) -> None:
        with at("2026-09-16 09:00"):
            row = submit(make_staff(Role.ADMIN))
            state = national().state
            assert state == ScheduleState(ProposalState(row.state).value)
            assert national().proposal == row
            send_back(proposal=row, staff=row.proposed_by)
            assert national().state == ScheduleState.NOTHING
            said = samples.publish("holiday_schedule", PAYLOAD)
            assert national().state == ScheduleState.PUBLISHED
            assert national().notice.public_id == said.subject_id  # type: ignore[union-attr]
            statement_withdraw(statement=said, body=text("误发"), author=None)
            assert national().state == ScheduleState.WITHDRAWN

    def test_another_years_schedule_is_not_this_ones(self) -> None:
        with at("2025-09-16 09:00"):
            samples.publish("holiday_schedule", {"holiday": "national_day", "year": 2025})
            assert national().state == ScheduleState.NOTHING


@pytest.mark.django_db
class TestReminders:
    """Five workdays ahead, once, and again where it was taken back."""

    @pytest.fixture(autouse=True)
    def _world(self) -> None:
        with at("2025-09-01 00:00"):
            samples.world()

    @pytest.mark.parametrize(
        ("moment", "asked"),
        [
            ("2026-09-10 23:59", []),
            ("2026-09-11 00:00", ["national_day"]),
            ("2026-09-17 23:59", ["national_day"]),
            ("2026-09-18 00:00", ["mid_autumn", "national_day"]),
            ("2026-09-27 23:59", ["mid_autumn", "national_day"]),
            ("2026-10-07 23:59", ["national_day"]),
            ("2026-10-08 00:00", []),
        ],
    )
    def test_five_workdays_ahead_until_it_is_over(self, moment: str, asked: list[str]) -> None:
        now = datetime.fromisoformat(f"{moment}+08:00")
        assert [one.holiday for one in to_prepare(now)] == asked

    def test_new_years_day_is_asked_for_in_the_december_before(self) -> None:
        with at("2025-12-25 09:00"):
            (item,) = holiday_schedules()
            assert item.path.endswith("/holidays/?year=2026")
            assert item.since == datetime(2025, 12, 24, tzinfo=SHANGHAI)

    def test_what_is_scheduled_or_published_is_not_asked_for_and_what_is_taken_back_is_again(
        self,
    ) -> None:
        with at("2026-09-16 09:00"):
            (first,) = holiday_schedules()
            said = samples.publish("holiday_schedule", PAYLOAD)
            assert not [*holiday_schedules()]
            statement_withdraw(statement=said, body=text("误发"), author=None)
            (again,) = holiday_schedules()
            assert again.key != first.key
            assert again.prepares
            assert "国庆节" in again.name["zh-hans"]

    @pytest.mark.parametrize(
        ("moment", "asked"),
        [
            ("2025-12-31 09:00", []),  # 2026 is loaded
            ("2026-11-30 23:59", []),
            ("2026-12-01 00:00", ["calendar 2027"]),
            ("2027-01-01 00:00", ["calendar 2027"]),  # later still, it is missing more
            ("2027-11-30 23:59", ["calendar 2027"]),
            ("2028-01-01 00:00", []),  # nobody keeps a calendar
        ],
    )
    def test_a_year_is_asked_for_from_the_december_before_it(
        self, moment: str, asked: list[str]
    ) -> None:
        with at(moment):
            assert [one.key for one in next_year()] == asked


@pytest.mark.django_db
def test_an_installation_without_a_calendar_is_not_reminded() -> None:
    with at("2026-12-15 09:00"):
        found: list[WaitingItem] = [*holiday_schedules(), *next_year()]
        assert found == []
