"""What a process holds: only for as long as its lease, and its results until they are written."""

import asyncio
import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from notifications.channels import medium
from notifications.channels.outcomes import Accepted
from notifications.delivery import loop
from notifications.delivery.broadcasts import expand
from notifications.delivery.claim import Claimed, claim, expire_leases, lock
from notifications.delivery.models import Broadcast, Delivery
from notifications.delivery.resolve import NEVER, finish_broadcasts, resolve_unknown
from notifications.delivery.results import ClaimLease
from notifications.delivery.send import send_batch
from notifications.subscribers.models import Address
from tests.factories import make_address, open_incident
from tests.product import eventually

pytestmark = pytest.mark.django_db(transaction=True)
SMS = "sms"


def holding_of(count: int, *, began_seconds_ago: float = 0.0) -> tuple[ClaimLease, list[Claimed]]:
    """Claim so many deliveries, and return their lease as if that were so long ago."""
    for _ in range(count):
        make_address()
    expand(open_incident().number)
    claimed, _ = claim(SMS, count)
    lease = ClaimLease(medium(SMS).leading())
    lease.add(claimed, time.monotonic() - began_seconds_ago)
    return lease, claimed


def test_a_claim_is_ours_until_its_lease_has_run(settings) -> None:
    settings.DELIVERY_LEASE_SECONDS = 60
    assert holding_of(1, began_seconds_ago=59)[0].ours()
    assert not holding_of(1, began_seconds_ago=61)[0].ours()


def test_a_later_claim_makes_an_earlier_one_no_younger(settings) -> None:
    settings.DELIVERY_LEASE_SECONDS = 60
    lease, _claimed = holding_of(1, began_seconds_ago=61)
    lease.add(holding_of(1)[1], time.monotonic())
    assert not lease.ours()


def test_leases_are_renewed_while_results_come(settings) -> None:
    settings.DELIVERY_LEASE_SECONDS = 60
    lease, claimed = holding_of(2, began_seconds_ago=30)
    Delivery.objects.update(lease_until=timezone.now() + timedelta(seconds=30))
    lease.settle(claimed[0].id, Accepted("SM1"))
    renewed = Delivery.objects.get(pk=claimed[1].id)
    assert renewed.lease_until > timezone.now() + timedelta(seconds=50)


def test_a_lease_that_has_run_out_is_never_renewed(settings) -> None:
    settings.DELIVERY_LEASE_SECONDS = 60
    lease, claimed = holding_of(2, began_seconds_ago=61)
    Delivery.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    lease.settle(claimed[0].id, Accepted("SM1"))
    assert not lease.ours()
    assert Delivery.objects.filter(lease_until__lt=timezone.now()).count() == 2


def test_results_wait_for_a_database_that_has_broken_the_connection() -> None:
    lease, claimed = holding_of(3)
    for number, one in enumerate(claimed):
        lease.settle(one.id, Accepted(f"SM{number}"))
    connection.connection.close()  # as after a restart: Django still believes in it
    lease.write_all()
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}
    assert set(Delivery.objects.values_list("provider_id", flat=True)) == {"SM0", "SM1", "SM2"}


def test_results_wait_for_a_database_that_takes_no_writes() -> None:
    lease, claimed = holding_of(1)
    lease.settle(claimed[0].id, Accepted("SM0"))
    with connection.cursor() as cursor:  # as after its primary has become a standby
        cursor.execute("SET default_transaction_read_only = on")
    lease.write_all()
    assert Delivery.objects.get().state == "sent"


def test_a_message_whose_lease_has_run_out_is_not_sent(provider, settings, monkeypatch) -> None:
    make_address()
    expand(open_incident().number)
    monkeypatch.setattr(ClaimLease, "ours", lambda self: False)
    send_batch(medium(SMS))
    assert provider.messages() == []
    assert Delivery.objects.get().state in {"pending", "sending"}


def test_an_address_that_cannot_be_read_does_not_stop_its_batch(provider) -> None:
    broken, whole = make_address(), make_address("+8613800138000")
    Address.objects.filter(pk=broken.pk).update(sealed=b"nonsense")
    expand(open_incident().number)
    send_batch(medium(SMS))
    assert [one["to"] for one in provider.messages()] == ["+8613800138000"]
    assert Delivery.objects.get(address=whole).state == "sent"
    assert Delivery.objects.get(address=broken).state == "pending"


def test_a_lease_is_not_ended_under_the_hands_of_who_is_writing() -> None:
    _lease, claimed = holding_of(1)
    Delivery.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    row = Delivery.objects.get()
    ended: list[int] = []

    def sweep() -> None:
        ended.append(expire_leases())
        connection.close()

    with transaction.atomic():
        lock([(row.pk, row.published_at)])
        other = threading.Thread(target=sweep)
        other.start()
        other.join()
    assert ended == [0]
    assert claimed[0].fence == Delivery.objects.get().fence


@pytest.mark.parametrize(
    ("state", "due", "finished"),
    [
        ("pending", timezone.now, False),
        ("sending", timezone.now, False),
        ("unknown", timezone.now, False),
        ("unknown", lambda: NEVER, True),
        ("sent", timezone.now, True),
    ],
)
def test_a_broadcast_is_finished_when_nothing_more_will_happen(state, due, finished) -> None:
    make_address()
    expand(open_incident().number)
    Delivery.objects.update(state=state, due_at=due())
    finish_broadcasts()
    assert (Broadcast.objects.get().state == "finished") is finished


def test_what_is_unknown_of_an_erased_address_is_left_to_people() -> None:
    address = make_address()
    expand(open_incident().number)
    claim(SMS, 1)
    Delivery.objects.update(state="unknown", due_at=timezone.now())
    Address.objects.filter(pk=address.pk).delete()
    assert resolve_unknown() == 1
    assert Delivery.objects.get().due_at == NEVER


def test_a_provider_that_does_not_answer_a_look_is_asked_again(provider, settings) -> None:
    make_address()
    expand(open_incident().number)
    claim(SMS, 1)
    Delivery.objects.update(state="unknown", due_at=timezone.now())
    settings.TWILIO_BASE_URL = "http://127.0.0.1:1"
    resolve_unknown()
    row = Delivery.objects.get()
    assert (row.state, row.looks) == ("unknown", 0)
    assert timezone.now() < row.due_at < timezone.now() + timedelta(hours=1)


def test_who_stops_reading_stops_the_stream() -> None:
    made: list[int] = []
    ended = threading.Event()

    async def numbers():
        try:
            for number in range(10**9):
                made.append(number)
                yield number
                await asyncio.sleep(0.001)
        finally:
            ended.set()

    stream = loop.stream(numbers())
    next(stream)
    stream.close()
    assert eventually(ended.is_set, bool)
