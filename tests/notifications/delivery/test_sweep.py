"""The sweep: finds what lost tasks left, closes what is done, and asks for nothing needless."""

from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from notifications.channels.outcomes import ProviderReceipt, ReceiptState
from notifications.delivery.broadcasts import expand
from notifications.delivery.claim import claim
from notifications.delivery.models import Broadcast, Delivery
from notifications.delivery.receipts import receipts_apply, receipts_store
from notifications.delivery.resolve import sweep
from notifications.delivery.selectors import deliveries_of, progress_by_channel, recent_broadcasts
from tests.factories import make_address, open_incident

pytestmark = pytest.mark.django_db
SMS = "sms"


def progress(number):
    """Add up the states of every channel, and the total."""
    counts = Counter()
    for states in progress_by_channel(number).values():
        counts.update(states)
    return {**counts, "total": counts.total()}


def state():
    return Broadcast.objects.get().state


def test_nothing_to_do_asks_for_nothing(asked):
    sweep()
    assert asked() == []


def test_a_broadcast_whose_task_was_lost_is_expanded(asked):
    make_address()
    statement = open_incident()
    asked()
    sweep()
    assert ("delivery.expand", statement.number) in asked()


def test_due_deliveries_are_sent_and_later_ones_left(asked):
    make_address()
    make_address("ops@example.com", channel="email")
    expand(open_incident().number)
    Delivery.objects.filter(channel="email").update(due_at=timezone.now() + timedelta(hours=1))
    asked()
    sweep()
    sends = [task for task in asked() if task[0] == "delivery.send"]
    assert sends == [("delivery.send", SMS)]


def test_stored_receipts_are_applied(asked):
    receipts_store(
        "twilio", [ProviderReceipt(key="k", state=ReceiptState.DELIVERED, provider_id="SM1")]
    )
    asked()
    sweep()
    assert ("delivery.apply_receipts",) in asked()


def test_a_broadcast_is_open_while_anything_waits_or_is_on_its_way():
    make_address()
    statement = open_incident()
    assert state() == "expanding"
    expand(statement.number)
    for busy in ("pending", "sending"):
        Delivery.objects.update(
            state=busy, lease_until=timezone.now() + timedelta(minutes=1), due_at=timezone.now()
        )
        sweep()
        assert state() == "sending"


@pytest.mark.parametrize(
    "final", ["sent", "delivered", "undelivered", "failed", "suppressed", "superseded"]
)
def test_a_broadcast_is_finished_when_everything_is_out_of_our_hands(final):
    make_address()
    expand(open_incident().number)
    Delivery.objects.update(state=final)
    sweep()
    finished = Broadcast.objects.get()
    assert finished.state == "finished"
    assert finished.finished_at


def test_a_broadcast_to_nobody_is_finished():
    expand(open_incident().number)
    sweep()
    assert state() == "finished"


def test_a_finished_broadcast_keeps_its_time():
    expand(open_incident().number)
    sweep()
    finished_at = Broadcast.objects.get().finished_at
    sweep()
    assert Broadcast.objects.get().finished_at == finished_at


def test_progress_counts_every_state_by_channel():
    for _ in range(5):
        make_address()
    make_address("ops@example.com", channel="email")
    statement = open_incident()
    expand(statement.number)
    claim(SMS, 2)
    by_channel = progress_by_channel(statement.number)
    assert by_channel[SMS]["sending"] == 2
    assert by_channel["email"]["pending"] == 1
    assert sum(sum(states.values()) for states in by_channel.values()) == 6
    assert progress_by_channel(999) == {}


def test_progress_moves_with_receipts():
    make_address()
    statement = open_incident()
    expand(statement.number)
    claim(SMS, 1)
    Delivery.objects.update(state="sent", provider_id="SM1")
    receipts_store(
        "twilio", [ProviderReceipt(key="k", state=ReceiptState.DELIVERED, provider_id="SM1")]
    )
    assert progress_by_channel(statement.number)[SMS]["sent"] == 1
    receipts_apply()
    assert progress_by_channel(statement.number)[SMS]["delivered"] == 1


def test_deliveries_are_listed_with_their_masked_address(django_assert_num_queries):
    address = make_address("+8613800138001")
    statement = open_incident()
    expand(statement.number)
    with django_assert_num_queries(1):
        (one,) = deliveries_of(statement.number)
        assert one.address.masked == "138****8001"
    address.delete()
    (left,) = deliveries_of(statement.number)
    assert left.address is None
    assert str(left) == f"#{statement.number} sms pending"


def test_the_newest_broadcasts_come_first():
    statements = [open_incident() for _ in range(3)]
    found = [one.pk for one in recent_broadcasts(2)]
    assert found == [statements[2].number, statements[1].number]
