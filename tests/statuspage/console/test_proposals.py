"""A change of the calendar takes two persons: one writes it, another looks and publishes."""

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client

from statuspage.approvals.models import Proposal, ProposalState
from statuspage.calendar.models import CalendarDay
from statuspage.calendar.selectors import calendar_of
from statuspage.staff.models import Staff
from statuspage.staff.roles import Role
from statuspage.statements.models import Statement
from tests.factories import make_staff, text
from tests.statuspage.console.browser import browser_of, form_of, publish, signed_in, words
from tests.statuspage.notices import samples
from tests.statuspage.notices.samples import form_values, notice_kind, right_payload

pytestmark = pytest.mark.django_db
PATH = "/console/notices/compose/calendar_change/"
MONDAY = date(2026, 9, 21)
WRITTEN = {
    "title_zh": "临时休市",
    "title_en": "Special closure",
    "body_zh": "防汛。",
    "body_en": "",
}


@pytest.fixture(autouse=True)
def _world(db: None) -> None:
    samples.world()


def hand_over(writer: Staff) -> str:
    """Write a change and hand it over; the address of its page."""
    values = WRITTEN | form_values(notice_kind("calendar_change"), right_payload("calendar_change"))
    # These days are over.
    values["confirmed"] = "on"
    page = publish(browser_of(writer), PATH, **values)
    return str(page.redirect_chain[0][0])


def decide(client: Client, path: str, step: str = "approve", **values: Any) -> str:
    """Open the page and press a button of it; what is shown then."""
    page = client.get(path)
    form = form_of(page, "seen") if b'name="seen"' in page.content else {}
    return words(client.post(path, {**form, **values, "step": step}, follow=True))


def settles() -> bool:
    return calendar_of("domestic").settles(MONDAY)


def test_handing_over_says_nothing_in_public_and_changes_nothing() -> None:
    path = hand_over(make_staff())
    assert path.startswith("/console/notices/proposals/")
    assert not Statement.objects.exists()
    assert settles()


def test_the_last_step_says_that_a_second_person_decides() -> None:
    writer = browser_of(make_staff())
    values = WRITTEN | form_values(notice_kind("calendar_change"), right_payload("calendar_change"))
    # These days are over.
    values["confirmed"] = "on"
    page = writer.post(PATH, {**form_of(writer.get(PATH)), **values, "step": "confirm"})
    assert "Submit for approval?" in words(page)
    assert "Publish now" not in words(page)


def test_pressing_twice_hands_over_once() -> None:
    writer = browser_of(make_staff())
    values = form_values(notice_kind("calendar_change"), right_payload("calendar_change"))
    form = {**form_of(writer.get(PATH)), **WRITTEN, **values, "confirmed": "on", "step": "publish"}
    writer.post(PATH, form)
    writer.post(PATH, form)
    assert Proposal.objects.count() == 1


def test_the_approver_publishes_it_in_the_authors_name() -> None:
    writer, approver = make_staff(), make_staff(Role.APPROVER)
    path = hand_over(writer)
    browser = browser_of(approver)
    assert path in words(browser.get("/console/notices/"))
    assert path in words(browser.get("/console/"))
    assert path in words(browser.get("/console/calendar/?year=2026"))
    assert "Published as statement 1." in decide(browser, path)
    statement = Statement.objects.get()
    assert statement.author == writer
    assert not settles()
    fact = CalendarDay.objects.filter(date=MONDAY).latest("pk")
    assert (fact.entered_by, fact.approved_by) == (writer, approver)
    page = words(browser.get(path))
    assert page.count("<h3>") == 2
    assert page.index("临时休市") < page.index("Special closure", page.index("<h3>"))
    assert "中文" in page
    assert "Statement 1" in page
    assert path not in words(browser.get("/console/notices/"))
    shown = words(browser.get(path))
    assert "Approved and published" in shown
    assert 'name="seen"' not in shown


@pytest.mark.parametrize("role", [Role.APPROVER, Role.ADMIN])
def test_who_wrote_it_is_neither_offered_nor_allowed_to_approve(role: str) -> None:
    writer = make_staff(role)
    path = hand_over(writer)
    browser = browser_of(writer)
    assert 'value="approve"' not in words(browser.get(path))
    assert "You wrote this yourself. A second person must approve it." in decide(browser, path)
    assert settles()


@pytest.mark.parametrize("role", [Role.AUTHOR, Role.AUDITOR])
def test_others_may_look_and_not_decide(role: str) -> None:
    path = hand_over(make_staff())
    other = signed_in(role)
    assert 'value="approve"' not in words(other.get(path))
    assert 'value="send_back"' not in words(other.get(path))
    why = "You cannot publish" if role == Role.AUDITOR else "Your role cannot approve this."
    for step in ("approve", "send_back"):
        assert why in decide(other, path, step)
    assert Proposal.objects.get().state == ProposalState.WAITING
    assert settles()


def test_a_stranger_is_asked_to_sign_in(client: Client) -> None:
    path = hand_over(make_staff())
    assert client.get(path).status_code == 302
    assert client.post(path, {"step": "approve"}).status_code == 302
    assert settles()


def test_what_it_moves_is_looked_at_again_when_a_date_was_promised_meanwhile() -> None:
    path = hand_over(make_staff())
    browser = signed_in(Role.APPROVER)
    seen = form_of(browser.get(path), "seen")
    samples.publish(
        "delay",
        {"transactions_from": "2026-09-18T00:00:00+08:00", "arrives_by": "2026-09-21"},
        published_at=datetime(2026, 9, 18, 4, tzinfo=UTC),
    )
    answer = browser.post(path, {**seen, "step": "approve"})
    assert answer.status_code == 409
    assert "What this changes is no longer what you reviewed." in words(answer)
    assert "Affected dates that were already promised" in words(answer)
    assert settles()
    assert "Published as statement 2." in decide(browser, path)


def test_two_approvers_publish_it_once() -> None:
    path = hand_over(make_staff())
    one, other = signed_in(Role.APPROVER), signed_in(Role.ADMIN)
    seen = form_of(other.get(path), "seen")
    decide(one, path)
    late = other.post(path, {**seen, "step": "approve"})
    assert "This has already been decided." in words(late)
    assert Statement.objects.count() == 1


def test_what_is_sent_back_stays_unpublished() -> None:
    path = hand_over(make_staff())
    approver = signed_in(Role.APPROVER)
    assert "Nothing was published." in decide(approver, path, "send_back")
    assert "Sent back" in words(approver.get(path))
    assert "This has already been decided." in decide(approver, path)
    assert settles()
    assert not Statement.objects.exists()


def test_an_author_may_take_it_back_before_it_is_decided() -> None:
    writer = make_staff()
    path = hand_over(writer)
    assert "Withdraw from review" in words(browser_of(writer).get(path))
    assert "Nothing was published." in decide(browser_of(writer), path, "send_back")
    assert Proposal.objects.get().decided_by == writer


@pytest.mark.parametrize("step", ["", "publish", "\x00"])
def test_a_button_that_does_not_exist_decides_nothing(step: str) -> None:
    path = hand_over(make_staff())
    assert signed_in(Role.APPROVER).post(path, {"step": step}).status_code == 400
    assert Proposal.objects.get().state == ProposalState.WAITING


def test_what_has_become_untrue_is_refused_when_it_is_approved() -> None:
    path = hand_over(make_staff())
    decide(signed_in(Role.APPROVER), hand_over(make_staff()))
    assert "Nothing would change" in decide(signed_in(Role.APPROVER), path)
    assert Statement.objects.count() == 1


def test_a_withdrawal_shows_both_persons_what_it_will_undo_before_it_is_published() -> None:
    samples.publish(
        "delay",
        {"transactions_from": "2026-09-18T00:00:00+08:00", "arrives_by": "2026-09-21"},
        published_at=datetime(2026, 9, 18, 4, tzinfo=UTC),
    )
    said = samples.publish("calendar_change")
    path = f"/console/statements/{said.number}/withdraw/"
    client = signed_in()
    page = client.get(path)
    shown = client.post(path, {**form_of(page), "body_zh": "撤回", "step": "confirm"})
    undone = re.compile(r">23 Sep 2026</td><td[^>]*>21 Sep 2026</td>")
    assert undone.search(words(shown))
    submitted = publish(client, path, body_zh="撤回")
    proposal = str(submitted.redirect_chain[0][0])
    approver = signed_in(Role.APPROVER)
    assert undone.search(words(approver.get(proposal)))
    assert not settles()  # looking undoes nothing
    assert "Published as statement 3." in decide(approver, proposal)
    assert settles()
    assert text("撤回") == Statement.objects.latest("number").content["body"]
