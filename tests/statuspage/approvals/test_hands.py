"""In whose hands an account was when something was written, and is when it is approved."""

from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from statuspage.approvals.configuration import ApprovalSettings
from statuspage.approvals.models import Proposal, ProposalAct, ProposalState
from statuspage.approvals.proposals import approve, foreseen_of, propose_answer, review, send_back
from statuspage.approvals.rules import BY_TWO
from statuspage.approvals.waiting import may_decide
from statuspage.lib.waiting import all_waiting
from statuspage.notices.kind import kinds
from statuspage.notices.services import check_second_person
from statuspage.postmortems.models import Postmortem, PostmortemState
from statuspage.postmortems.services import postmortem_approve
from statuspage.staff import people
from statuspage.staff.models import Staff
from statuspage.staff.roles import Role
from statuspage.staff.second_person import account_confirm, open_changes, token_confirm
from statuspage.staff.services import password_set, token_check, token_issue
from statuspage.statements.kinds import STATEMENT_KINDS
from statuspage.statements.models import Statement
from tests.factories import make_staff, open_incident, text
from tests.statuspage.api.client import Caller
from tests.statuspage.approvals.paths import written_postmortem
from tests.statuspage.console.browser import browser_of, form_of, signed_in, words
from tests.statuspage.notices import samples
from tests.statuspage.postmortems.test_postmortems import path_of, send

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english() -> Any:
    with translation.override("en"):
        yield


@pytest.fixture
def wei(db: None) -> Staff:
    """An honest author."""
    return make_staff(username="wei")


@pytest.fixture
def lin(db: None) -> Staff:
    """An administrator who would like to be two."""
    return make_staff(Role.ADMIN, username="lin")


@pytest.fixture
def chen(db: None) -> Staff:
    return make_staff(Role.APPROVER, username="chen")


def submitted(writer: Staff) -> Proposal:
    samples.world()
    return propose_answer(
        token=uuid4(),
        act=ProposalAct.WITHDRAWAL,
        statement=samples.publish("fee_waiver"),
        body=text("金额有误", "The amount was wrong."),
        staff=writer,
    )


def taken_over(account: Staff, by: Staff) -> None:
    """Reset somebody's sign-in and take the link oneself."""
    people.sign_in_reset(staff=account, by=by)
    account.refresh_from_db()
    password_set(staff=account, password="a-long-word-of-passage")


def given_back(account: Staff, by: Staff, confirmed_by: Staff) -> None:
    """What happens when its owner complains: a reset, their own password, a second person."""
    taken_over(account, by)
    account.refresh_from_db()
    last = open_changes(account)[0].pk
    account_confirm(staff=account, by=confirmed_by, seen=last, role=account.role)
    account.refresh_from_db()


GONE: dict[str, dict[str, Any]] = {
    "disabled": {"is_active": False},
    "reads only": {"role": Role.AUDITOR},
}


@pytest.mark.parametrize("change", GONE.values(), ids=[*GONE])
def test_nothing_is_published_in_the_name_of_somebody_who_was_shut_out(
    wei: Staff, chen: Staff, change: dict[str, Any]
) -> None:
    waits = submitted(wei)
    seen = foreseen_of(waits).digest
    path = f"/console/notices/proposals/{waits.pk}/"
    form = form_of(browser_of(chen).get(path), "seen")
    Staff.objects.filter(pk=wei.pk).update(**change)
    with pytest.raises(ValidationError) as refused:
        approve(proposal=waits, staff=chen, seen=seen)
    assert refused.value.code == "author"
    page = words(browser_of(chen).post(path, {**form, "step": "approve"}))
    assert "The account of its author is disabled, or may no longer publish." in page
    assert "Approve and publish" not in words(browser_of(chen).get(path))
    assert Statement.objects.count() == 1
    send_back(proposal=waits, staff=chen, note="Written again by another.")
    assert Proposal.objects.get().state == ProposalState.SENT_BACK


def test_nor_a_postmortem_until_somebody_else_takes_it_over(chen: Staff) -> None:
    written_postmortem()
    row = Postmortem.objects.get()
    Staff.objects.filter(pk=row.author_id).update(is_active=False)
    with pytest.raises(ValidationError) as refused:
        postmortem_approve(postmortem=row, by=chen)
    assert refused.value.code == "author"
    assert Postmortem.objects.get().state == PostmortemState.WAITING


def test_what_was_written_with_a_taken_account_is_never_approved_by_who_took_it(
    wei: Staff, lin: Staff, chen: Staff
) -> None:
    taken_over(wei, by=lin)
    waits = submitted(wei)  # as lin, with wei's new password
    said = open_incident(author=wei)
    given_back(wei, by=lin, confirmed_by=chen)
    for decide in (
        lambda: approve(proposal=waits, staff=lin, seen=foreseen_of(waits).digest),
        lambda: send_back(proposal=waits, staff=lin),
        lambda: review(statement=said, staff=lin),
    ):
        with pytest.raises(ValidationError, match="made or changed the account"):
            decide()
    assert approve(proposal=waits, staff=chen, seen=foreseen_of(waits).digest)


def test_nor_is_it_told_to_them_as_if_they_could(wei: Staff, lin: Staff, chen: Staff) -> None:
    """Else nobody else would hear of it, where lin is the only one with an address."""
    taken_over(wei, by=lin)
    submitted(wei)
    given_back(wei, by=lin, confirmed_by=chen)
    [item] = [one for one in all_waiting() if not one.prepares]
    assert not may_decide(lin, item)
    assert may_decide(chen, item)


def test_what_was_written_before_or_afterwards_is(wei: Staff, lin: Staff, chen: Staff) -> None:
    before = submitted(wei)
    given_back(wei, by=lin, confirmed_by=chen)
    after = propose_answer(
        token=uuid4(),
        act=ProposalAct.CORRECTION,
        statement=Statement.objects.get(),
        body=text("更正"),
        staff=wei,
    )
    assert approve(proposal=after, staff=lin, seen=foreseen_of(after).digest)
    assert approve(proposal=before, staff=lin, seen=foreseen_of(before).digest)


def test_nor_is_a_token_that_was_issued_with_it(lin: Staff, chen: Staff) -> None:
    taken_over(chen, by=lin)
    people.role_change(staff=chen, role=Role.AUTHOR, by=lin)
    secret = token_issue(name="x", staff=lin, scopes=["publish", "alone"], by=chen)
    given_back(chen, by=lin, confirmed_by=make_staff(Role.APPROVER))
    token = lin.apitoken_set.get()
    with pytest.raises(ValidationError, match="Another person decides"):
        token_confirm(token=token, by=lin)
    assert token_check(secret) is None


@pytest.mark.parametrize(
    "change", [{"is_active": False}, {"role": Role.AUTHOR}, {"confirmed_at": None}]
)
def test_an_approver_is_one_at_the_moment_of_deciding(
    wei: Staff, chen: Staff, change: dict[str, Any]
) -> None:
    """Not when the request began: it may have waited for the lock."""
    Staff.objects.filter(pk=chen.pk).update(**change)
    with pytest.raises(ValidationError, match="cannot approve"):
        check_second_person(wei, chen)


@pytest.mark.parametrize("role", [Role.AUTHOR, Role.AUDITOR])
def test_a_postmortem_of_another_is_sent_back_by_approvers_only(role: str) -> None:
    incident = written_postmortem()
    version = str(Postmortem.objects.get().version)
    browser = signed_in(role)
    browser.post(path_of(incident), {"step": "send_back", "version": version, "note": "x"})
    assert Postmortem.objects.get().state == PostmortemState.WAITING
    send(signed_in(Role.APPROVER), incident, "send_back", note="Unclear.")
    assert Postmortem.objects.get().note == "Unclear."


def test_its_author_takes_it_back() -> None:
    incident = written_postmortem()
    send(browser_of(Postmortem.objects.get().author), incident, "send_back")
    assert Postmortem.objects.get().state == PostmortemState.DRAFT


def test_what_one_person_may_write_to_all_is_read_by_a_second_afterwards_by_default() -> None:
    """A promise of money can hide in the words of any of them."""
    two, reviewed = (
        {*ApprovalSettings.model_fields[name].get_default(call_default_factory=True).split(",")}
        for name in ("FOUR_EYES_KINDS", "REVIEWED_KINDS")
    )
    by_one = {f"notice.{one.name}" for one in kinds() if not one.four_eyes and one.name not in two}
    assert by_one
    assert reviewed >= by_one | {*STATEMENT_KINDS} - BY_TWO


class TestApi:
    """Whoever was answered 202 learns what became of it."""

    @staticmethod
    def caller(*scopes: str, role: str = Role.AUTHOR) -> Caller:
        return Caller(token_issue(name="x", staff=make_staff(role), scopes=scopes, confirmed=True))

    def test_it_waits_then_is_a_statement(self, chen: Staff) -> None:
        samples.world()
        said, api = samples.publish("fee_waiver"), self.caller("read", "publish")
        answer = api.post(f"statements/{said.number}/withdrawals/", {"body": text("有误", "Wrong")})
        number = answer.json()["id"]
        waits = api.get(f"proposals/{number}/").json()
        assert (waits["state"], waits["statement"], waits["decided_at"]) == ("waiting", None, None)
        assert waits["corrects"] == said.number
        row = Proposal.objects.get()
        approve(proposal=row, staff=chen, seen=foreseen_of(row).digest)
        done = api.get(f"proposals/{number}/").json()
        assert (done["state"], done["statement"]) == ("published", 2)
        assert done["decided_at"]

    def test_or_was_sent_back_for_a_reason(self, wei: Staff, chen: Staff) -> None:
        waits = submitted(wei)
        send_back(proposal=waits, staff=chen, note="哪一批？\n<b>x</b>")
        found = self.caller("read", role=Role.AUDITOR).get(f"proposals/{waits.pk}/").json()
        assert (found["state"], found["reason"]) == ("sent_back", "哪一批？\n<b>x</b>")
        assert chen.username not in str(found)

    def test_it_is_read_and_nothing_else(self, wei: Staff) -> None:
        waits = submitted(wei)
        path = f"proposals/{waits.pk}/"
        assert self.caller("publish").get(path).status_code == 403
        assert self.caller("read").get("proposals/0/").status_code == 404
        assert self.caller("read").get(f"proposals/{10**30}/").status_code == 404
        assert self.caller("read", "publish", role=Role.ADMIN).post(path, {}).status_code == 405
