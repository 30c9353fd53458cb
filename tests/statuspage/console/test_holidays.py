"""The year's holidays in the console: the calendar, each schedule's state, and the next step."""

from datetime import datetime
from typing import Any

import pytest
import time_machine

from statuspage.calendar.models import CalendarYear, YearStatus
from statuspage.calendar.services import year_load
from statuspage.staff.roles import Role
from statuspage.statements.services import statement_withdraw
from tests.factories import make_staff, text
from tests.statuspage.calendar.factories import load
from tests.statuspage.console.browser import browser_of, form_of, signed_in, words
from tests.statuspage.notices import samples

pytestmark = pytest.mark.django_db
PAGE = "/console/holidays/?year=2026"
COMPOSE = "/console/notices/compose/holiday_schedule/?holiday=national_day&year=2026"


def at(written: str) -> Any:
    return time_machine.travel(datetime.fromisoformat(f"{written}+08:00"), tick=False)


def world() -> None:
    """The calendars and rules, known since the year before."""
    with at("2025-09-01 00:00"):
        samples.world()


def test_without_a_calendar_it_leads_to_loading_it() -> None:
    page = words(signed_in(Role.AUTHOR).get(PAGE))
    assert "The calendar of 2026 is not loaded." in page
    assert "/console/calendar/load/?profile=domestic&year=2026" in page
    assert "Prepare…" not in page


def test_what_one_person_loaded_waits_for_the_second() -> None:
    load(2026, by=make_staff())
    page = words(signed_in(Role.APPROVER).get(PAGE))
    assert "A second person must review it" in page
    assert "/console/calendar/review/?profile=domestic&year=2026" in page
    assert "Schedules can be prepared once the calendar of this year is in use." in page


def test_every_holiday_has_its_dates_its_state_and_its_next_step() -> None:
    world()
    with at("2026-09-01 09:00"):
        page = words(signed_in(Role.AUTHOR).get(PAGE))
        assert page.count("Not prepared") == 2
        assert page.count(">Over<") == 5
        assert "First transaction date concerned" in page
        assert "2026-09-17 10:00" in page
        # What is over needs no schedule any more.
        assert page.count("?holiday=") == 2
        assert "?holiday=" not in words(signed_in(Role.AUDITOR).get(PAGE))


def test_a_published_schedule_is_shown_as_such_and_a_withdrawn_one_is_prepared_again() -> None:
    world()
    with at("2026-09-16 09:00"):
        author = signed_in(Role.AUTHOR)
        said = samples.publish("holiday_schedule", {"holiday": "national_day", "year": 2026})
        page = words(author.get(PAGE))
        assert f"/console/notices/{said.subject_id}/" in page
        assert "holiday=national_day" not in page
        statement_withdraw(statement=said, body=text("误发"), author=None)
        page = words(author.get(PAGE))
        assert "Withdrawn" in page
        assert "holiday=national_day" in page


def test_the_form_begins_with_the_holiday_and_the_day_before_at_ten() -> None:
    world()
    with at("2026-09-01 09:00"):
        page = signed_in(Role.AUTHOR).get(COMPOSE)
        values = form_of(page)
        assert values["payload_holiday"] == "national_day"
        assert values["payload_year"] == "2026"
        assert values["publish_at"] == "2026-09-17T10:00"
        # The words are there, in both languages, and nothing is complained of yet.
        assert "国庆节" in values["title_zh"]
        assert "National Day" in values["title_en"]
        assert values["body_zh"]
        assert values["short_sms_zh"]
        assert 'role="alert"' not in page.content.decode()


def test_where_that_has_passed_the_form_publishes_now() -> None:
    world()
    with at("2026-09-20 09:00"):
        page = signed_in(Role.AUTHOR).get(COMPOSE)
        assert form_of(page)["publish_at"] == ""


@pytest.mark.parametrize(
    "query",
    [
        "holiday=national_day&year=2031",
        "holiday=christmas&year=2026",
        "holiday=%00&year=2026",
        "holiday=national_day&year=x",
        "holiday=national_day&year=9999",
    ],
)
def test_no_such_holiday_is_not_found(query: str) -> None:
    world()
    path = f"/console/notices/compose/holiday_schedule/?{query}"
    assert signed_in(Role.AUTHOR).get(path).status_code == 404


@pytest.mark.parametrize("year", ["x", "1999", "２０２６", "2026 "])
def test_no_such_year_is_not_found(year: str) -> None:
    assert signed_in(Role.AUTHOR).get(f"/console/holidays/?year={year}").status_code == 404


def test_the_first_page_asks_those_who_may_write_it() -> None:
    world()
    with at("2026-09-16 09:00"):
        page = words(signed_in(Role.AUTHOR).get("/console/"))
        assert "To prepare" in page
        assert "/console/holidays/?year=2026" in page
        assert "To prepare" not in words(signed_in(Role.AUDITOR).get("/console/"))
        samples.publish("holiday_schedule", {"holiday": "national_day", "year": 2026})
        assert "To prepare" not in words(signed_in(Role.AUTHOR).get("/console/"))


def test_in_december_the_first_page_asks_for_the_next_year() -> None:
    world()
    with at("2026-12-01 09:00"):
        page = words(signed_in(Role.AUTHOR).get("/console/"))
        assert "/console/calendar/?profile=domestic&year=2027" in page


def test_it_is_there_from_the_calendar_and_the_rules() -> None:
    world()
    staff = make_staff(Role.AUTHOR)
    browser = browser_of(staff)
    assert "/console/holidays/?year=2026" in words(browser.get("/console/calendar/?year=2026"))
    assert "/console/holidays/" in words(browser.get("/console/rules/"))
    assert CalendarYear.objects.filter(status=YearStatus.REVIEWED, year=2026).exists()


def test_another_calendar_without_the_year_is_pointed_out() -> None:
    load(2026)
    page = words(signed_in(Role.AUTHOR).get(PAGE))
    assert "of 2026 is not in use yet. Load the same notice there" in page
    assert "/console/calendar/?profile=fx&year=2026" in page
    year_load(profile="fx", year=2026, by=None)
    assert "is not in use yet" not in words(signed_in(Role.AUTHOR).get(PAGE))
