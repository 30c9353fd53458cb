"""Publish at a time: with four eyes before, stopped until then, and never what nobody reviewed."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from statuspage.approvals import scheduling
from statuspage.approvals.acts import act_of
from statuspage.approvals.models import Draft, Proposal, ProposalState
from statuspage.approvals.proposals import approve, foreseen_of, send_back
from statuspage.approvals.scheduling import scheduled_publish
from statuspage.approvals.submitting import notice_submit
from statuspage.approvals.tasks import publish_scheduled
from statuspage.approvals.waiting import proposals, returned_to
from statuspage.notices.models import Notice
from statuspage.staff.models import Staff
from statuspage.staff.roles import Role
from statuspage.statements.models import Statement
from statuspage.statements.services import statement_withdraw
from tests.factories import make_staff, open_incident, text
from tests.notifications.delivery.steps import restore
from tests.statuspage.api.client import caller
from tests.statuspage.console.browser import browser_of, form_of, press, signed_in, words
from tests.statuspage.console.browser import publish as publish_in
from tests.statuspage.notices.samples import ahead, right_payload

pytestmark = pytest.mark.django_db

GENERAL = "/console/notices/compose/general/"
WORDS = {"title_zh": "系统升级", "title_en": "An upgrade", "body_zh": "正文", "body_en": "Text"}


def soon(hours: float = 2) -> datetime:
    return timezone.now() + timedelta(hours=hours)


def submit(author: Staff | None = None, kind: str = "general", **values: object) -> Proposal:
    """Return a notice that is to be published in two hours unless told."""
    found = notice_submit(
        **{
            "token": uuid4(),
            "author": author or make_staff(),
            "kind": kind,
            "title": text("系统升级", "An upgrade"),
            "body": text("正文", "Text"),
            "payload": right_payload(kind),
            "publish_at": soon(),
            "confirmed": True,
            **values,
        }
    )
    assert isinstance(found, Proposal)
    return found


def approved(row: Proposal, approver: Staff | None = None) -> Proposal:
    """Have a second person approve it."""
    approve(
        proposal=row, staff=approver or make_staff(Role.APPROVER), seen=foreseen_of(at(row)).digest
    )
    return at(row)


def at(row: Proposal) -> Proposal:
    return Proposal.objects.get(pk=row.pk)


def comes(row: Proposal, ago: timedelta = timedelta(seconds=1)) -> None:
    """Let its time come."""
    Proposal.objects.filter(pk=row.pk).update(publish_at=timezone.now() - ago)


@pytest.fixture
def two(settings):
    """A general notice takes two persons here."""
    settings.FOUR_EYES_KINDS = frozenset({"general", "delay", "terminal_retirement"})


def test_it_is_published_when_its_time_has_come_and_only_once():
    row = submit()
    publish_scheduled()
    assert at(row).state == ProposalState.SCHEDULED
    assert not Statement.objects.exists()
    comes(row)
    (said,) = scheduled_publish()
    assert scheduled_publish() == []
    assert (at(row).state, at(row).statement) == (ProposalState.PUBLISHED, said)
    assert said.author == row.proposed_by


def test_approval_comes_before(two):
    row = submit()
    assert row.state == ProposalState.WAITING
    assert approved(row).state == ProposalState.SCHEDULED
    assert not Statement.objects.exists()
    comes(row)
    assert len(scheduled_publish()) == 1


def test_without_approval_it_does_not_go_out_and_approved_late_it_goes_out_at_once(two):
    row = submit()
    comes(row)
    assert scheduled_publish() == []
    assert approved(row).state == ProposalState.PUBLISHED


@pytest.mark.parametrize("who", ["author", "approver"])
def test_it_can_be_stopped_until_then_by_its_author_or_an_approver(two, who):
    author, approver = make_staff(), make_staff(Role.APPROVER)
    row = approved(submit(author), approver)
    send_back(proposal=row, staff=author if who == "author" else approver, note="数字有误")
    comes(row)
    assert scheduled_publish() == []
    assert at(row).state == ProposalState.SENT_BACK


def test_nobody_else_stops_it_and_nobody_stops_what_is_public():
    row = submit()
    with pytest.raises(ValidationError):
        send_back(proposal=row, staff=make_staff(), note="")
    comes(row)
    scheduled_publish()
    with pytest.raises(ValidationError, match=r"."):
        send_back(proposal=row, staff=row.proposed_by, note="")
    assert at(row).state == ProposalState.PUBLISHED


def test_late_after_downtime_it_is_published_if_it_still_passes_all_checks():
    row = submit()
    comes(row, timedelta(days=2))
    assert len(scheduled_publish()) == 1


def test_else_it_goes_back_to_its_author_as_a_draft_with_the_reason(two):
    author, approver = make_staff(), make_staff(Role.APPROVER)
    browser = browser_of(author)
    values = {f"payload_{name}": "2025-02-18T00:00" for name in ("transactions_from",)}
    values |= {"payload_arrives_by": ahead(1), "publish_at": f"{ahead(1)}T00:00"}
    publish_in(browser, "/console/notices/compose/delay/", **WORDS, **values)
    row = approved(Proposal.objects.get(), approver)
    # Its day passed while nothing ran.
    draft = {**row.draft, "payload": {**row.draft["payload"], "arrives_by": ahead(-1)}}
    Proposal.objects.filter(pk=row.pk).update(draft=draft)
    comes(row)
    assert scheduled_publish() == []
    back = at(row)
    assert back.state == ProposalState.SENT_BACK
    assert "该日期已过" in back.note
    assert "该日期已过" in Draft.objects.get().remark
    assert [one.note for one in returned_to(author)] == [back.note]
    assert [one.note for one in returned_to(approver)] == [back.note]


def test_after_a_restore_nothing_due_before_it_goes_out_by_itself():
    row, later = submit(), submit()
    comes(row)
    restore()
    assert scheduled_publish() == []
    assert at(row).state == ProposalState.WAITING
    assert [one.key for one in proposals()] == [f"proposal {row.pk} {at(row).held_at.isoformat()}"]
    comes(later, timedelta(0))
    assert len(scheduled_publish()) == 1


def test_what_is_no_longer_what_was_reviewed_is_held_for_review(two):
    row = approved(submit())
    Proposal.objects.filter(pk=row.pk).update(draft={**row.draft, "body": {"zh-hans": "另文"}})
    comes(row)
    assert scheduled_publish() == []
    assert (at(row).state, at(row).note) == (ProposalState.WAITING, "内容与复核时不同。")
    assert approved(row).state == ProposalState.PUBLISHED


def test_over_new_year_it_says_what_was_reviewed(two):
    """A date leaves out the year of its publication: not that of the day of its review."""
    year = timezone.localdate().year + 1
    day, day_after = f"{year}-01-20", datetime(year, 1, 5, 4, tzinfo=UTC)
    payload = right_payload("terminal_retirement") | {
        "last_day": day,
        "short_notice_reason": text("原因"),
    }
    row = submit(kind="terminal_retirement", payload=payload)
    Proposal.objects.filter(pk=row.pk).update(publish_at=day_after)
    said = foreseen_of(at(row)).content
    assert "1月20日" in said["brief"]["zh-hans"]
    assert f"{year}年" not in said["brief"]["zh-hans"]
    assert act_of(row).content_at(at(row), day_after) == said


def test_of_an_author_or_approver_who_was_disabled_since_nothing_goes_out(two):
    by_nobody, unapproved = approved(submit()), approved(submit())
    Staff.objects.filter(pk=by_nobody.proposed_by_id).update(is_active=False)
    Staff.objects.filter(pk=unapproved.approved_by_id).update(is_active=False)
    for row in (by_nobody, unapproved):
        comes(row)
    assert scheduled_publish() == []
    assert at(by_nobody).state == ProposalState.SENT_BACK
    assert at(unapproved).state == ProposalState.WAITING


def test_of_an_incident_that_was_published_in_error_since_nothing_goes_out(two):
    opened = open_incident()
    rows = [approved(submit(incident_id=opened.subject_id)), submit(kind="security_warning")]
    statement_withdraw(statement=opened, body=text("误发。"), author=None)
    for row in rows:
        comes(row)
    (said,) = scheduled_publish()
    assert said.kind == "notice.security_warning"
    assert at(rows[0]).state == ProposalState.SENT_BACK
    assert "误发" in at(rows[0]).note
    # Who knows it can confirm it.
    known = approved(submit(incident_id=opened.subject_id))
    comes(known)
    assert [one.subject_type for one in scheduled_publish()] == ["notice"]


def test_a_kind_that_takes_two_persons_by_now_waits_for_the_second(settings):
    settings.FOUR_EYES_KINDS = frozenset()
    row = submit()
    settings.FOUR_EYES_KINDS = frozenset({"general"})
    comes(row)
    assert scheduled_publish() == []
    assert at(row).state == ProposalState.WAITING


def test_lead_times_count_from_the_time_of_publishing(settings):
    settings.RETIREMENT_NOTICE_DAYS = 30
    payload = right_payload("terminal_retirement") | {"last_day": ahead(40)}
    submit(kind="terminal_retirement", payload=payload, publish_at=soon(24 * 8))
    with pytest.raises(ValidationError, match=r"29|28|27"):
        submit(kind="terminal_retirement", payload=payload, publish_at=soon(24 * 12))


@pytest.mark.parametrize(
    "values",
    [{"publish_at": -1}, {"publish_at": 24 * 400}, {"originally": {"published_on": "2025-02-19"}}],
    ids=["past", "far away", "backdated"],
)
def test_a_time_that_cannot_be_is_refused(values):
    if "publish_at" in values:
        values = {"publish_at": soon(values["publish_at"])}
    with pytest.raises(ValidationError) as refusal:
        submit(**values)
    assert set(refusal.value.message_dict) == {"publish_at"}


def test_one_that_fails_does_not_keep_the_others(monkeypatch):
    broken, good = submit(), submit()
    real = scheduling._published

    def published(row, *rest, **named):
        if row.pk == broken.pk:
            raise RuntimeError("a bug")
        return real(row, *rest, **named)

    monkeypatch.setattr(scheduling, "_published", published)
    comes(broken, timedelta(minutes=1))
    comes(good)
    assert len(scheduled_publish()) == 1
    assert at(broken).state == ProposalState.SCHEDULED


class TestDoors:
    def test_the_api_answers_202_and_tells_its_state_and_time(self):
        api = caller()
        when = soon().replace(microsecond=0)
        body = {
            "kind": "general",
            "title": text("通知"),
            "body": text("正文"),
            "publish_at": when.isoformat(),
        }
        answer = api.post("notices/", body)
        assert answer.status_code == 202
        number = answer.json()["id"]
        found = api.get(f"proposals/{number}/").json()
        assert found["state"] == "scheduled"
        assert datetime.fromisoformat(found["publish_at"]) == when
        stopped = api.post(f"proposals/{number}/stops/", {"reason": "改期"})
        assert (stopped.status_code, stopped.json()["state"]) == (200, "sent_back")
        assert stopped.json()["reason"] == "改期"
        assert api.post(f"proposals/{number}/stops/", {}).status_code == 400
        assert (
            api.post("notices/", {**body, "publish_at": "2025-01-01T00:00:00Z"}).status_code == 400
        )

    def test_the_api_stops_nothing_of_somebody_else(self):
        row = submit()
        assert caller().post(f"proposals/{row.pk}/stops/", {}).status_code in {400, 403}
        assert at(row).state == ProposalState.SCHEDULED

    def test_the_console_schedules_lists_and_stops_it(self):
        author = signed_in()
        when = f"{ahead(1)}T09:00"
        confirming = press(author, GENERAL, "confirm", **WORDS, publish_at=when)
        assert "Schedule this?" in words(confirming)
        page = words(author.post(GENERAL, {**form_of(confirming), "step": "publish"}, follow=True))
        assert f"Published on {ahead(1)} 09:00" in page
        row = Proposal.objects.get()
        assert row.state == ProposalState.SCHEDULED
        assert not Notice.objects.exists()
        path = f"/console/notices/proposals/{row.pk}/"
        for listing in ("/console/", "/console/notices/"):
            shown = words(author.get(listing))
            assert path in shown
            assert f"published on {ahead(1)} 09:00" in shown
        stopped = author.post(path, {"step": "send_back", "note": "改期"}, follow=True)
        assert "Stopped. Nothing was published." in words(stopped)
        assert "改期" in words(author.get("/console/drafts/"))

    def test_two_persons_and_a_time(self, two):
        author, approver = signed_in(), signed_in(Role.APPROVER)
        publish_in(author, GENERAL, **WORDS, publish_at=f"{ahead(1)}T09:00")
        path = f"/console/notices/proposals/{Proposal.objects.get().pk}/"
        page = approver.get(path)
        assert "Approve and schedule" in words(page)
        decided = approver.post(path, {**form_of(page, "seen"), "step": "approve"}, follow=True)
        assert "Until then it can be stopped" in words(decided)
        assert Proposal.objects.get().state == ProposalState.SCHEDULED

    def test_a_time_that_has_passed_is_refused_at_its_field(self, client: Client):
        page = press(signed_in(), GENERAL, "confirm", **WORDS, publish_at="2025-01-01T09:00")
        assert "This time has already passed" in words(page)
