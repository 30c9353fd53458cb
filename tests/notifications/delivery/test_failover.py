"""While the first provider is down, another sends; what may have gone out stays with the first."""

import pytest
import redis
from django.conf import settings as django_settings

from notifications.channels import medium
from notifications.channels import provider as find_provider
from notifications.channels.outcomes import Accepted, Failed, NotSent, Reason, Unknown
from notifications.delivery import providers
from notifications.delivery.models import Alarm, Delivery
from notifications.delivery.resolve import resolve_unknown
from notifications.delivery.send import send_due
from tests.notifications.delivery.steps import PHONE, SMS, broadcast, due_now, on_the_phone, row

pytestmark = pytest.mark.django_db(transaction=True)
PHONES = medium("sms")
TWILIO, ALIYUN = find_provider("twilio"), find_provider("aliyun")
REFUSED = NotSent(Reason.CONNECTION, "refused")


def note(outcomes):
    providers.note(TWILIO, [*enumerate(outcomes)])


def trouble(count=providers.TROUBLE, outcome=REFUSED):
    note([outcome] * count)


def test_at_first_the_first_choice_sends(provider):
    assert providers.provider_for(PHONES, "") is TWILIO
    assert providers.most_at_once(TWILIO) == django_settings.DELIVERY_BATCH


@pytest.mark.parametrize("outcome", [REFUSED, Unknown(Reason.TIMEOUT), Unknown(Reason.CONNECTION)])
def test_a_provider_that_does_not_answer_is_replaced(provider, outcome):
    trouble(providers.TROUBLE - 1, outcome)
    assert providers.provider_for(PHONES, "") is TWILIO
    trouble(1, outcome)
    assert providers.provider_for(PHONES, "") is ALIYUN
    assert Alarm.objects.get().subject == "twilio"


@pytest.mark.parametrize(
    "answer",
    [
        Accepted("SM1"),
        Failed(Reason.BAD_ADDRESS),
        NotSent(Reason.RATE_LIMITED),
        NotSent(Reason.QUOTA),
    ],
)
def test_an_answer_of_the_first_provider_ends_the_failover(provider, answer):
    trouble()
    note([REFUSED, answer])
    assert providers.provider_for(PHONES, "") is TWILIO
    assert providers.most_at_once(TWILIO) == django_settings.DELIVERY_BATCH
    assert not Alarm.objects.filter(over_at=None).exists()


def test_an_answer_now_and_then_ends_no_alarm(provider):
    trouble()
    note([Accepted("SM1"), *[REFUSED] * 4])
    assert providers.most_at_once(TWILIO) == providers.PROBE
    trouble()
    assert Alarm.objects.get().over_at is None
    note([*[Accepted("SM1")] * 3, REFUSED, REFUSED])
    assert Alarm.objects.get().over_at
    assert providers.most_at_once(TWILIO) == django_settings.DELIVERY_BATCH


def test_an_answer_now_and_then_keeps_a_provider_from_being_down(provider):
    for _ in range(3):
        trouble(providers.TROUBLE - 1)
        note([Accepted("SM1"), *[REFUSED] * 4])
    assert providers.provider_for(PHONES, "") is TWILIO
    assert not Alarm.objects.exists()


def test_an_alarm_ends_although_redis_has_forgotten_that_the_provider_was_down(provider):
    trouble()
    redis.Redis.from_url(django_settings.REDIS_URL).flushdb()
    note([Accepted("SM1")])
    assert Alarm.objects.get().over_at


def test_after_a_while_a_few_messages_try_the_first_again(provider):
    trouble()
    redis.Redis.from_url(django_settings.REDIS_URL).delete("down:twilio")
    assert providers.provider_for(PHONES, "") is TWILIO
    assert providers.most_at_once(TWILIO) == providers.PROBE


def test_without_another_provider_messages_wait_under_an_alarm(provider, settings):
    settings.ALIYUN_SMS_ACCESS_KEY_ID = ""
    trouble()
    assert providers.provider_for(PHONES, "") is None
    assert Alarm.objects.get().kind == "provider_down"


def test_what_the_first_could_not_take_goes_through_the_other(provider, settings):
    settings.TWILIO_BASE_URL = "http://127.0.0.1:9"
    broadcast()
    send_due(SMS)
    assert (row().state, row().provider, row().channel) == ("sent", "aliyun", SMS)
    assert len(on_the_phone(provider)) == 1


def test_what_may_have_gone_out_is_never_given_to_the_other(provider):
    provider.switch("drop_after", count=1)
    broadcast()
    send_due(SMS)
    assert (row().state, row().provider) == ("unknown", "twilio")
    trouble()
    due_now()
    resolve_unknown()
    assert (row().state, row().provider) == ("sent", "twilio")
    assert len(on_the_phone(provider)) == 1


def test_a_channel_without_credentials_is_replaced_too(provider, settings):
    settings.TWILIO_AUTH_TOKEN = ""
    broadcast()
    send_due(SMS)
    assert Delivery.objects.get().provider == "aliyun"
    assert len(on_the_phone(provider, PHONE)) == 1
