"""A correction or withdrawal takes the four eyes of what it answers, by console and API alike."""

from datetime import UTC, datetime
from typing import Any

import pytest

from statuspage.approvals.models import Draft, Proposal, ProposalAct, ProposalState
from statuspage.approvals.rules import Approval, approval_of_answer
from statuspage.approvals.submitting import answer_alone, answer_submit
from statuspage.notices.kind import every_kind
from statuspage.staff.models import Staff
from statuspage.staff.roles import Role
from statuspage.staff.services import token_issue
from statuspage.statements.models import Statement
from statuspage.statements.services import statement_correct, statement_withdraw
from tests.factories import make_staff, open_incident, text
from tests.statuspage.api.client import Caller, error_of
from tests.statuspage.console.browser import browser_of, form_of, press, publish, signed_in, words
from tests.statuspage.notices import samples

pytestmark = pytest.mark.django_db
BODY = {"body": text("金额有误，收回。", "The amount was wrong.")}
DOOR = {
    ProposalAct.CORRECTION: ("correct", "corrections"),
    ProposalAct.WITHDRAWAL: ("withdraw", "withdrawals"),
}


@pytest.fixture(autouse=True)
def _world(db: None, settings: Any) -> None:
    settings.FOUR_EYES_KINDS = frozenset({"fee_waiver", "yearly_disclosure"})
    samples.world()


@pytest.fixture
def waiver() -> Statement:
    return samples.publish("fee_waiver")


def caller(role: str = Role.AUTHOR, *scopes: str) -> Caller:
    return Caller(
        token_issue(
            name="x", staff=make_staff(role), scopes=["read", "publish", *scopes], confirmed=True
        )
    )


def by_console(staff: Staff, said: Statement, act: ProposalAct = ProposalAct.WITHDRAWAL) -> str:
    """Write an answer and press the last button; return where that leads."""
    path = f"/console/statements/{said.number}/{DOOR[act][0]}/"
    page = publish(browser_of(staff), path, body_zh="金额有误，收回。", body_en="Wrong.")
    return str(page.redirect_chain[0][0])


def by_api(
    api: Caller, said: Statement, act: ProposalAct = ProposalAct.WITHDRAWAL, **headers: str
) -> Any:
    return api.post(f"statements/{said.number}/{DOOR[act][1]}/", BODY, **headers)


def decide(staff: Staff, path: str, step: str = "approve", **values: str) -> str:
    browser = browser_of(staff)
    page = browser.get(path)
    form = form_of(page, "seen") if b'name="seen"' in page.content else {}
    return words(browser.post(path, {**form, **values, "step": step}, follow=True))


@pytest.mark.parametrize("act", ProposalAct.values[1:])
@pytest.mark.parametrize("role", [Role.AUTHOR, Role.APPROVER, Role.ADMIN])
def test_nobody_answers_alone_what_two_published(waiver: Statement, act: str, role: str) -> None:
    path = by_console(make_staff(role), waiver, ProposalAct(act))
    assert path.startswith("/console/notices/proposals/")
    answer = by_api(caller(role), waiver, ProposalAct(act))
    assert answer.status_code == 202
    body = answer.json()
    assert (body["kind"], body["corrects"], body["state"]) == (act, waiver.number, "waiting")
    assert Statement.objects.count() == 1
    assert Proposal.objects.filter(state=ProposalState.WAITING).count() == 2


@pytest.mark.parametrize("act", ProposalAct.values[1:])
def test_a_second_person_publishes_the_answer_in_its_authors_name(
    waiver: Statement, act: str
) -> None:
    writer = make_staff()
    path = by_console(writer, waiver, ProposalAct(act))
    shown = words(signed_in(Role.APPROVER).get(path))
    assert "金额有误，收回。" in shown
    assert "Original statement" in shown
    assert "Published as statement 2." in decide(make_staff(Role.APPROVER), path)
    answer = Statement.objects.get(number=2)
    assert (answer.kind, answer.corrects, answer.author) == (act, waiver, writer)
    assert "Approved and published" in words(browser_of(writer).get(path))


def test_the_page_says_before_that_a_second_person_decides(waiver: Statement) -> None:
    browser = signed_in()
    path = f"/console/statements/{waiver.number}/withdraw/"
    page = words(browser.get(path))
    assert "Check and submit for approval…" in page
    assert "A second person must approve this before it is published." in page
    confirming = words(press(browser, path, "confirm", body_zh="收回"))
    assert "Submit for approval?" in confirming
    assert "Publish now" not in confirming
    chinese = words(signed_in(language="zh-hans").get(path))
    assert "检查并提交复核…" in chinese
    incident = open_incident()
    assert "Check and publish…" in words(browser.get(f"/console/statements/{incident.pk}/correct/"))


def test_what_the_author_wrote_the_author_never_approves(waiver: Statement) -> None:
    for role in (Role.AUTHOR, Role.APPROVER, Role.ADMIN):
        writer = make_staff(role)
        path = by_console(writer, waiver)
        said = words(browser_of(writer).post(path, {"step": "approve", "seen": "x"}))
        assert "You wrote this yourself" in said
    assert Statement.objects.count() == 1


def test_by_token_or_by_hand_it_is_the_same_person(waiver: Statement) -> None:
    owner = make_staff(Role.APPROVER)
    api = Caller(token_issue(name="x", staff=owner, scopes=["read", "publish"]))
    path = "/" + by_api(api, waiver).json()["url"].split("/", 3)[3]
    assert "You wrote this yourself" in decide(owner, path)
    assert "Published as statement 2." in decide(make_staff(Role.APPROVER), path)


@pytest.mark.parametrize("role", [Role.AUTHOR, Role.AUDITOR])
def test_who_may_not_approve_does_not(waiver: Statement, role: str) -> None:
    path = by_console(make_staff(), waiver)
    why = "You cannot publish" if role == Role.AUDITOR else "Your role cannot approve this."
    assert why in decide(make_staff(role), path)
    assert Statement.objects.count() == 1


def test_who_wrote_the_original_is_a_second_person_for_somebody_elses_answer() -> None:
    first = make_staff(Role.APPROVER)
    said = samples.publish("fee_waiver", author=first, approved_by=make_staff(Role.APPROVER))
    path = by_console(make_staff(), said)
    assert "Published as statement 2." in decide(first, path)


def test_an_approver_who_writes_the_answer_needs_another_one() -> None:
    writer, approver = make_staff(), make_staff(Role.APPROVER)
    said = samples.publish("fee_waiver", author=writer, approved_by=approver)
    path = by_console(approver, said)
    assert "You wrote this yourself" in decide(approver, path)
    assert "Your role cannot approve this." in decide(writer, path)


def test_an_answer_to_an_answer_takes_what_the_first_statement_takes(waiver: Statement) -> None:
    correction = statement_correct(statement=waiver, body=text("更正"), author=None)
    again = statement_correct(statement=correction, body=text("再更正"), author=None)
    for said in (correction, again):
        for act in (ProposalAct.CORRECTION, ProposalAct.WITHDRAWAL):
            assert by_api(caller(), said, act).status_code == 202
    assert Statement.objects.count() == 3


def test_what_promises_money_takes_two_though_its_kind_is_not_named(settings: Any) -> None:
    settings.FOUR_EYES_KINDS = frozenset()
    api = caller()
    for kind in every_kind():
        said = samples.publish(kind.name)
        expected = {202} if kind.promises_money else {201}
        for act in (ProposalAct.CORRECTION, ProposalAct.WITHDRAWAL):
            assert {by_api(api, said, act).status_code} == expected, kind.name


def test_what_two_persons_published_takes_two_when_its_kind_is_no_longer_named(
    settings: Any,
) -> None:
    settings.FOUR_EYES_KINDS = frozenset({"general"})
    api = caller()
    notice = {"kind": "general", "title": text("公告"), "body": text("正文")}
    path = "/" + api.post("notices/", notice).json()["url"].split("/", 3)[3]
    decide(make_staff(Role.APPROVER), path)
    settings.FOUR_EYES_KINDS = frozenset()
    assert by_api(caller(), Statement.objects.get()).status_code == 202
    assert Statement.objects.count() == 1


def test_a_token_that_publishes_alone_answers_alone_while_its_owner_may_approve(
    waiver: Statement,
) -> None:
    assert by_api(caller(Role.AUTHOR, "alone"), waiver).status_code == 202
    assert by_api(caller(Role.APPROVER, "alone"), waiver).status_code == 201


def test_no_token_answers_alone_what_always_takes_two() -> None:
    said = samples.publish("calendar_change")
    assert by_api(caller(Role.ADMIN, "alone"), said).status_code == 202
    assert approval_of_answer(said) is Approval.ALWAYS


def test_an_incident_is_corrected_at_once_and_read_by_a_second_person_after() -> None:
    said = open_incident()
    assert by_api(caller(), said, ProposalAct.CORRECTION).status_code == 201
    assert "The amount was wrong." in words(signed_in(Role.APPROVER).get("/console/reviews/"))


def test_what_was_approved_is_not_asked_to_be_read_again(waiver: Statement) -> None:
    decide(make_staff(Role.APPROVER), by_console(make_staff(), waiver))
    assert "Everything has been reviewed." in words(
        signed_in(Role.APPROVER).get("/console/reviews/")
    )


def test_a_general_notice_is_read_after_and_says_where_money_belongs() -> None:
    browser = signed_in()
    path = "/console/notices/compose/general/"
    assert "which a second person approves" in words(browser.get(path))
    publish(browser, path, title_zh="费率", body_zh="明日起手续费3%。")
    assert "明日起手续费3%。" in words(signed_in(Role.APPROVER).get("/console/reviews/"))


class TestMeanwhile:
    """The log moves while an answer waits."""

    @pytest.fixture
    def path(self, waiver: Statement) -> str:
        return by_console(make_staff(), waiver)

    def test_withdrawn_meanwhile_it_can_only_be_sent_back(
        self, waiver: Statement, path: str
    ) -> None:
        approver = make_staff(Role.APPROVER)
        seen = form_of(browser_of(approver).get(path), "seen")
        statement_withdraw(statement=waiver, body=text("别人撤回"), author=None)
        late = browser_of(approver).post(path, {**seen, "step": "approve"})
        assert late.status_code == 409
        shown = words(browser_of(approver).get(path))
        assert "This statement has been withdrawn." in shown
        assert 'value="approve"' not in shown
        assert "Nothing was published." in decide(approver, path, "send_back")
        assert Statement.objects.count() == 2

    def test_corrected_meanwhile_it_is_looked_at_again(self, waiver: Statement, path: str) -> None:
        approver = make_staff(Role.APPROVER)
        seen = form_of(browser_of(approver).get(path), "seen")
        first = statement_correct(statement=waiver, body=text("别人更正"), author=None)
        statement_correct(statement=first, body=text("再更正"), author=None)
        late = browser_of(approver).post(path, {**seen, "step": "approve"})
        assert "no longer what you reviewed" in words(late)
        assert "Published as statement 4." in decide(approver, path)

    def test_what_it_undoes_is_looked_at_again_when_that_has_changed(self) -> None:
        said = samples.publish("calendar_change")
        path, approver = by_console(make_staff(), said), make_staff(Role.APPROVER)
        seen = form_of(browser_of(approver).get(path), "seen")
        samples.publish(
            "delay",
            {"transactions_from": "2026-09-18T00:00:00+08:00", "arrives_by": "2026-09-21"},
            published_at=datetime(2026, 9, 18, 4, tzinfo=UTC),
        )
        late = browser_of(approver).post(path, {**seen, "step": "approve"})
        assert "no longer what you reviewed" in words(late)
        assert "Affected dates that were already promised" in words(late)
        assert "Published as statement" in decide(approver, path)

    def test_two_approvers_publish_it_once(self, path: str) -> None:
        one, other = make_staff(Role.APPROVER), make_staff(Role.ADMIN)
        seen = form_of(browser_of(other).get(path), "seen")
        decide(one, path)
        late = browser_of(other).post(path, {**seen, "step": "approve"})
        assert "This has already been decided." in words(late)
        assert Statement.objects.count() == 2

    def test_a_third_person_sees_that_an_answer_waits(self, waiver: Statement, path: str) -> None:
        page = words(signed_in().get(f"/console/statements/{waiver.number}/correct/"))
        assert path in page

    def test_what_is_withdrawn_cannot_be_submitted(self, waiver: Statement) -> None:
        statement_withdraw(statement=waiver, body=text("撤回"), author=None)
        answer = by_api(caller(), waiver)
        assert (answer.status_code, error_of(answer)["code"]) == (409, "withdrawn")
        path = f"/console/statements/{waiver.number}/withdraw/"
        page = press(signed_in(), path, "publish", body_zh="我写的")
        assert "This statement has been withdrawn." in words(page)
        assert form_of(page)["body_zh"] == "我写的"


def test_sent_back_it_is_a_draft_again_with_the_reason(waiver: Statement) -> None:
    writer = make_staff()
    path = by_console(writer, waiver)
    decide(make_staff(Role.APPROVER), path, "send_back", note="请写明批次。")
    draft = Draft.objects.get()
    page = browser_of(writer).get(draft.address)
    assert "请写明批次。" in words(page)
    assert form_of(page)["body_zh"] == "金额有误，收回。"
    confirming = browser_of(writer).post(draft.address, {**form_of(page), "step": "confirm"})
    again = browser_of(writer).post(
        draft.address, {**form_of(confirming), "step": "publish"}, follow=True
    )
    assert "Published as statement 2." in decide(
        make_staff(Role.APPROVER), str(again.redirect_chain[0][0])
    )


def test_pressing_twice_or_sending_twice_submits_once(waiver: Statement) -> None:
    browser = signed_in()
    path = f"/console/statements/{waiver.number}/withdraw/"
    form = {**form_of(browser.get(path)), "body_zh": "收回", "step": "publish"}
    places = {browser.post(path, form).headers["Location"] for _ in range(2)}
    assert len(places) == 1
    api = caller()
    answers = [by_api(api, waiver, Idempotency_Key="k").content for _ in range(2)]
    assert answers[0] == answers[1]
    assert Proposal.objects.count() == 2


def test_the_service_itself_refuses_one_person(waiver: Statement) -> None:
    """Whatever a page or a client believed when it was opened."""
    author = make_staff(Role.ADMIN)
    with pytest.raises(Exception, match="second person") as refused:
        answer_alone(act=ProposalAct.WITHDRAWAL, statement=waiver, author=author, **BODY)
    assert refused.value.code == "second_person"


def test_the_description_of_the_api_names_both_answers() -> None:
    paths = caller().get("schema/", Accept="application/json").json()["paths"]
    for resource in ("corrections", "withdrawals"):
        post = paths[f"/api/v1/statements/{{number}}/{resource}/"]["post"]
        assert {"201", "202"} <= set(post["responses"])
        assert "approves it in the console" in post["description"]
        assert post["requestBody"]["content"]["application/json"]["examples"]


@pytest.mark.parametrize("body", [{}, {"en": "x"}, {"zh-hans": " "}])
def test_an_answer_without_words_is_not_submitted(waiver: Statement, body: Any) -> None:
    answer = caller().post(f"statements/{waiver.number}/withdrawals/", {"body": body})
    assert answer.status_code == 400
    assert not Proposal.objects.exists()


def test_the_kind_of_act_and_its_arguments_are_stored(waiver: Statement) -> None:
    from uuid import uuid4

    submitted = answer_submit(
        token=uuid4(), act=ProposalAct.CORRECTION, statement=waiver, author=make_staff(), **BODY
    )
    assert isinstance(submitted, Proposal)
    assert (submitted.act, submitted.answers) == (ProposalAct.CORRECTION, waiver)
    assert submitted.statement_kind == "correction"
