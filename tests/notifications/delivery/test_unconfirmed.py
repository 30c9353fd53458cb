"""Receipts that never came: the provider is asked, and what it cannot tell is unconfirmed."""

from datetime import timedelta

import pytest
from django.utils import timezone

from notifications.channels import medium
from notifications.delivery import providers
from notifications.delivery.broadcasts import count_told, told_of
from notifications.delivery.metrics import DeliveryCollector
from notifications.delivery.models import Broadcast, Delivery, Receipt
from notifications.delivery.receipts import receipts_apply
from notifications.delivery.resolve import finish_broadcasts
from notifications.delivery.selectors import progress_by_channel
from notifications.delivery.send import send_due
from notifications.delivery.unconfirmed import receipts_ask
from tests.factories import make_address
from tests.notifications.delivery.rows import deliver, finished, statement
from tests.notifications.delivery.steps import SMS, broadcast, row

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)


@pytest.fixture
def said(provider):
    """A broadcast by SMS whose receipts all went missing, half a day ago."""
    provider.switch("receipts_never")
    said = broadcast()
    send_due(SMS)
    provider.wait_for(lambda rows: all(one["status"] == "delivered" for one in rows))
    finish_broadcasts()
    Delivery.objects.update(sent_at=timezone.now() - timedelta(hours=13))
    return said


def ask(provider, monkeypatch):
    """Ask, of messages that Twilio sent just now and we long ago."""
    monkeypatch.setattr("notifications.channels.sms.twilio.QUEUED_FOR", DAY)
    receipts_ask()
    receipts_apply()


def test_a_receipt_that_never_came_is_asked_for(said, provider, monkeypatch):
    ask(provider, monkeypatch)
    assert row().state == "delivered"
    assert row().settled_at


def test_one_that_failed_there_has_failed_here(provider, monkeypatch):
    provider.switch("outcome", status="undelivered", code=30006, count=1)
    provider.switch("receipts_never")
    broadcast()
    send_due(SMS)
    provider.wait_for(lambda rows: rows[0]["status"] == "undelivered")
    Delivery.objects.update(sent_at=timezone.now() - timedelta(hours=13))
    ask(provider, monkeypatch)
    assert (row().state, row().code) == ("undelivered", "30006")
    # No such number: a doubt at first, see test_doubts.py.
    assert row().address.doubted_on


def test_what_the_provider_does_not_know_is_unconfirmed_and_no_failure(said, provider, monkeypatch):
    provider.control("POST", "reset")
    ask(provider, monkeypatch)
    assert row().state == "unconfirmed"
    assert Broadcast.objects.get().state == "finished"
    assert Broadcast.objects.get().receipts_due_at is None
    assert progress_by_channel(1)[SMS]["unconfirmed"] == 1
    [shown] = [one for one in DeliveryCollector().collect() if one.name.endswith("_unconfirmed")]
    assert [(one.labels, one.value) for one in shown.samples] == [({"channel": SMS}, 1.0)]
    count_told()
    assert told_of([1])


def test_a_late_receipt_moves_an_unconfirmed_one_on(said, provider, monkeypatch):
    sid = row().provider_id
    provider.control("POST", "reset")
    ask(provider, monkeypatch)
    Receipt.objects.create(
        channel="twilio", key=f"{sid}:delivered", provider_id=sid, state="delivered"
    )
    receipts_apply()
    assert row().state == "delivered"


def test_what_was_sent_a_moment_ago_is_not_asked_for(said, provider, monkeypatch):
    Delivery.objects.update(sent_at=timezone.now())
    ask(provider, monkeypatch)
    assert row().state == "sent"
    assert Broadcast.objects.get().receipts_due_at > timezone.now() + timedelta(hours=2)


def test_a_provider_that_does_not_answer_is_asked_again_and_given_up_in_the_end(
    said, provider, monkeypatch, settings
):
    settings.TWILIO_BASE_URL = "http://127.0.0.1:1"
    ask(provider, monkeypatch)
    assert row().state == "sent"
    Delivery.objects.update(sent_at=timezone.now() - 3 * DAY)
    Broadcast.objects.update(receipts_due_at=timezone.now())
    ask(provider, monkeypatch)
    assert row().state == "unconfirmed"


def test_a_channel_whose_provider_sends_no_receipts_stays_sent(provider):
    said = statement()
    long_ago = timezone.now() - 3 * DAY
    for name in ("robot", "email", "webhook", "wechat"):
        deliver(said, "sent", channel=name, address=make_address(), sent_at=long_ago)
    finished(said)
    receipts_ask()
    states = dict(Delivery.objects.values_list("channel", "state"))
    assert states == {"robot": "sent", "email": "sent", "webhook": "sent", "wechat": "unconfirmed"}


def test_a_batch_costs_pages_and_not_a_request_a_message(provider, monkeypatch):
    monkeypatch.setattr("notifications.channels.sms.twilio.PAGE_SIZE", 10)
    provider.switch("receipts_never")
    for _ in range(24):
        make_address()
    broadcast()
    while send_due(SMS):
        pass
    provider.wait_for(lambda rows: all(one["status"] == "delivered" for one in rows))
    Delivery.objects.update(sent_at=timezone.now() - timedelta(hours=13))
    asked = []
    client = medium(SMS).leading().ask_receipts.__globals__["HttpClient"]
    request = client.request

    async def counted(self, *arguments, **options):
        asked.append(arguments)
        return await request(self, *arguments, **options)

    monkeypatch.setattr(client, "request", counted)
    ask(provider, monkeypatch)
    assert set(Delivery.objects.values_list("state", flat=True)) == {"delivered"}
    assert len(asked) == 3


def test_the_backup_provider_is_asked_about_what_it_sent(provider, settings):
    providers._client().set("down:twilio", 1, ex=60)
    broadcast()
    send_due(SMS)
    provider.wait_for(lambda rows: rows[0]["status"] == "delivered")
    settings.DELIVERY_RECEIPT_AFTER_SECONDS = 0
    receipts_ask()
    receipts_apply()
    assert (row().provider, row().state) == ("aliyun", "delivered")
