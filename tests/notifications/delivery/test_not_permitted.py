"""A country that our account may not send to: an operator's fault, held for that country alone."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.utils.translation import override

from notifications.channels import medium
from notifications.channels import provider as find_provider
from notifications.channels.outcomes import ProviderReceipt, Reason
from notifications.delivery import providers, refusals
from notifications.delivery.alarm_texts import advice, headline
from notifications.delivery.models import Alarm, Delivery
from notifications.delivery.receipts import receipts_apply, receipts_store
from notifications.delivery.send import send_due
from notifications.delivery.shares import alarms_settle
from notifications.subscribers.models import Subscriber
from tests.factories import make_address, open_incident
from tests.notifications.delivery.steps import (
    PHONE,
    SMS,
    broadcast,
    due_now,
    expand,
    on_the_phone,
    row,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.within_the_hour]
TWILIO = find_provider("twilio")
HONG_KONG = [f"+8529123{number:04}" for number in range(refusals.STOP_AFTER + 5)]
HOME = [f"+861380013{number:04}" for number in range(5)]


@pytest.fixture
def alone(provider, settings):
    """Twilio, with nobody beside it and no order for single countries."""
    settings.ALIYUN_SMS_ACCESS_KEY_ID = ""
    settings.SMS_COUNTRIES = settings.SMS_COUNTRIES | {"HK"}
    return provider


def open_subjects():
    return [*Alarm.objects.filter(over_at=None).values_list("subject", flat=True)]


def returned():
    """A receipt says of the message that the country is not permitted."""
    sent = row()
    receipt = ProviderReceipt(
        *(f"{sent.provider_id}:failed", "not_sent", sent.provider_id, sent.pk, sent.attempt_id),
        code="21408",
        reason=Reason.NOT_PERMITTED,
    )
    receipts_store("twilio", [receipt])
    receipts_apply()


def test_it_waits_without_using_up_an_attempt_and_is_sent_once_after_the_repair(alone):
    alone.switch("refuse", code=21408)
    broadcast()
    for _ in range(12):
        due_now()
        send_due(SMS)
    waiting = row()
    assert (waiting.state, waiting.reason, waiting.code) == ("pending", "not_permitted", "21408")
    assert waiting.attempts == 0
    assert waiting.due_at > waiting.updated_at + timedelta(minutes=9)
    alone.control("DELETE", "switches")
    due_now()
    send_due(SMS)
    assert row().state == "sent"
    assert len(on_the_phone(alone)) == 1


def test_many_to_one_country_hold_up_nobody_elsewhere(alone):
    for number in HONG_KONG:
        alone.switch("refuse", code=21408, to=number)
    broadcast(*HONG_KONG, *HOME)
    send_due(SMS)
    assert Delivery.objects.filter(state="sent").count() == len(HOME)
    assert Delivery.objects.filter(state="pending", code="21408").count() == len(HONG_KONG)
    assert providers.provider_for(medium(SMS), "") is TWILIO


def test_staff_are_told_at_once_which_country_and_that_it_is_over(alone):
    alone.switch("refuse", code=21408, to=HONG_KONG[0])
    broadcast(HONG_KONG[0], *HOME)
    send_due(SMS)
    alarms_settle()
    assert open_subjects() == ["twilio:not_permitted"]
    with override("en"):
        said = f"{headline(Alarm.objects.get())} {advice(Alarm.objects.get())}"
    assert all(word in said for word in ("Twilio", "21408 +852", "SMS_COUNTRIES"))
    alone.control("DELETE", "switches")
    due_now()
    send_due(SMS)
    alarms_settle()
    assert open_subjects() == []


def test_the_next_provider_in_order_sends_it_at_once(provider):
    provider.switch("refuse", code=21408)
    broadcast()
    send_due(SMS)
    assert (row().state, row().provider) == ("sent", "aliyun")
    assert len(on_the_phone(provider)) == 1
    assert open_subjects() == ["twilio:not_permitted"]


def test_who_has_another_address_is_told_there(alone):
    phone, mail = make_address(PHONE), make_address("me@example.com", "email")
    mail.subscriber, mail.position = phone.subscriber, 1
    mail.save()
    Subscriber.objects.update(one_by_one=True)
    expand(open_incident().number)
    alone.switch("refuse", code=21408)
    send_due(SMS)
    assert Delivery.objects.get(address=mail).state == "pending"
    # One of them alone.
    assert Delivery.objects.get(address=phone).state == "failed"


def test_also_where_a_receipt_says_so(alone):
    phone, mail = make_address(PHONE), make_address("me@example.com", "email")
    mail.subscriber, mail.position = phone.subscriber, 1
    mail.save()
    Subscriber.objects.update(one_by_one=True)
    expand(open_incident().number)
    send_due(SMS)
    returned()
    assert Delivery.objects.get(address=mail).state == "pending"
    assert Delivery.objects.get(address=phone).state == "failed"


def test_a_receipt_that_says_so_is_the_same(alone):
    """A messaging service accepts every message, and says later what became of it."""
    broadcast()
    send_due(SMS)
    Delivery.objects.update(attempts=50)
    returned()
    assert (row().state, row().reason) == ("pending", "not_permitted")
    assert row().due_at > row().updated_at + timedelta(minutes=9)
    assert open_subjects() == ["twilio:not_permitted"]


def test_it_ends_where_everything_does(alone, settings):
    alone.switch("refuse", code=21408)
    broadcast()
    send_due(SMS)
    hours = settings.DELIVERY_GIVE_UP_HOURS + 1
    Delivery.objects.update(first_tried_at=Now() - timedelta(hours=hours))
    due_now()
    send_due(SMS)
    alarms_settle()
    assert (row().state, row().reason) == ("failed", "not_permitted")
    assert open_subjects() == []
