"""Batches that follow each other: claimed while the one before is still under way."""

import math
from typing import Any

import pytest

from notifications.channels import medium
from notifications.delivery import send
from notifications.delivery.models import Delivery
from notifications.delivery.send import send_batch
from tests.notifications.delivery.steps import SMS, broadcast, on_the_phone

pytestmark = pytest.mark.django_db(transaction=True)
NUMBERS = [f"+86138001382{number:02}" for number in range(23)]


@pytest.fixture(autouse=True)
def small_batches(settings, provider):
    settings.DELIVERY_BATCH = 8


@pytest.fixture
def claims(monkeypatch) -> list[int]:
    """Return how many deliveries were being sent just before each claim."""
    seen: list[int] = []
    real = send.claim

    def counting(*arguments: Any, **named: Any) -> Any:
        seen.append(Delivery.objects.filter(state="sending").count())
        return real(*arguments, **named)

    monkeypatch.setattr(send, "claim", counting)
    return seen


def test_the_next_batch_is_claimed_before_the_last_messages_have_their_answer(provider, claims):
    broadcast(*NUMBERS)
    assert send_batch(medium(SMS), until=math.inf) == len(NUMBERS)
    assert claims[0] == 0
    assert len(claims) == 3
    assert all(claims[1:])
    assert all(len(on_the_phone(provider, number)) == 1 for number in NUMBERS)
    assert {one.state for one in Delivery.objects.all()} == {"sent"}


def test_none_follows_when_the_time_is_over(provider, claims):
    broadcast(*NUMBERS)
    assert send_batch(medium(SMS)) == 8
    assert len(claims) == 1


def test_none_follows_what_the_provider_does_not_answer(provider, settings, claims):
    settings.DELIVERY_BATCH = 30
    settings.SMS_PROVIDERS = ["twilio"]
    settings.TWILIO_BASE_URL = "http://127.0.0.1:1"
    broadcast(*NUMBERS, *(f"+86138001383{number:02}" for number in range(20)))
    assert send_batch(medium(SMS), until=math.inf) == 30
    assert len(claims) == 1


def test_what_prevents_the_next_batch_stops_nothing_under_way(provider, monkeypatch):
    broadcast(*NUMBERS)
    real, calls = send.claim, []

    def failing(*arguments: Any, **named: Any) -> Any:
        calls.append(arguments)
        if len(calls) == 2:
            raise RuntimeError("broken")
        return real(*arguments, **named)

    monkeypatch.setattr(send, "claim", failing)
    assert send_batch(medium(SMS), until=math.inf) == 8
    assert Delivery.objects.filter(state="sent").count() == 8
    assert send_batch(medium(SMS), until=math.inf) == len(NUMBERS) - 8
    assert all(len(on_the_phone(provider, number)) == 1 for number in NUMBERS)
