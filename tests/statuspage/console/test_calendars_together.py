"""One notice for the domestic and the foreign-exchange calendar: loaded once, reviewed once."""

from datetime import date

import pytest
from django.test import Client

from statuspage.calendar.models import YearStatus
from statuspage.calendar.selectors import calendar_of, years
from statuspage.staff.roles import Role
from tests.factories import make_staff
from tests.statuspage.calendar.factories import load, reviewed
from tests.statuspage.calendar.notices import NOTICES
from tests.statuspage.console.browser import browser_of, form_of, signed_in, words

pytestmark = pytest.mark.django_db
LOAD = "/console/calendar/load/?profile=domestic&year=2026"
REVIEW = "/console/calendar/review/?profile=domestic&year=2026"
BOTH = {"text": NOTICES[2026], "also": ["fx"]}
MAKE_UP = date(2026, 9, 20)


def status(profile: str) -> str | None:
    return years(profile).filter(year=2026).values_list("status", flat=True).first()


def seen(browser: Client) -> dict[str, object]:
    """Return what the page of the review sends, with every other calendar ticked."""
    page = browser.get(REVIEW)
    return {
        **form_of(page, "loaded_at"),
        "also": [load for load, _row, _days in page.context["others"]],
    }


def test_the_other_calendar_is_ticked_unless_its_year_is_reviewed(author: Client) -> None:
    assert author.get(LOAD).context["form"]["also"].initial == ["fx"]
    reviewed(2026, profile="fx")
    assert author.get(LOAD).context["form"]["also"].initial == []


def test_both_calendars_show_their_own_differences_and_are_loaded(author: Client) -> None:
    load(2026, profile="fx")
    page = words(author.post(LOAD, {**BOTH, "step": "look"}))
    domestic, fx = page.split('<h3 id="difference-fx"')
    assert "2026-09-20 Sun" in domestic
    assert "No changes." in fx
    answer = words(author.post(LOAD, {**BOTH, "step": "save"}, follow=True))
    assert "Domestic (CNY): Loaded: 39 days changed." in answer
    assert status("domestic") == YearStatus.LOADED
    assert calendar_of("domestic").settles(MAKE_UP)
    assert not calendar_of("fx").settles(MAKE_UP)


def test_without_the_tick_one_calendar_is_loaded(author: Client) -> None:
    author.post(LOAD, {"text": NOTICES[2026], "step": "save"})
    assert (status("domestic"), status("fx")) == (YearStatus.LOADED, None)


def test_one_review_approves_both_and_shows_the_days_of_each(author: Client) -> None:
    author.post(LOAD, {**BOTH, "step": "save"})
    approver = signed_in(Role.APPROVER)
    page = words(approver.get(REVIEW))
    assert page.count("09-20") == 2
    assert "Approve “Cross-border and FX” as well" in page
    approver.post(REVIEW, seen(approver))
    assert (status("domestic"), status("fx")) == (YearStatus.REVIEWED, YearStatus.REVIEWED)


def test_the_second_calendar_can_be_left_for_later(author: Client) -> None:
    author.post(LOAD, {**BOTH, "step": "save"})
    approver = signed_in(Role.APPROVER)
    approver.post(REVIEW, {**seen(approver), "also": []})
    assert (status("domestic"), status("fx")) == (YearStatus.REVIEWED, YearStatus.LOADED)


def test_what_another_person_or_source_loaded_is_reviewed_apart(author: Client) -> None:
    author.post(LOAD, {"text": NOTICES[2026], "step": "save"})
    load(2026, profile="fx", by=make_staff())
    assert signed_in(Role.APPROVER).get(REVIEW).context["others"] == []


def test_a_load_in_between_approves_neither(author: Client) -> None:
    author.post(LOAD, {**BOTH, "step": "save"})
    approver = signed_in(Role.APPROVER)
    before = seen(approver)
    fewer = NOTICES[2026].replace("9月20日（周日）、10月10日（周六）上班", "10月10日（周六）上班")
    fx = LOAD.replace("domestic", "fx")
    author.post(fx, {"text": fewer, "step": "save"})
    answer = words(approver.post(REVIEW, before))
    assert "The year was loaded again while you were reviewing it." in answer
    assert (status("domestic"), status("fx")) == (YearStatus.LOADED, YearStatus.LOADED)


def test_whoever_loaded_both_approves_neither() -> None:
    person = browser_of(make_staff(Role.ADMIN))
    person.post(LOAD, {**BOTH, "step": "save"})
    answer = words(person.post(REVIEW, seen(person)))
    assert "Domestic (CNY): You entered this year yourself." in answer
    assert (status("domestic"), status("fx")) == (YearStatus.LOADED, YearStatus.LOADED)


def test_days_of_a_reviewed_calendar_stop_the_other_until_it_is_unticked(author: Client) -> None:
    reviewed(2026, profile="fx")
    fewer = NOTICES[2026].replace("10月1日（周四）至7日（周三）放假调休，共7天", "10月1日放假")
    page = words(author.post(LOAD, {**BOTH, "text": fewer, "step": "look"}))
    assert "Prepare the notice" in page
    assert "Load these dates" not in page
    answer = words(author.post(LOAD, {**BOTH, "text": fewer, "step": "save"}))
    assert "Cross-border and FX: 2026 is reviewed." in answer
    assert status("domestic") is None
    author.post(LOAD, {"text": fewer, "step": "save"})
    assert status("domestic") == YearStatus.LOADED


def test_an_extension_names_the_calendar_that_lacks_its_year(author: Client) -> None:
    load(2026)
    text = "关于延长2026年春节假期的通知\n延长2026年春节假期至2月25日，2月26日起正常上班。"
    page = words(author.post(LOAD, {"text": text, "also": ["fx"], "step": "look"}))
    assert "Cross-border and FX: The notice only changes a part of 2026." in page
    assert "Load these dates" not in page


@pytest.mark.parametrize("also", ["moon", "domestic", "\x00"])
def test_a_calendar_that_is_not_offered_is_refused(author: Client, also: str) -> None:
    page = words(author.post(LOAD, {**BOTH, "also": [also], "step": "save"}))
    assert "Load these dates" not in page
    assert status("domestic") is None
