"""One person moves no payout date: neither by a new year of the calendar nor by an old one."""

from datetime import date

import pytest
from django.test import Client
from icalendar import Calendar as CalendarFile

from statuspage.calendar.library import library_days
from statuspage.calendar.models import CalendarYear
from statuspage.calendar.notice_text import notice_parse
from statuspage.calendar.services import notice_load, year_load, year_review
from statuspage.calendar.workdays import NotYetPublished
from statuspage.settlement.arrival.selectors import arrival
from statuspage.settlement.schedules import Holiday, plan_of
from statuspage.staff.models import Staff
from statuspage.staff.roles import Role
from tests.factories import make_staff
from tests.statuspage.calendar.factories import HOLIDAY, load
from tests.statuspage.settlement.rules.factories import beijing, make_rule

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 7, 13)
INVENTED = {**library_days(2026), date(2026, 7, 10): HOLIDAY}


@pytest.fixture
def author() -> Staff:
    make_rule("T+1", "micro")
    return make_staff()


def told() -> date | None:
    return arrival(category="micro", product="", at=beijing("2026-07-09 12:00")).arrival_date


def review() -> None:
    year_review(profile="domestic", year=2026, by=make_staff(Role.APPROVER))


def test_a_year_that_one_person_loaded_gives_no_date_until_a_second_reviewed_it(
    author: Staff,
) -> None:
    year_load(profile="domestic", year=2026, by=author, days=INVENTED)
    assert told() is None
    with pytest.raises(NotYetPublished):
        plan_of(Holiday.NATIONAL, 2026)
    review()
    assert told() == MONDAY


def test_nor_does_what_they_load_over_what_the_server_loaded(author: Staff) -> None:
    load(2026)
    assert told() == date(2026, 7, 10)
    text = "关于2026年部分节假日安排的通知\n一、端午节：7月10日放假。"
    # It names one holiday of seven, which has to be confirmed.
    notice_load(profile="domestic", notice=notice_parse(text), by=author, reason="只排元旦")
    assert CalendarYear.objects.get().loaded_by == author
    assert told() is None
    review()
    assert told() == MONDAY


def test_the_calendars_file_names_no_day_of_it(author: Staff, client: Client) -> None:
    load(2025)
    year_load(profile="domestic", year=2026, by=author, days=INVENTED)
    events = CalendarFile.from_ical(client.get("/calendar.ics").content).events
    assert events
    assert all(one.decoded("dtstart") < date(2026, 1, 1) for one in events)
