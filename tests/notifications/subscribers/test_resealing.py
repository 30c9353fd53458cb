"""A new key, while merchants subscribe and messages go out."""

import base64
import threading
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from notifications.subscribers.crypto import decrypt, sealed_by_newest
from notifications.subscribers.models import Address
from notifications.subscribers.services.addresses import addresses_reseal, webhook_add
from tests.factories import make_address

OLD = "old:" + base64.b64encode(b"o" * 32).decode()
NEW = "new:" + base64.b64encode(b"n" * 32).decode()


@pytest.fixture
def rotated(settings, db):
    """Five numbers and a webhook under the old key; then a new one comes in front of it."""
    settings.ADDRESS_KEYS = OLD
    addresses = [make_address() for _ in range(5)]
    hook, secret = webhook_add(url="https://hooks.example.com/a", language="en")
    clear = {one.pk: decrypt(one.sealed, one.kind) for one in [*addresses, hook]}
    settings.ADDRESS_KEYS = f"{NEW},{OLD}"
    return clear, hook, secret


def test_everything_is_sealed_anew_and_reads_the_same(rotated, settings):
    clear, hook, secret = rotated
    assert addresses_reseal() == 6
    settings.ADDRESS_KEYS = NEW  # the old key is gone for good
    found = {one.pk: decrypt(one.sealed, one.kind) for one in Address.objects.all()}
    assert found == clear
    hook.refresh_from_db()
    assert decrypt(hook.sealed_secret, hook.kind) == secret


def test_a_second_time_there_is_nothing_to_do(rotated):
    addresses_reseal()
    before = [*Address.objects.order_by("pk").values_list("sealed", flat=True)]
    assert addresses_reseal() == 0
    assert [*Address.objects.order_by("pk").values_list("sealed", flat=True)] == before


def test_who_is_found_by_number_is_found_still(rotated):
    index = Address.objects.order_by("pk").values_list("blind_index", flat=True)
    before = [*index]
    addresses_reseal()
    assert [*index.all()] == before


def test_a_key_that_was_taken_away_too_early_is_named(rotated, settings):
    settings.ADDRESS_KEYS = NEW
    with pytest.raises(CommandError, match="ADDRESS_KEYS"):
        call_command("reseal")


def test_the_command_says_how_many(rotated):
    said = StringIO()
    call_command("reseal", stdout=said)
    assert said.getvalue() == "6 addresses and texts are sealed with the newest key\n"


@pytest.mark.django_db(transaction=True)
def test_merchants_subscribe_and_leave_meanwhile(settings):
    settings.ADDRESS_KEYS = OLD
    for _ in range(40):
        make_address()
    settings.ADDRESS_KEYS = f"{NEW},{OLD}"
    busy = threading.Event()

    def come_and_go():
        try:
            while not busy.is_set():
                make_address()
                Address.objects.order_by("pk").first().delete()
        finally:
            connection.close()

    merchants = threading.Thread(target=come_and_go)
    merchants.start()
    try:
        addresses_reseal()
    finally:
        busy.set()
        merchants.join()
    assert all(sealed_by_newest(one.sealed) for one in Address.objects.all())
    assert all(decrypt(one.sealed, one.kind) for one in Address.objects.all())
