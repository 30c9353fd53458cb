"""Old months fold into counts, and nothing else does."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from notifications.delivery.broadcasts import expand
from notifications.delivery.models import Broadcast, Delivery, DeliveryCount, Receipt
from notifications.delivery.partitions import (
    Partition,
    deliveries_fold,
    ensure_partition,
    partitions,
)
from tests.factories import make_address, open_incident

pytestmark = pytest.mark.django_db(transaction=True)  # detaching needs one of its own
LONG_AGO = datetime(2024, 1, 15, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _keep(settings, transactional_db):
    """Begin without the old months that other tests have left."""
    settings.DELIVERY_KEEP_DAYS = 400
    deliveries_fold()


def told(published_at, *states):
    for _ in states:
        make_address()
    statement = open_incident(published_at=published_at)
    expand(statement.number)
    for delivery, (state, after) in zip(
        Delivery.objects.filter(statement_id=statement.number), states, strict=False
    ):
        sent_at = after if after is None else published_at + timedelta(seconds=after)
        Delivery.objects.filter(pk=delivery.pk).update(state=state, sent_at=sent_at, segments=2)
    return statement


def test_an_old_month_becomes_counts_and_its_rows_are_gone():
    delivered = [("delivered", seconds) for seconds in (30, 200, 900)]
    old = told(LONG_AGO, *delivered, ("failed", None))
    assert deliveries_fold() == ["delivery_delivery_2024_01"]
    assert not Delivery.objects.filter(statement_id=old.number).exists()
    delivered = DeliveryCount.objects.get(state="delivered")
    assert (delivered.broadcast_id, delivered.channel) == (old.number, "sms")
    assert (delivered.count, delivered.segments) == (3, 6)
    assert (delivered.within_one_minute, delivered.within_five_minutes) == (1, 2)
    assert DeliveryCount.objects.get(state="failed").count == 1
    assert Broadcast.objects.filter(pk=old.number).exists()


def test_what_is_not_old_enough_stays():
    recent = told(timezone.now() - timedelta(days=300), ("delivered", 1))
    assert deliveries_fold() == []
    assert Delivery.objects.filter(statement_id=recent.number).count() == 1


def test_a_month_goes_only_when_its_last_day_is_old_enough():
    told(LONG_AGO, ("delivered", 1))
    assert deliveries_fold(now=datetime(2025, 3, 6, tzinfo=UTC)) == []
    assert deliveries_fold(now=datetime(2025, 3, 8, tzinfo=UTC)) == ["delivery_delivery_2024_01"]


def test_folding_twice_counts_once():
    told(LONG_AGO, ("delivered", 1))
    deliveries_fold()
    assert deliveries_fold() == []
    assert DeliveryCount.objects.get().count == 1


def test_old_receipts_go_with_them():
    for key, age in (("old", 500), ("new", 1)):
        Receipt.objects.create(channel="sms", key=key, provider_id=key, state="sent")
        received = timezone.now() - timedelta(days=age)
        Receipt.objects.filter(key=key).update(received_at=received)
    deliveries_fold()
    assert [one.key for one in Receipt.objects.all()] == ["new"]


def test_partitions_are_months_in_utc():
    ensure_partition(datetime.fromisoformat("2024-01-01T07:59:00+08:00"))
    assert Partition(datetime(2023, 12, 1, tzinfo=UTC)) in partitions()
    december = Partition(datetime(2023, 12, 1, tzinfo=UTC))
    assert (december.name, december.until) == (
        "delivery_delivery_2023_12",
        datetime(2024, 1, 1, tzinfo=UTC),
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [december.name])
        assert cursor.fetchone() == (True,)
