"""A postmortem: written, read by a second person, public, and followed up."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from statuspage.incidents import promises
from statuspage.incidents.models import Incident
from statuspage.incidents.services.incidents import incident_update
from statuspage.postmortems.models import FollowUp, Postmortem
from statuspage.projections.comparing import differences
from statuspage.staff.roles import Role
from statuspage.statements.models import Statement
from statuspage.statements.services import statement_withdraw
from tests.factories import incident_of, make_component, open_incident, text
from tests.statuspage.console.browser import form_of, signed_in, words

pytestmark = pytest.mark.django_db
WRITTEN = {
    "summary_zh": "清算文件晚到，14,300 笔到账延迟。",
    "summary_en": "A clearing file was late: 14,300 payouts were delayed.",
    "what_zh": "10:42 起文件未到。",
    "what_en": "From 10:42 on no file came.",
    "why_zh": "一处定时任务被停用。",
    "why_en": "A timer had been switched off.",
    "measures_zh": "改为双线路取文件。",
    "measures_en": "The file is fetched over two lines.",
}
ACTION = {
    "actions-0-text_zh": "双线路上线",
    "actions-0-text_en": "Bring the second line into use",
    "actions-0-owner": "王工",
    "actions-0-due": "2030-01-31",
    "actions-0-public": "on",
}


@pytest.fixture
def incident() -> Incident:
    """One that is over."""
    incident = incident_of(open_incident(make_component(), impact="critical"))
    incident_update(
        incident=incident, status="resolved", body=text("已恢复。", "Restored."), author=None
    )
    incident.refresh_from_db()
    return incident


@pytest.fixture
def author() -> Client:
    return signed_in()


@pytest.fixture
def approver() -> Client:
    return signed_in(Role.APPROVER, username="approver")


def path_of(incident: Incident) -> str:
    return f"/console/incidents/{incident.public_id}/postmortem/"


def send(client: Client, incident: Incident, step: str, **values: str) -> Any:
    """Fill in what the page shows, and press a button of that form."""
    path = path_of(incident)
    marker = {"approve": "version", "send_back": "version", "done": "action"}.get(
        step, "actions-TOTAL_FORMS"
    )
    form = form_of(client.get(path), marker)
    return client.post(path, {**form, **values, "step": step}, follow=True)


def hand_over(author: Client, incident: Incident, **values: str) -> Any:
    return send(author, incident, "submit", **(WRITTEN | values))


def public(incident: Incident) -> str:
    return words(Client().get(f"/en/incidents/{incident.public_id}/"))


def test_what_is_written_is_kept_and_nobody_else_sees_it(
    author: Client, incident: Incident
) -> None:
    page = words(send(author, incident, "save", summary_zh="还没写完", **ACTION))
    assert "Saved. Nothing is public yet." in page
    assert "还没写完" in page
    assert "王工" in page
    assert "Postmortem" not in public(incident)
    assert Postmortem.objects.get().state == "draft"


def test_a_second_person_publishes_the_postmortem(
    author: Client, approver: Client, incident: Incident
) -> None:
    assert "Submitted for approval." in words(hand_over(author, incident, **ACTION))
    assert "Postmortem" not in public(incident)
    page = words(approver.get(path_of(incident)))
    assert "Approve, publish and notify 0 addresses" in page
    assert "A timer had been switched off." in page
    assert "Published as statement" in words(send(approver, incident, "approve"))
    statement = Statement.objects.get(kind="incident.postmortem")
    assert statement.content["status"] == "postmortem"
    assert statement.author is not None
    assert statement.author.username != "approver"
    told = public(incident)
    for part in ("14,300 payouts were delayed", "Why it happened", "A timer had been switched off"):
        assert part in told
    assert "Bring the second line into use" in told
    assert "王工" not in statement.canonical
    assert differences() == []


def test_the_page_is_chinese_for_chinese_readers(
    author: Client, approver: Client, incident: Incident
) -> None:
    hand_over(author, incident)
    send(approver, incident, "approve")
    page = words(Client().get(f"/incidents/{incident.public_id}/"))
    assert "一处定时任务被停用。" in page
    assert "A timer" not in page


def test_nobody_approves_what_they_wrote(approver: Client, incident: Incident) -> None:
    hand_over(approver, incident)
    assert "Approve, publish" not in words(approver.get(path_of(incident)))
    answer = approver.post(path_of(incident), {"step": "approve", "version": "2"})
    assert answer.status_code == 409
    assert not Statement.objects.filter(kind="incident.postmortem").exists()


def test_an_author_may_not_approve(author: Client, approver: Client, incident: Incident) -> None:
    hand_over(approver, incident)
    answer = author.post(path_of(incident), {"step": "approve", "version": "2"})
    assert answer.status_code == 403
    assert not Statement.objects.filter(kind="incident.postmortem").exists()


def test_an_edit_voids_what_was_looked_at(
    author: Client, approver: Client, incident: Incident
) -> None:
    hand_over(author, incident)
    seen = form_of(approver.get(path_of(incident)), "version")
    hand_over(author, incident, why_zh="另有原因。")
    answer = approver.post(path_of(incident), {**seen, "step": "approve"})
    assert answer.status_code == 409
    assert "Someone else has changed this in the meantime." in words(answer)
    assert not Statement.objects.filter(kind="incident.postmortem").exists()
    send(approver, incident, "approve")
    assert Statement.objects.filter(kind="incident.postmortem").count() == 1


def test_pressing_approve_twice_publishes_once(
    author: Client, approver: Client, incident: Incident
) -> None:
    hand_over(author, incident)
    form = form_of(approver.get(path_of(incident)), "version") | {"step": "approve"}
    assert approver.post(path_of(incident), form).status_code == 302
    assert approver.post(path_of(incident), form).status_code == 409
    assert Statement.objects.filter(kind="incident.postmortem").count() == 1


def test_two_who_write_do_not_overwrite_each_other(
    author: Client, approver: Client, incident: Incident
) -> None:
    first = form_of(author.get(path_of(incident)), "actions-TOTAL_FORMS")
    send(approver, incident, "save", summary_zh="别人写的")
    answer = author.post(path_of(incident), {**first, "summary_zh": "我写的", "step": "save"})
    assert answer.status_code == 409
    assert "我写的" in words(answer), "what was typed is still there"
    assert Postmortem.objects.get().summary == {"zh-hans": "别人写的"}


def test_a_postmortem_is_sent_back_with_a_note(
    author: Client, approver: Client, incident: Incident
) -> None:
    hand_over(author, incident)
    send(approver, incident, "send_back", note="请写明停用的原因")
    page = words(author.get(path_of(incident)))
    assert "Sent back with this note: 请写明停用的原因" in page
    assert "Being written" in page


def test_what_is_missing_is_named_and_what_is_written_is_kept(
    author: Client, incident: Incident
) -> None:
    answer = send(author, incident, "submit", summary_zh="只有摘要")
    assert answer.status_code == 422
    page = words(answer)
    assert "What happened: Required before you submit it for approval." in page
    assert "只有摘要" in page
    assert Postmortem.objects.get().state == "draft"
    again = send(author, incident, "submit", **WRITTEN)
    assert "Submitted for approval." in words(again)


def test_english_alone_is_not_enough(author: Client, incident: Incident) -> None:
    answer = send(author, incident, "save", summary_en="English only")
    assert answer.status_code == 422
    assert "English only" in words(answer)


def test_an_action_that_is_done_is_told_where_it_is_public(
    author: Client, approver: Client, incident: Incident
) -> None:
    inner = {"actions-1-text_zh": "内部演练"}
    hand_over(author, incident, **ACTION, **inner)
    send(approver, incident, "approve")
    outer, hidden = FollowUp.objects.all()
    path = path_of(incident)
    answer = author.post(path, {"step": "done", "action": outer.pk}, follow=True)
    assert "Published as statement" in words(answer)
    told = public(incident)
    assert "Done: Bring the second line into use" in told
    author.post(path, {"step": "done", "action": hidden.pk})
    assert Statement.objects.filter(kind="incident.followed_up").count() == 1
    assert author.post(path, {"step": "done", "action": outer.pk}).status_code == 409
    assert author.post(path, {"step": "done", "action": "x"}).status_code == 409
    assert "内部演练" not in "".join(Statement.objects.values_list("canonical", flat=True))


def test_an_action_that_is_late_says_so(
    author: Client, approver: Client, incident: Incident
) -> None:
    hand_over(author, incident, **(ACTION | {"actions-0-due": "2020-01-31"}))
    send(approver, incident, "approve")
    late = re.search(r'<ul class="actions-taken">.*?</ul>', public(incident), re.DOTALL)
    assert late
    assert "Late" in late[0]


def test_a_withdrawn_postmortem_can_be_written_anew(
    author: Client, approver: Client, incident: Incident
) -> None:
    hand_over(author, incident)
    send(approver, incident, "approve")
    statement = Statement.objects.get(kind="incident.postmortem")
    statement_withdraw(statement=statement, body=text("有误。", "Wrong."), author=None)
    assert "Why it happened" not in public(incident)
    assert "Submitted for approval." in words(hand_over(author, incident))


def test_while_the_incident_goes_on_nothing_is_published(author: Client, approver: Client) -> None:
    incident = incident_of(open_incident(make_component()))
    hand_over(author, incident)
    assert "once the incident is resolved" in words(approver.get(path_of(incident)))
    row = Postmortem.objects.get()
    answer = approver.post(path_of(incident), {"step": "approve", "version": row.version})
    assert answer.status_code == 409
    assert not Statement.objects.filter(kind="incident.postmortem").exists()


def test_of_what_was_published_in_error_there_is_no_postmortem(
    author: Client, approver: Client, incident: Incident
) -> None:
    hand_over(author, incident)
    opened = Statement.objects.get(kind="incident.opened")
    statement_withdraw(statement=opened, body=text("误发。", "By mistake."), author=None)
    assert "Postmortem" not in words(author.get(f"/console/incidents/{incident.public_id}/"))
    row = Postmortem.objects.get()
    answer = approver.post(path_of(incident), {"step": "approve", "version": row.version})
    assert answer.status_code == 409
    assert "This incident was published in error and is closed." in words(answer)
    assert not Statement.objects.filter(kind="incident.postmortem").exists()
    assert differences() == []


def test_the_promised_day_is_on_the_page_and_its_passing_too(
    incident: Incident, monkeypatch: pytest.MonkeyPatch
) -> None:
    soon = timezone.localdate() + timedelta(days=2)
    for day, sentence in (
        (soon, "We will publish what happened and why by"),
        (date(2020, 1, 3), "is overdue."),
    ):
        monkeypatch.setattr(promises, "working_day_after", lambda _day, _count, found=day: found)
        other = incident_of(open_incident(make_component(), impact="critical"))
        incident_update(
            incident=other, status="resolved", body=text("好了。", "Over."), author=None
        )
        assert sentence in public(other)


def test_the_api_of_version_2_says_postmortem(
    author: Client, approver: Client, incident: Incident
) -> None:
    hand_over(author, incident)
    send(approver, incident, "approve")
    found = Client().get("/api/v2/incidents.json").json()["incidents"][0]
    assert found["status"] == "postmortem"
    assert found["incident_updates"][0]["status"] == "postmortem"
    assert Client().get("/api/v2/incidents/unresolved.json").json()["incidents"] == []


def test_an_unknown_button_and_an_unknown_incident_are_refused(
    author: Client, incident: Incident
) -> None:
    assert author.post(path_of(incident), {"step": "burn"}).status_code == 400
    assert author.get("/console/incidents/xxxxxxxxxxxx/postmortem/").status_code == 404
    auditor = signed_in(Role.AUDITOR)
    assert auditor.get(path_of(incident)).status_code == 200
    assert auditor.post(path_of(incident), {"step": "save"}).status_code == 403
