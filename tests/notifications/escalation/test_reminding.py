"""Staff are reminded of what they promised, each level once, until it is kept."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.utils import timezone

import notifications.escalation.tasks  # noqa: F401  -- registers them
from notifications.escalation.chain import read_chain
from notifications.escalation.models import Reminder
from notifications.escalation.services import promises_remind, reminders_forget
from statuspage.celery import app
from statuspage.incidents import promises
from statuspage.incidents.models import Incident
from statuspage.incidents.services.backfills import incident_backfill
from statuspage.incidents.services.incidents import incident_open, incident_update
from statuspage.regulator.services import duty_mark_done
from statuspage.statements.models import Statement
from statuspage.statements.services import Subject, publish, publishing, statement_withdraw
from tests.factories import make_component, make_staff, text
from tests.statuspage.notices.samples import publish as publish_notice

pytestmark = pytest.mark.django_db(transaction=True)
BOSS, CHIEF = "boss@example.com", "chief@example.com"


@pytest.fixture
def heard(provider, settings) -> Callable[[], list[tuple[str, str]]]:
    """Return what staff got since the last look: (address, text)."""
    settings.ALARM_WECOM_KEY = "0123456789-staff-robot"
    settings.ALARM_EMAILS = ["duty@example.com"]
    settings.PROMISE_ESCALATION = read_chain(f"-10:staff; 0:staff; 15:{BOSS}; 30:{CHIEF},{BOSS}")
    settings.POSTMORTEM_ESCALATION = read_chain("-1440:staff")
    settings.REGULATOR_ESCALATION = settings.DISCLOSURE_ESCALATION = []
    read: list[int] = [0]

    def listen() -> list[tuple[str, str]]:
        messages = [(one["to"], one["body"]) for one in provider.messages()]
        fresh = messages[read[0] :]
        read[0] = len(messages)
        return sorted(fresh)

    return listen


@pytest.fixture
def every_day_is_worked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A calendar without a holiday, for whatever year it is."""
    monkeypatch.setattr(
        promises, "working_day_after", lambda day, count: day + timedelta(days=count)
    )


def promised(minutes: int) -> Incident:
    """Return an open incident whose next update is due in so many minutes."""
    now = timezone.now()
    statement = incident_open(
        name=text("T+1 到账延迟", "T+1 payouts are late"),
        body=text("正在排查。", "We are looking into it."),
        components={make_component().public_id: "partial_outage"},
        next_update_by=now + timedelta(minutes=60),
        author=None,
    )
    incident = Incident.objects.get(public_id=statement.subject_id)
    Incident.objects.filter(pk=incident.pk).update(next_update_by=now + timedelta(minutes=minutes))
    incident.refresh_from_db()
    return incident


def later(minutes: float) -> int:
    """Look at what is promised, so many minutes from now."""
    return promises_remind(timezone.now() + timedelta(minutes=minutes))


def test_nobody_is_reminded_while_there_is_time(heard) -> None:
    promised(20)
    assert later(0) == 0
    assert heard() == []


def test_each_level_is_told_once_up_the_chain(heard) -> None:
    incident = promised(20)
    assert later(11) == 1
    before = heard()
    assert [to for to, _body in before] == ["0123456789-staff-robot", "duty@example.com"]
    for _to, body in before:
        assert "9 minutes: update on “T+1 payouts are late”" in body
        assert "T+1 到账延迟" in body
        assert f"{django_settings.SITE_URL}/console/incidents/{incident.public_id}/" in body
    assert later(12) == 0
    assert later(20.1) == 1
    assert len(heard()) == 2
    assert later(36) == 1
    [(who, body)] = heard()
    assert who == BOSS
    assert "Overdue by 16 minutes: update on “T+1 payouts are late”" in body
    assert later(51) == 1
    assert [to for to, _body in heard()] == [BOSS, CHIEF]
    assert later(500) == 0


def test_levels_that_were_missed_come_as_one_message_to_each(heard) -> None:
    promised(1)
    assert later(40) == 1
    assert [to for to, _body in heard()] == [
        "0123456789-staff-robot",
        BOSS,
        CHIEF,
        "duty@example.com",
    ]


def test_an_update_stops_the_chain_and_its_promise_begins_anew(heard) -> None:
    incident = promised(5)
    assert later(0) == 1
    heard()
    incident_update(
        incident=incident,
        status="identified",
        body=text("找到原因了。", "The cause is known."),
        next_update_by=timezone.now() + timedelta(minutes=60),
        author=None,
    )
    assert later(30) == 0
    assert heard() == []
    assert later(51) == 1


def test_the_end_of_the_incident_ends_the_reminders(heard) -> None:
    incident = promised(5)
    incident_update(
        incident=incident, status="resolved", body=text("已恢复。", "Restored."), author=None
    )
    assert later(60) == 0


def test_two_workers_remind_once(heard) -> None:
    promised(5)
    barrier = threading.Barrier(2)
    found: list[int] = []

    def look() -> None:
        barrier.wait()
        found.append(promises_remind())
        connection.close()

    threads = [threading.Thread(target=look) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(found) == [0, 1]
    assert len(heard()) == 2


def test_who_could_not_be_told_is_told_at_the_next_look(heard, settings) -> None:
    settings.ALARM_WECOM_KEY = ""
    settings.ALARM_EMAILS = []
    promised(5)
    assert later(0) == 0
    assert not Reminder.objects.exists()
    settings.ALARM_EMAILS = ["duty@example.com"]
    app.tasks["escalation.remind"]()
    assert [to for to, _body in heard()] == ["duty@example.com"]


def resolved(impact: str = "critical") -> Incident:
    """Return an incident that is over, and of which a postmortem is promised."""
    incident = promised(60)
    Incident.objects.filter(pk=incident.pk).update(impact=impact)
    incident.refresh_from_db()
    incident_update(
        incident=incident, status="resolved", body=text("已恢复。", "Restored."), author=None
    )
    return incident


def test_a_postmortem_is_asked_for_until_it_is_published(heard, every_day_is_worked) -> None:
    incident = resolved()
    days = timedelta(days=30)
    assert promises_remind(timezone.now()) == 0
    assert promises_remind(timezone.now() + days) == 1
    assert all("postmortem of “T+1 payouts are late”" in body for _to, body in heard())
    Reminder.objects.all().delete()
    with publishing():
        publish(
            kind="incident.postmortem",
            subject=Subject("incident", incident.public_id),
            content={"name": text("到账延迟", "Late"), "body": text("原因与改进。", "Why.")},
            author=None,
        )
    assert promises_remind(timezone.now() + days) == 0


def test_no_postmortem_is_asked_for_where_none_is_promised(heard, every_day_is_worked) -> None:
    resolved("minor")
    over = timezone.now() - timedelta(hours=1)
    incident_backfill(
        name=text("旧事", "Long ago"),
        body=text("已恢复。", "Restored."),
        components={make_component().public_id: "major_outage"},
        impact="critical",
        started_at=over - timedelta(hours=1),
        resolved_at=over,
        author=None,
    )
    assert promises_remind(timezone.now() + timedelta(days=30)) == 0


def test_old_reminders_are_forgotten(heard) -> None:
    promised(5)
    later(0)
    reminders_forget(timezone.now() + timedelta(days=89))
    assert Reminder.objects.exists()
    reminders_forget(timezone.now() + timedelta(days=91))
    assert not Reminder.objects.exists()


def test_a_report_to_the_regulator_is_reminded_of_until_it_is_marked_as_done(
    heard, settings
) -> None:
    settings.PROMISE_ESCALATION = []
    settings.REGULATOR_ESCALATION = read_chain(f"-60:{BOSS}; 0:{BOSS}")
    settings.REGULATOR_HOURS = {"first": 2}
    incident = promised(60)
    assert later(119) == 0
    assert later(185) == 1
    [(address, said)] = heard()
    assert address == BOSS
    assert "report to the regulator on “" in said
    assert f"/console/incidents/{incident.public_id}/regulator/" in said
    assert later(190) == 0
    Incident.objects.filter(pk=incident.pk).update(
        started_at=incident.started_at - timedelta(minutes=130)
    )
    incident.refresh_from_db()
    duty_mark_done(
        subject=incident,
        duty="first",
        evidence="x",
        done_at=timezone.now(),
        by=make_staff(),
    )
    assert later(500) == 0


def test_in_january_the_yearly_disclosure_is_reminded_of_until_it_is_out(heard, settings) -> None:
    settings.DISCLOSURE_ESCALATION = read_chain(f"-4320:{BOSS}; 0:{CHIEF}")
    assert promises_remind(datetime(2025, 1, 27, 12, tzinfo=UTC)) == 0
    assert promises_remind(datetime(2025, 1, 30, 12, tzinfo=UTC)) == 1
    [(address, said)] = heard()
    assert address == BOSS
    assert "Due in 28 hours: “Disclosure for 2024”" in said
    assert "/console/notices/compose/yearly_disclosure/" in said
    publish_notice("yearly_disclosure")
    assert promises_remind(datetime(2025, 2, 2, 12, tzinfo=UTC)) == 0
    heard()
    statement_withdraw(
        statement=Statement.objects.get(kind="notice.yearly_disclosure"),
        body=text("数字有误。", "A figure was wrong."),
        author=None,
    )
    assert promises_remind(datetime(2025, 2, 2, 13, tzinfo=UTC)) == 1
    assert promises_remind(datetime(2025, 4, 1, 12, tzinfo=UTC)) == 0
