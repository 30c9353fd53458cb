"""The first page lists all that waits for a second person, and what came back to its author."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from statuspage.approvals.models import ProposalAct
from statuspage.approvals.proposals import propose_answer, send_back
from statuspage.approvals.waiting import may_decide, shown_to
from statuspage.calendar.services import year_load, year_review
from statuspage.lib import waiting
from statuspage.lib.waiting import WaitingItem, all_waiting, waiting_items
from statuspage.postmortems.models import Postmortem
from statuspage.staff.models import AccountChange
from statuspage.staff.permissions import Act
from statuspage.staff.roles import Role
from statuspage.staff.second_person import changed
from statuspage.staff.services import token_issue
from tests.factories import make_staff, text
from tests.statuspage.approvals.paths import written_postmortem
from tests.statuspage.console.browser import browser_of, form_of, signed_in, words
from tests.statuspage.notices import samples
from tests.statuspage.postmortems.test_postmortems import path_of, send

pytestmark = pytest.mark.django_db
DESK = "/console/"


def submitted(writer):
    return propose_answer(
        token=uuid4(),
        act=ProposalAct.WITHDRAWAL,
        statement=samples.publish("fee_waiver", title=text("手续费减免", "Fees waived")),
        body=text("金额有误"),
        staff=writer,
    )


def test_a_loaded_year_waits_there_until_it_is_reviewed() -> None:
    year, loader, reviewer = timezone.localdate().year, make_staff(), make_staff(Role.APPROVER)
    year_load(profile="domestic", year=year, by=loader)
    year_load(profile="domestic", year=year - 1, by=loader)
    path = f"/console/calendar/?profile=domestic&year={year}"
    browser = browser_of(reviewer)
    assert path in words(browser.get(DESK))
    assert f"year={year - 1}" not in words(browser.get(DESK))
    assert "Review and approve" in words(browser.get(path))
    assert path in words(signed_in(language="zh-hans").get(DESK))
    year_review(profile="domestic", year=year, by=reviewer)
    assert path not in words(browser.get(DESK))


def test_answers_and_postmortems_wait_there() -> None:
    proposal, incident = submitted(make_staff()), written_postmortem()
    page = words(signed_in(Role.APPROVER).get(DESK))
    assert f"/console/notices/proposals/{proposal.pk}/" in page
    assert "Withdrawal</span>" in page
    assert path_of(incident) in page
    assert "Postmortem</span>" in page


def test_whoever_wrote_something_is_no_second_person_for_it() -> None:
    writer = make_staff(Role.ADMIN)
    submitted(writer)
    [item] = all_waiting()
    assert not may_decide(writer, item)
    assert may_decide(make_staff(Role.APPROVER), item)
    assert not may_decide(make_staff(), item)
    assert not may_decide(make_staff(Role.APPROVER, is_active=False), item)


def test_what_was_sent_back_stands_there_with_the_reason_for_its_author_alone() -> None:
    writer, approver = make_staff(), make_staff(Role.APPROVER)
    proposal = submitted(writer)
    send_back(proposal=proposal, staff=approver, note="请写明批次。")
    page = words(browser_of(writer).get(DESK))
    assert "Sent back to you" in page
    assert "请写明批次。" in page
    assert f"/console/notices/proposals/{proposal.pk}/" in page
    assert "请写明批次。" not in words(browser_of(approver).get(DESK))
    taken_back = submitted(writer)
    send_back(proposal=taken_back, staff=writer)
    assert f"proposals/{taken_back.pk}/" not in words(browser_of(writer).get(DESK))


def test_a_postmortem_that_came_back_stands_there_until_it_is_submitted_again() -> None:
    incident = written_postmortem()
    send(signed_in(Role.APPROVER), incident, "send_back", note="原因不清。")
    author = browser_of(Postmortem.objects.get().author)
    assert "原因不清。" in words(author.get(DESK))
    form = form_of(author.get(path_of(incident)), "actions-TOTAL_FORMS")
    author.post(path_of(incident), {**form, "step": "submit"})
    assert "原因不清。" not in words(author.get(DESK))


@pytest.fixture
def registered() -> Iterator[None]:
    """Whatever the test registers is forgotten after it."""
    before = [*waiting._WAITING]
    yield
    waiting._WAITING[:] = before


def test_another_app_adds_what_waits_and_who_may_see_it(registered: None) -> None:
    item = WaitingItem(
        key="account 7",
        kind="Account",
        name=text("新账号", "New account"),
        since=timezone.now() - timedelta(hours=1),
        path="/console/people/7/",
        act=Act.REFERENCE_DATA,
        private=True,
    )
    waiting_items(lambda: [item])
    assert item in shown_to(make_staff(Role.ADMIN))
    assert item not in shown_to(make_staff(Role.APPROVER))
    assert "New account" in words(signed_in(Role.ADMIN).get(DESK))
    assert "New account" not in words(signed_in().get(DESK))


def test_accounts_and_tokens_wait_there_for_those_who_may_confirm_them() -> None:
    admin, other = make_staff(Role.ADMIN), make_staff(Role.APPROVER, username="second")
    made = make_staff(Role.APPROVER, username="new.person")
    changed(made, AccountChange.Kind.RESET, admin)
    token_issue(name="gateway", staff=admin, scopes=["publish", "alone"], by=admin)
    items = {one.kind: one for one in all_waiting()}
    assert {str(one) for one in items} == {"账号", "API 令牌"}
    for item in items.values():
        assert may_decide(other, item)
        assert not may_decide(admin, item)
        assert not may_decide(made, item)
    assert "new.person" in words(browser_of(other).get(DESK))
    assert "new.person" not in words(signed_in().get(DESK))
