"""Some kinds of notice take two persons; what goes out at once is read by a second one after."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from statuspage.approvals.models import Draft, Proposal, Review
from statuspage.components.models import Component
from statuspage.notices.kind import kinds
from statuspage.staff.models import Staff
from statuspage.staff.permissions import scopes_for
from statuspage.staff.roles import Role
from statuspage.staff.services import token_issue
from statuspage.statements.models import Statement
from tests.factories import make_address, make_staff, open_incident
from tests.statuspage.api import samples as bodies
from tests.statuspage.api.client import Caller
from tests.statuspage.console.browser import browser_of, form_of, publish, signed_in, words
from tests.statuspage.notices.samples import form_values, notice_kind, right_payload, world

pytestmark = pytest.mark.django_db
WAIVER = "/console/notices/compose/fee_waiver/"
WRITTEN = {"title_zh": "手续费全额减免", "title_en": "Fees waived", "body_zh": "手续费全额减免。"}
REVIEWS = "/console/reviews/"


@pytest.fixture(autouse=True)
def _as_delivered(settings) -> None:
    settings.FOUR_EYES_KINDS = frozenset({"fee_waiver", "compensation", "fee_change", "delay"})


def hand_over(
    writer: Client, kind: str = "fee_waiver", values: dict[str, str] | None = None
) -> str:
    """Write a notice and hand it over; the address of its page."""
    filled_in = WRITTEN | (values or form_values(notice_kind(kind), right_payload(kind)))
    page = publish(writer, f"/console/notices/compose/{kind}/", **filled_in)
    return str(page.redirect_chain[0][0])


def decide(client: Client, path: str, step: str = "approve", **values: str) -> str:
    form = form_of(client.get(path), "seen")
    return words(client.post(path, {**form, **values, "step": step}, follow=True))


def test_every_kind_can_be_handed_over_and_approved(settings, subtests) -> None:
    settings.FOUR_EYES_KINDS = frozenset(one.name for one in kinds())
    world()
    writer, approver = signed_in(), signed_in(Role.APPROVER)
    for kind in kinds():
        with subtests.test(kind.name):
            # What it refers to, such as the delay that a recovery ends, is said first.
            values = form_values(kind, right_payload(kind.name))
            before = Statement.objects.count()
            path = hand_over(writer, kind.name, values | {"confirmed": "on"})
            assert Statement.objects.count() == before
            assert "Published as statement" in decide(approver, path)
            assert Statement.objects.order_by("number").last().kind == f"notice.{kind.name}"


def test_the_approver_sees_how_many_will_be_told(author: Client) -> None:
    make_address(language="zh-hans")
    path = hand_over(author)
    assert "1 recipient" in words(signed_in(Role.APPROVER).get(path))


def test_what_is_sent_back_comes_with_a_note_and_can_be_changed_and_handed_over_again() -> None:
    writer = make_staff()
    path = hand_over(browser_of(writer))
    assert not Draft.objects.filter(discarded_at=None, remark__gt="").exists()
    approver = signed_in(Role.APPROVER)
    assert "Sent back with this note: 写明批次。" in decide(
        approver, path, "send_back", note="写明批次。"
    )
    browser = browser_of(writer)
    draft = Draft.objects.get()
    assert draft.address in words(browser.get("/console/"))
    page = browser.get(draft.address)
    assert "写明批次。" in words(page)
    confirming = browser.post(draft.address, {**form_of(page), "step": "confirm"})
    again = browser.post(draft.address, {**form_of(confirming), "step": "publish"}, follow=True)
    second = str(again.redirect_chain[0][0])
    assert second != path
    assert "Published as statement 1." in decide(approver, second)
    assert not Draft.objects.exists()
    assert [one.state for one in Proposal.objects.order_by("pk")] == ["sent_back", "published"]


def test_while_it_waits_it_is_no_draft(author: Client) -> None:
    hand_over(author)
    assert "You have no drafts." in words(author.get("/console/drafts/"))


def test_nobody_approves_their_own_not_even_an_administrator() -> None:
    writer = browser_of(make_staff(Role.ADMIN))
    path = hand_over(writer)
    answer = words(writer.post(path, {"step": "approve", "seen": "x"}))
    assert "You wrote this yourself" in answer
    assert not Statement.objects.exists()


def test_a_kind_that_is_not_named_goes_out_at_once(author: Client) -> None:
    values = form_values(notice_kind("general"), right_payload("general"))
    publish(author, "/console/notices/compose/general/", **WRITTEN, **values)
    assert Statement.objects.get().kind == "notice.general"


class TestApi:
    """The same rule for systems."""

    @staticmethod
    def caller(staff: Staff, *scopes: str) -> Caller:
        return Caller(token_issue(name="x", staff=staff, scopes=scopes, confirmed=True))

    def test_a_token_hands_over_and_a_person_publishes(self) -> None:
        api = self.caller(make_staff(), "read", "publish")
        answer = api.post("notices/", bodies.notice())
        assert answer.status_code == 202
        body = answer.json()
        assert (body["kind"], body["state"]) == ("fee_waiver", "waiting")
        path = "/" + body["url"].split("/", 3)[3]
        assert not Statement.objects.exists()
        assert "Published as statement 1." in decide(signed_in(Role.APPROVER), path)

    def test_the_owner_of_the_token_does_not_approve_what_it_wrote(self) -> None:
        owner = make_staff(Role.APPROVER)
        url = self.caller(owner, "read", "publish").post("notices/", bodies.notice()).json()["url"]
        assert "You wrote this" in words(browser_of(owner).get("/" + url.split("/", 3)[3]))

    @pytest.mark.parametrize(
        ("role", "status"), [(Role.AUTHOR, 202), (Role.APPROVER, 201), (Role.ADMIN, 201)]
    )
    def test_a_token_that_may_do_without_needs_an_owner_who_may_approve(
        self, role: str, status: int
    ) -> None:
        api = self.caller(make_staff(role), "read", "publish", "alone")
        assert api.post("notices/", bodies.notice()).status_code == status

    def test_only_who_may_approve_can_issue_such_a_token(self) -> None:
        assert "alone" not in scopes_for(make_staff())
        assert "alone" in scopes_for(make_staff(Role.APPROVER))

    def test_an_idempotency_key_hands_over_once(self) -> None:
        api = self.caller(make_staff(), "read", "publish")
        answers = [api.post("notices/", bodies.notice(), Idempotency_Key="k") for _ in range(2)]
        assert {one.status_code for one in answers} == {202}
        assert Proposal.objects.count() == 1

    def test_what_could_not_be_published_is_not_handed_over(self) -> None:
        api = self.caller(make_staff(), "read", "publish")
        answer = api.post("notices/", bodies.notice(incident="nothere"))
        assert answer.status_code == 400
        assert not Proposal.objects.exists()


class TestReviews:
    """Incidents go out at once."""

    @pytest.fixture
    def writer(self, db: None) -> Staff:
        return make_staff(Role.APPROVER)

    @pytest.fixture
    def said(self, writer: Staff, component: Component) -> Statement:
        return open_incident(component, author=writer)

    def read(self, client: Client, statement: Statement) -> str:
        return words(client.post(REVIEWS, {"statement": statement.number}, follow=True))

    def test_a_statement_waits_on_the_first_page_until_a_second_person_has_read_it(
        self, said: Statement
    ) -> None:
        approver = signed_in(Role.APPROVER)
        assert "1 published statement is waiting for review" in words(approver.get("/console/"))
        assert "Some payouts are late." in words(approver.get(REVIEWS))
        assert "Statement 1 is reviewed." in self.read(approver, said)
        assert "published statement is waiting for review" not in words(approver.get("/console/"))
        assert "Everything has been reviewed." in words(approver.get(REVIEWS))

    def test_the_author_of_a_statement_cannot_mark_it_as_read(
        self, said: Statement, writer: Staff
    ) -> None:
        browser = browser_of(writer)
        assert "Mark as reviewed" not in words(browser.get(REVIEWS))
        assert "You wrote this yourself" in self.read(browser, said)
        assert not Review.objects.exists()

    @pytest.mark.parametrize("role", [Role.AUTHOR, Role.AUDITOR])
    def test_the_role_must_be_one_that_approves(self, said: Statement, role: str) -> None:
        browser = signed_in(role)
        assert browser.post(REVIEWS, {"statement": said.number}).status_code == 403
        assert not Review.objects.exists()

    def test_two_who_read_it_leave_one_mark(self, said: Statement) -> None:
        one, other = signed_in(Role.APPROVER), signed_in(Role.ADMIN)
        self.read(one, said)
        assert other.post(REVIEWS, {"statement": said.number}).status_code == 404
        assert Review.objects.count() == 1

    @pytest.mark.parametrize("number", ["", "x", "999", "9" * 40])
    def test_nonsense_is_not_found(self, said: Statement, number: str) -> None:
        answer = signed_in(Role.APPROVER).post(REVIEWS, {"statement": number})
        assert answer.status_code == 404

    def test_what_the_clock_said_and_what_is_old_is_not_asked_for(self, settings) -> None:
        old = timezone.now() - timedelta(days=settings.REVIEW_WITHIN_DAYS, minutes=1)
        open_incident(author=make_staff(), started_at=old, published_at=old)
        open_incident()
        assert "Everything has been reviewed." in words(signed_in(Role.APPROVER).get(REVIEWS))
