"""What a receipt says was not sent after all goes to the next provider in order, once."""

from itertools import count

import pytest
import redis
from django.conf import settings as django_settings

from notifications.channels import provider as find_provider
from notifications.channels.outcomes import NotSent, ProviderReceipt, Reason
from notifications.delivery import budget, providers
from notifications.delivery.models import Delivery
from notifications.delivery.receipts import receipts_apply, receipts_store
from notifications.delivery.send import send_due
from notifications.templates.models import Template
from tests.notifications.delivery.steps import SMS, broadcast, due_now, on_the_phone, row

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.within_the_hour]
KEYS = count(1)


def returned(reason=Reason.QUOTA):
    """The provider that has sent every message takes all of that back."""
    for one in Delivery.objects.filter(state="sent"):
        named = f"{next(KEYS)}", "not_sent", one.provider_id, one.pk, one.attempt_id
        receipts_store(one.provider, [ProviderReceipt(*named, code="30001", reason=reason)])
    receipts_apply()
    assert not Delivery.objects.filter(state="sent").exists()


def sent_by(provider, name):
    return [one for one in provider.messages(provider=name) if not one["inbound"]]


@pytest.fixture
def sent(provider):
    broadcast()
    send_due(SMS)
    assert (row().state, row().provider) == ("sent", "twilio")
    return provider


@pytest.mark.parametrize("reason", [Reason.QUOTA, Reason.NO_CREDENTIALS, Reason.NOT_PERMITTED])
def test_the_next_one_sends_it_at_once(sent, reason):
    returned(reason)
    send_due(SMS)
    assert (row().state, row().provider, row().attempts) == ("sent", "aliyun", 2)
    assert len(sent_by(sent, "twilio")) == len(sent_by(sent, "aliyun")) == 1
    assert budget.spending().segments == row().segments


def test_each_has_a_try_and_then_it_waits_for_the_first(sent):
    returned()
    send_due(SMS)
    returned()
    assert row().due_at > row().updated_at
    send_due(SMS)
    assert row().state == "pending"
    due_now()
    send_due(SMS)
    assert (row().state, row().provider, row().attempts) == ("sent", "twilio", 3)


def test_where_the_next_one_is_down_the_first_tries_again(sent):
    away = [*enumerate([NotSent(Reason.CONNECTION)] * providers.TROUBLE)]
    providers.note(find_provider("aliyun"), away)
    returned()
    due_now()
    send_due(SMS)
    assert (row().state, row().provider) == ("sent", "twilio")


def test_where_the_next_one_has_no_template_it_is_not_lost(sent):
    Template.objects.all().delete()
    returned()
    send_due(SMS)
    assert (row().state, row().provider, row().reason) == ("pending", "twilio", "quota")
    due_now()
    send_due(SMS)
    assert (row().state, row().provider) == ("sent", "twilio")


def test_where_the_next_one_does_not_take_it_either_the_first_tries_again(sent, settings):
    settings.ALIYUN_SMS_ENDPOINT = "http://127.0.0.1:9"
    returned()
    send_due(SMS)
    assert (row().state, row().provider) == ("pending", "aliyun")
    redis.Redis.from_url(django_settings.REDIS_URL).flushdb()
    due_now()
    send_due(SMS)
    assert (row().state, row().provider) == ("sent", "twilio")


def test_an_order_that_changed_in_the_meantime_counts(sent, settings):
    settings.SMS_PROVIDERS = ["aliyun", "twilio"]
    returned()
    send_due(SMS)
    assert (row().state, row().provider) == ("sent", "aliyun")


def test_of_many_none_is_lost_and_none_is_paid_for_twice(provider):
    phones = [f"+8613800{number:06d}" for number in range(25)]
    broadcast(*phones)
    send_due(SMS)
    returned()
    send_due(SMS)
    assert {*Delivery.objects.values_list("state", "provider")} == {("sent", "aliyun")}
    assert {len(on_the_phone(provider, one)) for one in phones} == {2}
    assert budget.spending().segments == sum(Delivery.objects.values_list("segments", flat=True))
