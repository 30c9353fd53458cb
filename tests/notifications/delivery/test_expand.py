"""Expanding: every address once, whatever is interrupted or repeated."""

import threading
from datetime import UTC, datetime

import pytest
from django.db import connection

from notifications.delivery import broadcasts as expanding
from notifications.delivery.broadcasts import expand
from notifications.delivery.models import Broadcast, Delivery
from notifications.delivery.partitions import ensure_partition
from tests.factories import make_address, open_incident

pytestmark = pytest.mark.django_db


@pytest.fixture
def _small_chunks(monkeypatch):
    monkeypatch.setattr(expanding, "CHUNK", 3)


def recipients(statement):
    rows = Delivery.objects.filter(statement_id=statement.number)
    return sorted(rows.values_list("address_id", flat=True))


def test_every_address_of_the_audience_gets_one_delivery():
    addresses = [make_address(language="en"), make_address("ops@example.com", channel="email")]
    make_address(topics=["notice"])
    statement = open_incident()
    expand(statement.number)
    assert recipients(statement) == sorted(one.pk for one in addresses)
    sms = Delivery.objects.get(channel="sms")
    assert (sms.state, sms.language, sms.attempts) == ("pending", "en", 0)
    assert sms.published_at == statement.published_at
    broadcast = Broadcast.objects.get()
    assert broadcast.state == "sending"
    assert broadcast.expanded_at


def test_expanding_again_changes_nothing():
    make_address()
    statement = open_incident()
    for _ in range(3):
        expand(statement.number)
    assert Delivery.objects.count() == 1


@pytest.mark.usefixtures("_small_chunks")
def test_more_than_a_chunk_is_expanded_to_the_end():
    addresses = [make_address() for _ in range(11)]
    statement = open_incident()
    expand(statement.number)
    assert recipients(statement) == [one.pk for one in addresses]


@pytest.mark.usefixtures("_small_chunks")
def test_an_interrupted_expansion_goes_on_where_it_stopped():
    addresses = [make_address() for _ in range(8)]
    statement = open_incident()
    ensure_partition(statement.published_at)
    expanding._expand_chunk(statement.number)
    assert len(recipients(statement)) == 3
    expand(statement.number)
    assert recipients(statement) == [one.pk for one in addresses]


def test_who_joins_after_publishing_is_not_told_of_it():
    early = make_address()
    statement = open_incident()
    make_address()
    expand(statement.number)
    assert recipients(statement) == [early.pk]


def test_nobody_to_tell_is_soon_done():
    statement = open_incident()
    expand(statement.number)
    assert Broadcast.objects.get().state == "sending"
    assert not Delivery.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_small_chunks")
def test_workers_that_expand_at_once_make_no_doubles():
    addresses = [make_address() for _ in range(20)]
    statement = open_incident()

    def worker():
        try:
            expand(statement.number)
        finally:
            connection.close()

    threads = [threading.Thread(target=worker) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expand(statement.number)
    assert recipients(statement) == [one.pk for one in addresses]


@pytest.mark.parametrize(
    ("moment", "name"),
    [
        (datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC), "delivery_delivery_2025_12"),
        (datetime(2026, 1, 1, tzinfo=UTC), "delivery_delivery_2026_01"),
        (datetime(2028, 2, 29, 12, tzinfo=UTC), "delivery_delivery_2028_02"),
    ],
)
def test_each_month_has_a_partition_of_its_own(moment, name):
    for _ in range(2):
        ensure_partition(moment)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO delivery_delivery (statement_id, published_at, channel, language)"
            " VALUES (1, %s, 'email', 'en') RETURNING tableoid::regclass::text",
            [moment],
        )
        assert cursor.fetchone() == (name,)


def test_the_database_refuses_a_second_delivery_of_a_statement_to_an_address():
    address = make_address()
    statement = open_incident()
    expand(statement.number)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO delivery_delivery"
            " (statement_id, published_at, address_id, channel, language)"
            " SELECT statement_id, published_at, address_id, channel, language"
            " FROM delivery_delivery WHERE address_id = %s ON CONFLICT DO NOTHING",
            [address.pk],
        )
        assert cursor.rowcount == 0
