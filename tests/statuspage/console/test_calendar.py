"""The settlement calendar in the console: seen by all, loaded by authors, approved by approvers."""

import re
from datetime import date

import pytest
from django.test import Client

from statuspage.calendar.models import CalendarDay, YearStatus
from statuspage.calendar.selectors import calendar_of, years
from statuspage.calendar.services import year_load
from statuspage.staff.roles import Role
from tests.factories import make_staff
from tests.statuspage.calendar.factories import HOLIDAY, load, reviewed
from tests.statuspage.calendar.notices import NOTICES
from tests.statuspage.console.browser import browser_of, form_of, signed_in, words

pytestmark = pytest.mark.django_db
YEAR = "/console/calendar/?year=2026"
FX = "/console/calendar/?profile=fx&year=2026"
LOAD = "/console/calendar/load/?profile=domestic&year=2026"
REVIEW = "/console/calendar/review/?profile=domestic&year=2026"


def cell(page: str, day: str) -> str:
    """Return the item of a date, with its class."""
    found = re.search(rf'<li[^>]*><time datetime="{day}">.*?</li>', page)
    assert found, day
    return found[0]


def test_a_year_that_is_not_loaded_says_so_and_shows_no_day(author: Client) -> None:
    page = words(author.get("/console/calendar/?year=2027"))
    assert "The calendar of 2027 is not loaded." in page
    assert "<time datetime" not in page


def test_a_loaded_year_shows_each_day_in_colour_and_in_words(author: Client) -> None:
    load(2026)
    page = words(author.get(YEAR))
    assert page.count('<ol class="month-days"') == 12
    assert page.count('<li class="day-make-up-workday">') == 6
    holiday, make_up = cell(page, "2026-10-01"), cell(page, "2026-10-10")
    assert "day-statutory-holiday" in holiday
    assert ">off<" in holiday
    assert "National Day" in holiday
    assert "day-make-up-workday" in make_up
    assert ">on<" in make_up
    assert "day-weekend" in cell(page, "2026-10-11")
    assert cell(page, "2026-10-12").startswith('<li class=""><time')


def test_in_chinese_the_marks_are_those_of_a_wall_calendar(chinese: Client) -> None:
    load(2026)
    page = words(chinese.get(YEAR))
    assert "国庆节" in cell(page, "2026-10-01")
    assert "国庆节调休上班" in cell(page, "2026-10-10")
    assert "2026年10月" in page


def test_the_cross_border_profile_rests_on_make_up_days_and_says_so(author: Client) -> None:
    load(2026, profile="fx")
    page = words(author.get(FX))
    assert "day-rests" in cell(page, "2026-10-10")
    assert "make-up workday, no settlement" in page
    assert "Cross-border and FX" in page


def test_holidays_in_a_row_are_one_line(author: Client) -> None:
    load(2026)
    page = words(author.get(YEAR))
    assert "10-01 – 10-07" in page
    assert "国办发明电〔2025〕7号" in page


@pytest.mark.parametrize(
    "query", ["year=26", "year=x", "year=1999", "year=99999", "year=٢٠٢٦", "profile=moon"]
)
def test_an_address_that_asks_for_nothing_is_not_found(author: Client, query: str) -> None:
    assert author.get(f"/console/calendar/?{query}").status_code == 404
    assert author.get("/console/calendar/?profile=%00").status_code == 404


def test_the_library_is_looked_at_before_it_is_saved(author: Client) -> None:
    page = words(author.post(LOAD, {"text": "", "step": "look"}))
    assert "2026-10-01 Thu" in page
    assert "National Day" in page
    assert not CalendarDay.objects.exists()
    answer = author.post(LOAD, {"text": "", "step": "save"}, follow=True)
    assert "Loaded: 39 days changed." in words(answer)
    assert years("domestic").get().status == YearStatus.LOADED
    assert not calendar_of("domestic").settles(date(2026, 10, 1))


def test_a_pasted_notice_is_shown_as_a_difference_and_saved(author: Client) -> None:
    load(2026)
    text = NOTICES[2026].replace("9月20日（周日）、10月10日（周六）上班", "10月10日（周六）上班")
    shown = author.post(LOAD, {"text": text, "step": "look"})
    page = words(shown)
    assert page.count('<td role="cell" class="number"') == 1
    assert "2026-09-20 Sun" in page
    assert "Make-up workday for National Day" in page
    assert calendar_of("domestic").settles(date(2026, 9, 20))
    author.post(LOAD, {**form_of(shown, "text"), "step": "save"})
    assert not calendar_of("domestic").settles(date(2026, 9, 20))
    fact = CalendarDay.objects.get(date=date(2026, 9, 20), settles=False)
    assert fact.source == "国务院办公厅关于2026年部分节假日安排的通知"
    assert fact.entered_by


def test_the_same_notice_again_changes_nothing(author: Client) -> None:
    load(2026)
    page = words(author.post(LOAD, {"text": NOTICES[2026], "step": "look"}))
    assert "No changes." in page
    assert 'value="save"' not in page


def test_a_notice_that_contradicts_itself_cannot_be_saved(author: Client) -> None:
    text = NOTICES[2026].replace("10月1日（周四）", "10月1日（周三）")
    page = words(author.post(LOAD, {"text": text, "step": "look"}))
    assert "2026-10-01 is not a 周三." in page
    assert 'value="save"' not in page
    refused = words(author.post(LOAD, {"text": text, "step": "save"}))
    assert "2026-10-01 is not a 周三." in refused
    assert not CalendarDay.objects.exists()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (NOTICES[2025], "This notice is for 2025, but you are loading 2026."),
        ("祝大家节日快乐", "No holiday was found in the text. Paste the full notice."),
        ("元\x00旦", "Null characters are not allowed."),
        ("元" * 20_001, "at most 20000 characters"),
    ],
)
def test_a_text_that_is_no_notice_is_refused(author: Client, text: str, complaint: str) -> None:
    page = words(author.post(LOAD, {"text": text, "step": "save"}))
    assert complaint in page
    assert not CalendarDay.objects.exists()


def test_a_notice_that_leaves_out_a_holiday_is_loaded_once_that_is_confirmed(
    author: Client,
) -> None:
    lines = NOTICES[2026].splitlines()
    text = "\n".join(one for one in lines if "端午节" not in one)
    page = words(author.post(LOAD, {"text": text, "step": "look"}))
    assert "The text names no day off for: Dragon Boat Festival." in page
    refused = words(author.post(LOAD, {"text": text, "step": "save"}))
    assert "Paste the whole notice, or say why it is complete." in refused
    assert "Load these dates" in refused
    assert not CalendarDay.objects.exists()
    author.post(LOAD, {"text": text, "step": "save", "reason": "端午节另行通知"})
    reviewing = words(signed_in(Role.APPROVER).get(REVIEW))
    assert "The notice names no day off for: Dragon Boat Festival." in reviewing
    assert "端午节另行通知" in reviewing
    assert not calendar_of("domestic").settles(date(2026, 10, 1))


def test_a_year_the_library_does_not_know_asks_for_the_notice(author: Client) -> None:
    page = words(author.post(LOAD.replace("2026", "2027"), {"text": "", "step": "save"}))
    assert "Paste the notice." in page
    assert not years("domestic").exists()


def test_a_reviewed_year_is_not_loaded_over(author: Client) -> None:
    reviewed(2026)
    text = NOTICES[2026].replace("，共7天。9月20日（周日）、10月10日（周六）上班", "")
    page = words(author.post(LOAD, {"text": text, "step": "save"}))
    assert "can only be changed by a notice" in page
    assert calendar_of("domestic").settles(date(2026, 9, 20))
    shown = words(author.get(YEAR))
    assert "From now on, a day can be changed only by a notice." in shown
    assert "Load this year" not in shown
    assert '/console/notices/compose/calendar_change/"' in shown
    assert "calendar_change" not in words(signed_in(Role.AUDITOR).get(YEAR))


def test_days_of_a_reviewed_year_lead_to_the_notice_that_changes_them(author: Client) -> None:
    reviewed(2026)
    text = "关于延长2026年春节假期的通知\n延长2026年春节假期至2月25日，2月26日起正常上班。"
    answer = author.post(LOAD, {"text": text, "step": "look"})
    page = words(answer)
    assert "Prepare the notice: 2026-02-24 to 2026-02-25" in page
    assert "Load these dates" not in page
    ((_first, _last, address),) = answer.context["found"][0].to_publish
    form = author.get(address).context["form"]
    assert form["payload_first_day"].value() == "2026-02-24"
    assert form["payload_last_day"].value() == "2026-02-25"
    assert form["payload_day_kind"].value() == "statutory_holiday"
    assert form["payload_profile"].value() == "domestic"
    assert form["payload_day_name"].value()[0] == "春节"


def test_new_years_days_in_a_reviewed_december_come_first(author: Client) -> None:
    reviewed(2026)
    text = "关于调整2026年元旦假期的通知\n一、元旦：2026年12月31日至2027年1月2日放假。"
    text = text.replace("2026年元旦", "2027年元旦").replace("调整", "部分节假日")
    page = words(author.post(LOAD.replace("2026", "2027"), {"text": text, "step": "look"}))
    assert "Prepare the notice: 2026-12-31 to 2026-12-31" in page


def test_a_second_person_approves() -> None:
    load(2026, by=make_staff())
    approver = signed_in(Role.APPROVER)
    assert "Review and approve" in words(approver.get(YEAR))
    page = approver.get(REVIEW)
    answer = approver.post(REVIEW, form_of(page, "loaded_at"), follow=True)
    assert "2026 is now reviewed." in words(answer)
    assert years("domestic").get().status == YearStatus.REVIEWED


def test_who_loaded_it_is_told_that_another_must_approve() -> None:
    person = make_staff(Role.ADMIN)
    load(2026, by=person)
    browser = browser_of(person)
    page = browser.post(REVIEW, form_of(browser.get(REVIEW), "loaded_at"))
    assert "A second person must approve it." in words(page)
    assert years("domestic").get().status == YearStatus.LOADED


def test_what_was_loaded_meanwhile_is_not_approved_unseen() -> None:
    load(2026, by=make_staff())
    approver = signed_in(Role.APPROVER)
    seen = form_of(approver.get(REVIEW), "loaded_at")
    year_load(profile="domestic", year=2026, by=make_staff(), days={date(2026, 10, 1): HOLIDAY})
    assert "The year was loaded again while you were reviewing it." in words(
        approver.post(REVIEW, seen)
    )
    assert years("domestic").get().status == YearStatus.LOADED


@pytest.mark.parametrize("token", ["", "yesterday", "2026-01-01T00:00:00", "9" * 400, "\x00"])
def test_a_spoilt_form_approves_nothing(token: str) -> None:
    load(2026)
    answer = signed_in(Role.APPROVER).post(REVIEW, {"loaded_at": token})
    assert answer.status_code == 200
    assert years("domestic").get().status == YearStatus.LOADED


def test_an_author_is_not_offered_to_approve_nor_an_auditor_to_load(author: Client) -> None:
    load(2026)
    assert "Review and approve" not in words(author.get(YEAR))
    page = words(signed_in(Role.AUDITOR).get(YEAR))
    assert "Load this year" not in page
    assert "National Day" in page
    assert author.post(REVIEW, {}).status_code == 403
    assert signed_in(Role.AUDITOR).post(LOAD, {"step": "save"}).status_code == 403
