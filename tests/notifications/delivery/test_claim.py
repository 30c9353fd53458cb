"""Claiming: one worker at a time, fenced, and never for an address that said stop."""

import threading
from datetime import timedelta

import pytest
from django.contrib.postgres.functions import TransactionNow
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from notifications.delivery.broadcasts import expand
from notifications.delivery.claim import claim, expire_leases, renew
from notifications.delivery.models import Delivery
from notifications.subscribers.crypto import decrypt
from notifications.subscribers.models import Address
from tests.factories import make_address, open_incident

pytestmark = pytest.mark.django_db
SMS = "sms"


def broadcast_to(count):
    addresses = [make_address() for _ in range(count)]
    expand(open_incident().number)
    return addresses


def test_a_claim_holds_the_delivery_under_a_lease_and_a_fence():
    (address,) = broadcast_to(1)
    (claimed,), taken = claim(SMS, 10)
    row = Delivery.objects.get()
    assert taken == 1
    assert (row.state, row.attempts, row.fence) == ("sending", 1, 1)
    assert row.lease_until - row.first_tried_at == timedelta(seconds=60)
    assert (claimed.id, claimed.fence, claimed.attempt_id) == (row.pk, 1, row.attempt_id)
    assert claimed.first_tried_at == row.first_tried_at
    assert decrypt(claimed.sealed, claimed.kind).startswith("+86138")
    assert claimed.address_id == address.pk


def test_what_is_claimed_cannot_be_claimed_again():
    broadcast_to(3)
    assert len(claim(SMS, 2)[0]) == 2
    assert len(claim(SMS, 2)[0]) == 1
    assert claim(SMS, 2) == ([], 0)


def test_another_channel_and_a_later_hour_are_left_alone():
    broadcast_to(1)
    assert claim("email", 10) == ([], 0)
    Delivery.objects.update(due_at=timezone.now() + timedelta(minutes=1))
    assert claim(SMS, 10) == ([], 0)


@pytest.mark.parametrize(
    "change",
    [
        lambda address: Address.objects.filter(pk=address.pk).update(suppressed_at=timezone.now()),
        lambda address: Address.objects.filter(pk=address.pk).update(confirmed_at=None),
        lambda address: Address.objects.filter(pk=address.pk).delete(),
    ],
    ids=["suppressed", "unconfirmed", "erased"],
)
def test_who_said_stop_after_the_expansion_is_not_written_to(change):
    stopped, other = broadcast_to(2)
    change(stopped)
    claimed, taken = claim(SMS, 10)
    assert [one.address_id for one in claimed] == [other.pk]
    assert taken == 2
    held_back = Delivery.objects.get(address_id=stopped.pk)
    assert (held_back.state, held_back.attempts) == ("suppressed", 0)
    assert held_back.settled_at


@pytest.mark.django_db(transaction=True)
def test_ten_workers_never_claim_the_same_delivery():
    broadcast_to(60)
    claimed: list[int] = []

    def worker():
        try:
            while batch := claim(SMS, 4)[0]:
                claimed.extend(one.id for one in batch)
        finally:
            connection.close()

    threads = [threading.Thread(target=worker) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(claimed) == len(set(claimed)) == 60


def test_an_expired_lease_becomes_unknown_and_is_not_sent_again():
    broadcast_to(1)
    claim(SMS, 1)
    assert expire_leases() == 0
    # By the clock of the test's transaction, which stands still.
    Delivery.objects.update(lease_until=TransactionNow() - timedelta(seconds=1))
    assert expire_leases() == 1
    row = Delivery.objects.get()
    assert (row.state, row.reason, row.fence) == ("unknown", "timeout", 2)
    assert row.due_at > timezone.now()
    assert claim(SMS, 1) == ([], 0)


def test_renewing_extends_only_what_is_still_held():
    broadcast_to(2)
    claimed, _ = claim(SMS, 2)
    Delivery.objects.update(lease_until=timezone.now())
    Delivery.objects.filter(pk=claimed[1].id).update(fence=9)
    renew(claimed)
    leases = dict(Delivery.objects.values_list("pk", "lease_until"))
    assert leases[claimed[0].id] > timezone.now() + timedelta(seconds=30)
    assert leases[claimed[1].id] <= timezone.now()


@override_settings(DELIVERY_LEASE_SECONDS=5)
def test_the_lease_is_as_long_as_the_setting_says():
    broadcast_to(1)
    claim(SMS, 1)
    assert Delivery.objects.get().lease_until < timezone.now() + timedelta(seconds=6)
