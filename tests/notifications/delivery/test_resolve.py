"""What may or may not have gone out: found out first, never blindly repeated."""

from datetime import timedelta

import pytest
from django.utils import timezone

from notifications.delivery.broadcasts import expand
from notifications.delivery.claim import claim
from notifications.delivery.models import Delivery
from notifications.delivery.receipts import receipts_apply
from notifications.delivery.resolve import resolve_unknown, sweep
from notifications.delivery.send import send_due
from notifications.delivery.states import NEVER
from tests.factories import make_address, open_incident
from tests.notifications.delivery.steps import PHONE, SMS, broadcast, due_now, on_the_phone, row
from tests.product import eventually

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("fault", ["error_after", "drop_after", "error_before", "drop_before"])
def test_what_may_have_gone_out_is_unknown_and_not_repeated(provider, fault):
    provider.switch(fault, count=1)
    broadcast()
    send_due(SMS)
    send_due(SMS)
    assert row().state == "unknown"
    assert len(on_the_phone(provider)) == (1 if fault.endswith("after") else 0)


def test_an_unknown_message_that_is_there_is_found(provider):
    provider.switch("drop_after", count=1)
    broadcast()
    send_due(SMS)
    due_now()
    assert resolve_unknown() == 1
    assert (row().state, row().provider_id) == ("sent", provider.messages(to=PHONE)[0]["sid"])
    assert len(on_the_phone(provider)) == 1


def test_an_unknown_message_is_sent_again_only_after_two_looks(provider):
    provider.switch("drop_before", count=1)
    broadcast()
    send_due(SMS)
    due_now()
    resolve_unknown()
    first = row()
    assert (first.state, first.looks) == ("unknown", 1)
    assert first.due_at > timezone.now() + timedelta(seconds=20)
    due_now()
    resolve_unknown()
    assert row().state == "pending"
    send_due(SMS)
    assert (row().state, row().attempts) == ("sent", 2)
    assert len(on_the_phone(provider)) == 1


def test_a_receipt_adopts_what_was_unknown(provider, called_back):
    provider.switch("drop_after", count=1)
    broadcast()
    send_due(SMS)
    assert row().state in {"unknown", "delivered"}

    def state():
        receipts_apply()
        return row().state

    assert eventually(state, lambda found: found == "delivered") == "delivered"
    assert row().provider_id.startswith("SM")


def test_a_look_that_the_provider_does_not_answer_is_repeated(provider, settings):
    provider.switch("drop_after", count=1)
    broadcast()
    send_due(SMS)
    settings.TWILIO_BASE_URL = "http://127.0.0.1:1"
    due_now()
    resolve_unknown()
    assert row().state == "unknown"
    settings.TWILIO_BASE_URL = provider.url


def test_the_sweep_ends_a_vanished_workers_lease(provider):
    broadcast()
    claim(SMS, 1)
    Delivery.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    sweep()
    assert row().state == "unknown"


def test_a_vanished_workers_webhook_is_repeated_because_its_receiver_recognises_it(provider):
    make_address(f"{provider.url}/webhook-sink/agent", channel="webhook")
    expand(open_incident().number)
    claim("webhook", 1)
    Delivery.objects.update(state="unknown", due_at=timezone.now())
    assert resolve_unknown() == 1
    assert Delivery.objects.get().state == "pending"


@pytest.mark.parametrize(
    ("channel", "clear"), [("robot", "robot-key-0001"), ("email", "ops@example.com")]
)
def test_what_nobody_can_tell_waits_for_people(provider, channel, clear):
    make_address(clear, channel=channel)
    expand(open_incident().number)
    claim(channel, 1)
    Delivery.objects.update(state="unknown", due_at=timezone.now())
    resolve_unknown()
    review = Delivery.objects.get()
    assert review.state == "unknown"
    assert review.due_at > timezone.now() + timedelta(days=1000)
    assert resolve_unknown() == 0


def test_a_provider_that_cannot_be_asked_any_more_is_asked_with_an_end(provider, settings):
    """As where it was switched off while an answer of it was awaited."""
    provider.switch("drop_after", count=1)
    broadcast()
    send_due(SMS)
    settings.TWILIO_AUTH_TOKEN = ""
    due_now()
    resolve_unknown()
    assert row().due_at < timezone.now() + timedelta(days=1)
    hours = settings.DELIVERY_GIVE_UP_HOURS + 1
    Delivery.objects.update(first_tried_at=timezone.now() - timedelta(hours=hours))
    due_now()
    resolve_unknown()
    assert row().state == "unknown"
    assert row().due_at == NEVER
    assert not provider.messages(to=PHONE)[1:]


def test_one_whose_provider_is_gone_is_left_to_people_and_holds_up_no_other(provider):
    provider.switch("drop_after", count=2)
    broadcast(PHONE, "+8613800138002")
    send_due(SMS)
    Delivery.objects.filter(pk=row().pk).update(provider="gone")
    due_now()
    resolve_unknown()
    assert (row().state, row().due_at) == ("unknown", NEVER)
    assert row("+8613800138002").state == "sent"
