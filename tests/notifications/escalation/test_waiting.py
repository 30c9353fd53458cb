"""Approvers hear of what waits for them, authors of what came back: once, batched, and surely."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings as django_settings
from django.utils import timezone

import notifications.escalation.tasks  # noqa: F401  -- registers them
from notifications.channels.robot.wecom import MAX_BYTES
from notifications.escalation.models import Told
from notifications.escalation.waiting import (
    LEASE,
    _claim,
    _recipients,
    told_forget,
    waiting_tell,
)
from notifications.escalation.waiting_texts import content
from statuspage.approvals.models import Proposal, ProposalAct
from statuspage.approvals.proposals import approve, foreseen_of, propose_answer, send_back
from statuspage.calendar.models import CalendarYear
from statuspage.calendar.services import year_load, year_review
from statuspage.celery import app
from statuspage.incidents.models import Incident
from statuspage.lib.waiting import WaitingItem, all_returned, all_waiting
from statuspage.notices.kind import notice_kind
from statuspage.staff.models import Staff
from statuspage.staff.roles import Role
from tests.factories import make_staff, open_incident, text
from tests.statuspage.monitors.factories import calm, fire, make_rule
from tests.statuspage.notices.samples import publish

pytestmark = pytest.mark.django_db
ROBOT = "0123456789-staff-robot"
ONE, OTHER, WRITER = "one@example.com", "other@example.com", "writer@example.com"
Heard = Callable[[], list[tuple[str, str]]]


@pytest.fixture
def heard(provider: Any, settings: Any) -> Heard:
    """Return what staff got since the last look: (address, text)."""
    settings.ALARM_WECOM_KEY = ROBOT
    settings.ALARM_EMAILS = ["duty@example.com"]
    settings.APPROVAL_BATCH_SECONDS, settings.APPROVAL_REMINDER_MINUTES = 300, 240
    read = [0]

    def listen() -> list[tuple[str, str]]:
        messages = [(one["to"], one["body"]) for one in provider.messages()]
        fresh, read[0] = messages[read[0] :], len(messages)
        return sorted(fresh)

    return listen


@pytest.fixture
def approver() -> Staff:
    return make_staff(Role.APPROVER, email=ONE)  # reads Chinese, as everybody does unless told


def submitted(writer: Staff | None = None, reason: str = "金额有误") -> Proposal:
    """Return a withdrawal of a fee waiver that waits for a second person."""
    return propose_answer(
        token=uuid4(),
        act=ProposalAct.WITHDRAWAL,
        statement=publish("fee_waiver", title=text("手续费减免", "Fees waived")),
        body=text(reason),
        staff=writer or make_staff(),
    )


def later(minutes: float = 0) -> int:
    return waiting_tell(timezone.now() + timedelta(minutes=minutes))


def people(messages: list[tuple[str, str]]) -> list[str]:
    return [to for to, _body in messages]


def test_robot_and_approvers_hear_of_it_at_once_with_a_link(heard: Heard, approver: Staff) -> None:
    make_staff(Role.ADMIN, email=OTHER, language="en")
    waiting = submitted()
    assert later() == 3
    messages = heard()
    assert people(messages) == [ROBOT, ONE, OTHER]
    chinese, english = (
        "1 项待复核\n撤回“手续费减免”",
        "1 awaiting approval\nWithdrawal “Fees waived”",
    )
    for body, has in zip(
        [body.replace("\r", "") for _to, body in messages],
        [(True, True), (True, False), (False, True)],
        strict=True,
    ):
        assert (chinese in body, english in body) == has
        assert f"{django_settings.SITE_URL}/console/notices/proposals/{waiting.pk}/" in body
        assert "金额有误" not in body  # what it says is read after signing in
    assert later(1) == later(200) == 0


@pytest.mark.parametrize("role", [Role.AUTHOR, Role.AUDITOR])
def test_who_may_not_decide_hears_nothing(heard: Heard, approver: Staff, role: str) -> None:
    make_staff(role, email=OTHER)
    make_staff(Role.APPROVER, email="left@example.com", is_active=False)
    make_staff(Role.APPROVER, email="no address")
    submitted()
    later()
    assert people(heard()) == [ROBOT, ONE]


def test_who_submitted_it_does_not_hear_of_it(heard: Heard, approver: Staff) -> None:
    submitted(make_staff(Role.ADMIN, email=OTHER))
    later()
    assert people(heard()) == [ROBOT, ONE]


def test_the_mailboxes_of_staff_hear_what_no_approver_with_an_address_can_decide(
    heard: Heard, approver: Staff
) -> None:
    submitted(approver)
    later()
    assert people(heard()) == [ROBOT, "duty@example.com"]


def test_a_burst_is_one_message_more(heard: Heard, approver: Staff) -> None:
    submitted()
    later()
    heard()
    for _one in range(12):
        submitted()
    assert later(2) == 0
    assert later(6) == 2
    messages = heard()
    assert people(messages) == [ROBOT, ONE]
    assert "12 项待复核" in messages[1][1]
    assert "另有 7 项" in messages[1][1]
    assert f"{django_settings.SITE_URL}/console/" in messages[1][1].splitlines()


def test_a_long_list_of_long_titles_fits_into_the_robots_message(settings: Any) -> None:
    settings.SITE_URL = f"https://{'status.' * 8}example.com"
    item = WaitingItem(
        key="x",
        kind=notice_kind("calendar_change").label,
        name=text("关" * 120),
        since=timezone.now(),
        path="/console/",
        act="approve",
    )
    assert len(content([item] * 400).text.encode()) <= MAX_BYTES


def test_what_still_waits_is_said_again_after_ever_longer(heard: Heard, approver: Staff) -> None:
    submitted()
    told = [minutes for minutes in range(0, 1800, 60) if later(minutes)]
    assert told == [0, 240, 240 + 480, 240 + 480 + 960]


def test_what_is_decided_is_not_told(heard: Heard, approver: Staff) -> None:
    send_back(proposal=submitted(), staff=approver)
    waiting = submitted()
    approve(proposal=waiting, staff=approver, seen=foreseen_of(waiting).digest)
    assert later() == later(500) == 0
    assert heard() == []


def test_what_is_submitted_again_is_told_again(heard: Heard, approver: Staff) -> None:
    waiting = submitted()
    later()
    send_back(proposal=waiting, staff=approver)
    submitted()
    later(10)
    assert people(heard()) == [ROBOT, ROBOT, ONE, ONE]


class TestSentBack:
    """The author hears why."""

    @pytest.fixture
    def writer(self, db: None) -> Staff:
        return make_staff(email=WRITER)

    def test_the_author_hears_of_it_once_with_the_reason(
        self, heard: Heard, approver: Staff, writer: Staff
    ) -> None:
        returned = submitted(writer)
        send_back(proposal=returned, staff=approver, note="请写明\n批次。")
        assert later() == 1
        [(to, body)] = heard()
        assert to == WRITER
        assert "已退回：撤回“手续费减免”" in body
        assert "原因：请写明 批次。" in body
        assert "Reason" not in body
        assert f"/console/notices/proposals/{returned.pk}/" in body
        assert later(10) == later(5000) == 0

    def test_what_the_author_took_back_is_no_news(
        self, heard: Heard, approver: Staff, writer: Staff
    ) -> None:
        send_back(proposal=submitted(writer), staff=writer)
        assert later() == 0

    def test_old_news_is_not_told(self, heard: Heard, approver: Staff, writer: Staff) -> None:
        returned = submitted(writer)
        send_back(proposal=returned, staff=approver)
        Proposal.objects.update(decided_at=timezone.now() - timedelta(days=4))
        assert later() == 0


def test_a_loaded_year_waits_and_a_review_is_asked_for_later(
    heard: Heard, approver: Staff, settings: Any
) -> None:
    settings.REVIEWED_KINDS = frozenset({"incident.opened"})
    open_incident(author=make_staff())
    assert later() == 0
    assert later(241) == 2
    assert "T+1 payouts are late" in heard()[0][1]
    loader = make_staff()
    year_load(profile="domestic", year=timezone.localdate().year, by=loader)
    keys = [one.key for one in all_waiting() if one.at_once]
    assert [one.partition(" ")[0] for one in keys if not one.startswith("calendar ")] == ["year"]
    later(300)
    assert any("日历" in body for _to, body in heard())
    year_review(profile="domestic", year=timezone.localdate().year, by=approver)
    # In December next year's calendar is asked for as well.
    assert not [one for one in all_waiting() if one.at_once and one.key.startswith("year ")]
    assert CalendarYear.objects.filter(reviewed_by=approver).exists()


class TestKilled:
    """A process dies, or the mail server is away."""

    def test_between_claim_and_sending_it_is_sent_later_and_once(
        self, heard: Heard, approver: Staff
    ) -> None:
        submitted()
        [mine, _group] = _recipients(all_waiting(), all_returned(timezone.now()))
        items, attempt = _claim(mine, timezone.now())
        assert items
        later(1)
        assert people(heard()) == [ROBOT]
        later(LEASE.total_seconds() / 60 + 0.1)
        assert people(heard()) == [ONE]
        assert later(30) == 0
        assert Told.objects.get(staff=approver).attempt is None
        assert attempt

    def test_a_message_sent_again_is_the_same_attempt(self, heard: Heard, approver: Staff) -> None:
        submitted()
        [mine, _group] = _recipients(all_waiting(), [])
        _items, first = _claim(mine, timezone.now())
        _items, again = _claim(mine, timezone.now() + LEASE + timedelta(seconds=1))
        assert first == again

    def test_decided_in_between_it_is_not_sent(self, heard: Heard, approver: Staff) -> None:
        waiting = submitted()
        [mine, _group] = _recipients(all_waiting(), [])
        _claim(mine, timezone.now())
        send_back(proposal=waiting, staff=approver)
        assert later(10) == 0

    def test_a_mail_server_that_is_away_loses_nothing(
        self, heard: Heard, approver: Staff, settings: Any
    ) -> None:
        there, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
        submitted()
        later()
        assert people(heard()) == [ROBOT]
        settings.EMAIL_PORT = there
        later(3)
        assert people(heard()) == [ONE]


def test_records_of_what_no_longer_waits_are_deleted(heard: Heard, approver: Staff) -> None:
    waiting = submitted()
    later()
    told_forget(timezone.now() + timedelta(days=91))
    assert Told.objects.exists()
    send_back(proposal=waiting, staff=approver)
    told_forget(timezone.now() + timedelta(days=91))
    assert not Told.objects.exists()


def test_beat_asks_for_it() -> None:
    assert "escalation.tell_waiting" in app.conf.beat_schedule
    assert "escalation.tell_waiting" in app.tasks


def test_staff_are_asked_once_to_resolve_when_all_alerts_are_over(heard: Heard) -> None:
    make_staff(Role.AUTHOR, email=WRITER)
    make_rule(auto_publish=True, quiet_minutes=0)
    fire()
    assert later() == 0
    calm()
    assert later() == 2
    assert later(1) == 0
    said = dict(heard())
    [incident] = Incident.objects.all()
    assert people([*said.items()]) == [ROBOT, WRITER]
    assert "1 项故障待确认恢复" in said[WRITER]
    assert "1 incident to resolve?" in said[ROBOT]
    assert all(f"/console/incidents/{incident.public_id}/resolve/" in one for one in said.values())
    later(241)
    assert people(heard()) == [ROBOT, WRITER]
    fire()
    assert later(24 * 60) == 0  # it was taken back
