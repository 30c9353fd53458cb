"""A queue from which nothing is taken is at a halt; one that is only long is not."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from notifications.delivery.claim import claim
from notifications.delivery.models import Alarm, Broadcast, Delivery, Movement
from notifications.delivery.movement import movements_note, stuck_queues
from tests.notifications.delivery.rows import SMS, deliver, statement

pytestmark = pytest.mark.django_db(transaction=True)
BROADCAST, CHANNEL = Alarm.Kind.BROADCAST_STUCK, Alarm.Kind.CHANNEL_STUCK


@pytest.fixture
def said() -> Any:
    """Return a statement whose recipients have been found."""
    found = statement()
    Broadcast.objects.update(state="sending")
    return found


def stuck(after_seconds: int = 121) -> list[tuple[str, str]]:
    """Return what stands still when so much time has passed since the last look."""
    movements_note()
    Movement.objects.update(moved_at=F("moved_at") - timedelta(seconds=after_seconds))
    movements_note()
    return [(one.kind, one.subject) for one in stuck_queues()]


def test_a_broadcast_of_which_nobody_finds_the_recipients() -> None:
    number = statement().number
    assert not Delivery.objects.exists()
    assert stuck() == [(BROADCAST, str(number))]


def test_it_is_not_at_a_halt_before_the_time_is_up() -> None:
    statement()
    assert stuck(60) == []


def test_one_whose_recipients_are_being_found_moves() -> None:
    statement()
    stuck()
    Broadcast.objects.update(cursor=20_000)
    movements_note()
    assert stuck_queues() == []


def test_one_that_is_expanded_is_no_queue_any_more() -> None:
    statement()
    stuck()
    Broadcast.objects.update(state="sending")
    movements_note()
    assert not Movement.objects.exists()


def test_a_channel_from_which_nothing_is_taken(said: Any) -> None:
    deliver(said, "pending")
    deliver(said, "pending", channel="email")
    assert stuck() == [(CHANNEL, "email"), (CHANNEL, SMS)]


def test_a_channel_that_is_slow_moves(said: Any) -> None:
    for _ in range(3):
        deliver(said, "pending")
    stuck()
    claim(SMS, 1, SMS)
    movements_note()
    assert stuck_queues() == []


def test_what_waits_for_the_morning_is_no_queue(said: Any) -> None:
    deliver(said, "pending", due_at=timezone.now() + timedelta(hours=8))
    assert stuck() == []


@pytest.mark.parametrize("state", ["sending", "unknown"])
def test_what_nobody_takes_up_after_a_worker_died(said: Any, state: str) -> None:
    long_ago = timezone.now() - timedelta(hours=1)
    deliver(said, state, lease_until=long_ago, due_at=long_ago)
    assert stuck() == [(CHANNEL, SMS)]


def test_what_a_worker_holds_or_people_decide_is_no_queue(said: Any) -> None:
    deliver(said, "sending", lease_until=timezone.now() + timedelta(minutes=1))
    deliver(said, "unknown")
    assert stuck() == []


def test_a_message_that_comes_back_to_the_front_has_moved(said: Any) -> None:
    deliver(said, "pending")
    stuck()
    Delivery.objects.update(fence=F("fence") + 1, due_at=Now())
    movements_note()
    assert stuck_queues() == []
