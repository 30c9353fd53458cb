"""A provider that refuses many messages raises an alarm with the statement and the figures."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from notifications.delivery.alarm_texts import alarm_path
from notifications.delivery.broadcasts import count_told
from notifications.delivery.models import Alarm, Delivery
from notifications.delivery.partitions import ensure_partition
from notifications.delivery.send import send_due
from tests.factories import open_incident
from tests.notifications.delivery.rows import SMS, deliver, finished, statement
from tests.notifications.delivery.steps import broadcast
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)
BAD_NUMBER = 21211


def open_alarm() -> Alarm | None:
    """Count, and return the alarm that is open then, if any."""
    count_told()
    return Alarm.objects.filter(kind=Alarm.Kind.MANY_FAILED, over_at=None).first()


def failed_of(total: int, failed: int) -> Any:
    """Return a statement with so many messages, of which so many failed."""
    said = statement()
    for number in range(total):
        deliver(said, "failed" if number < failed else "delivered")
    return said


def test_a_provider_that_refuses_a_third(provider: Simulator, settings: Any) -> None:
    settings.ALARM_FAILED_AT_LEAST = 3
    provider.switch("refuse", fraction=0.3, code=BAD_NUMBER, seed=1)
    said = broadcast(*(f"+8613800138{number:03}" for number in range(100, 130)))
    send_due(SMS)
    failed = Delivery.objects.filter(state="failed").count()
    assert 3 <= failed < 30
    alarm = open_alarm()
    assert alarm
    assert (alarm.subject, alarm.figures) == (str(said.number), f"{failed}/30")
    assert alarm_path(alarm) == f"/console/dead-letters/?statement={said.number}"


@pytest.mark.parametrize(
    ("total", "failed", "raised"), [(20, 4, True), (20, 3, False), (50, 4, False), (4, 4, True)]
)
def test_both_the_share_and_the_number_must_be_large(
    settings: Any, total: int, failed: int, *, raised: bool
) -> None:
    settings.ALARM_FAILED_AT_LEAST, settings.ALARM_FAILED_SHARE = 4, 0.2
    failed_of(total, failed)
    assert bool(open_alarm()) is raised


def test_what_was_not_tried_yet_does_not_hide_it() -> None:
    said = failed_of(20, 12)
    for _ in range(200):
        deliver(said, "pending")
    alarm = open_alarm()
    assert alarm
    assert alarm.figures == "12/20"


def test_what_a_provider_reports_as_undelivered_has_failed() -> None:
    said = statement()
    for _ in range(12):
        deliver(said, "undelivered")
    assert open_alarm()


def test_figures_follow_and_a_retry_ends_it() -> None:
    failed_of(40, 20)
    assert open_alarm()
    Delivery.objects.filter(pk__in=Delivery.objects.filter(state="failed")[:5]).update(
        state="delivered"
    )
    alarm = open_alarm()
    assert alarm
    assert alarm.figures == "15/40"
    Delivery.objects.filter(state="failed").update(state="delivered")
    assert open_alarm() is None


def test_after_a_day_it_is_history_and_not_counted_any_more() -> None:
    said = open_incident(published_at=timezone.now() - timedelta(days=2))
    ensure_partition(said.published_at)
    for _ in range(20):
        deliver(said, "failed")
    finished(said)
    assert open_alarm()  # it was never counted
    assert open_alarm() is None
    assert Alarm.objects.get().over_told_at
