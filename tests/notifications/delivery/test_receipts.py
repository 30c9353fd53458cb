"""Receipts: stored once, applied once, and only ever forwards."""

import itertools
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from notifications.channels.outcomes import ProviderReceipt, Reason, ReceiptState
from notifications.delivery import receipts
from notifications.delivery.broadcasts import expand
from notifications.delivery.claim import claim
from notifications.delivery.models import Delivery, Receipt
from notifications.delivery.receipts import receipts_apply, receipts_store
from notifications.subscribers.models import Subscriber
from tests.factories import make_address, open_incident

pytestmark = pytest.mark.django_db
SMS = "sms"
SENT, DELIVERED = ReceiptState.SENT, ReceiptState.DELIVERED
UNDELIVERED, FAILED = ReceiptState.UNDELIVERED, ReceiptState.FAILED


@pytest.fixture
def delivery():
    make_address()
    expand(open_incident().number)
    claim(SMS, 1)
    Delivery.objects.update(state="sent", provider_id="SM1")
    return Delivery.objects.get()


def word(state, delivery=None, **values):
    return ProviderReceipt(
        **{
            "key": f"SM1:{state}",
            "state": state,
            "provider_id": "SM1",
            "delivery_id": delivery.pk if delivery else None,
            **values,
        }
    )


def tell(*words):
    receipts_store("twilio", words)
    receipts_apply()
    return Delivery.objects.get()


def test_delivered_settles_the_delivery(delivery):
    row = tell(word(DELIVERED, delivery))
    assert row.state == "delivered"
    assert row.settled_at


def test_a_receipt_without_our_id_is_matched_by_the_providers(delivery):
    assert tell(word(DELIVERED)).state == "delivered"


def test_the_same_receipt_twice_is_stored_once(delivery):
    assert receipts_store("twilio", [word(DELIVERED, delivery)]) == 1
    receipts_store("twilio", [word(DELIVERED, delivery)])
    assert Receipt.objects.count() == 1


@pytest.mark.parametrize("order", [*itertools.permutations([SENT, UNDELIVERED, DELIVERED])])
def test_any_order_ends_at_delivered(delivery, order):
    for state in order:
        tell(word(state, delivery))
    assert Delivery.objects.get().state == "delivered"


@pytest.mark.parametrize("order", [*itertools.permutations([SENT, UNDELIVERED, DELIVERED])])
def test_any_order_within_one_batch_ends_at_delivered(delivery, order):
    assert tell(*(word(state, delivery) for state in order)).state == "delivered"
    assert not Receipt.objects.filter(applied_at=None).exists()


def test_a_late_sent_does_not_take_delivered_back(delivery):
    tell(word(DELIVERED, delivery))
    settled = Delivery.objects.get().settled_at
    row = tell(word(SENT, delivery))
    assert (row.state, row.settled_at) == ("delivered", settled)


@pytest.mark.parametrize("state", ["sending", "unknown"])
def test_a_receipt_adopts_a_message_whose_answer_was_lost(delivery, state):
    Delivery.objects.update(state=state, provider_id="")
    row = tell(word(DELIVERED, delivery))
    assert (row.state, row.provider_id) == ("delivered", "SM1")
    assert row.sent_at


def test_a_refusal_by_the_phone_suppresses_the_address(delivery):
    row = tell(word(UNDELIVERED, delivery, code="30005", reason=Reason.BAD_ADDRESS, suppress=True))
    assert (row.state, row.code, row.reason) == ("undelivered", "30005", "bad_address")
    row.address.refresh_from_db()
    assert row.address.suppressed_for == "bad_address"


def test_an_undelivered_message_without_suppression_leaves_the_address(delivery):
    row = tell(word(UNDELIVERED, delivery, code="30008"))
    assert row.address.suppressed_at is None


def test_a_receipt_that_overtakes_the_answer_waits_for_it(delivery):
    Delivery.objects.update(provider_id="")
    assert tell(word(DELIVERED)).state == "sent"
    assert Receipt.objects.filter(applied_at=None).count() == 1
    Delivery.objects.update(provider_id="SM1")
    Receipt.objects.update(look_at=timezone.now())
    receipts_apply()
    assert Delivery.objects.get().state == "delivered"


def test_a_receipt_for_nothing_we_know_is_given_up_after_an_hour(delivery):
    receipts_store("twilio", [word(DELIVERED, provider_id="SM9", key="SM9")])
    receipts_apply()
    assert Receipt.objects.get().applied_at is None
    long_ago = timezone.now() - timedelta(hours=2)
    Receipt.objects.update(received_at=long_ago, look_at=long_ago)
    receipts_apply()
    assert Receipt.objects.get().applied_at
    assert Delivery.objects.get().state == "sent"


def test_receipts_for_nothing_we_know_keep_no_other_waiting(delivery, monkeypatch):
    monkeypatch.setattr(receipts, "BATCH", 3)
    strangers = [word(DELIVERED, provider_id=f"SM9{n}", key=f"SM9{n}") for n in range(3)]
    receipts_store("twilio", strangers)
    receipts_store("twilio", [word(DELIVERED, delivery)])
    assert receipts_apply() == 3
    assert Delivery.objects.get().state == "sent"
    assert receipts_apply() == 1
    assert Delivery.objects.get().state == "delivered"


def test_the_receipt_of_an_earlier_attempt_brings_good_news_only(delivery):
    row = tell(word(FAILED, delivery, attempt_id=uuid4()))
    assert row.state == "sent"
    row = tell(word(DELIVERED, delivery, attempt_id=uuid4()))
    assert row.state == "delivered"


def test_a_message_that_waits_to_be_sent_again_is_adopted_by_its_receipt(delivery):
    Delivery.objects.update(state="pending", attempts=1, provider_id="")
    row = tell(word(SENT, delivery, attempt_id=delivery.attempt_id))
    assert (row.state, row.provider_id) == ("sent", "SM1")


def test_what_people_took_back_is_not_settled_by_an_old_receipt(delivery):
    Delivery.objects.update(state="pending", attempts=0, provider_id="")
    assert tell(word(FAILED, delivery, attempt_id=delivery.attempt_id)).state == "pending"


def test_a_receipt_from_the_stand_in_is_matched_by_its_provider(delivery):
    Delivery.objects.update(provider="aliyun")
    assert tell(word(DELIVERED)).state == "sent"
    receipts_store("aliyun", [word(DELIVERED)])
    receipts_apply()
    assert Delivery.objects.get().state == "delivered"


def test_a_failure_that_a_receipt_tells_goes_on_to_the_next_address(delivery):
    other = make_address("ops@example.com", channel="email", position=1)
    other.subscriber, stranger = delivery.address.subscriber, other.subscriber
    other.save()
    stranger.delete()
    Subscriber.objects.update(one_by_one=True)
    receipts_store("twilio", [word(FAILED, delivery)])
    receipts_apply()
    states = dict(Delivery.objects.values_list("channel", "state"))
    assert states == {SMS: "failed", "email": "pending"}


def test_a_receipt_of_another_channel_with_the_same_id_is_not_ours(delivery):
    receipts_store("wechat", [word(DELIVERED)])
    receipts_apply()
    assert Delivery.objects.get().state == "sent"


def test_a_settled_failure_stays(delivery):
    Delivery.objects.update(state="suppressed")
    assert tell(word(DELIVERED, delivery)).state == "suppressed"
    assert not Receipt.objects.filter(applied_at=None).exists()
