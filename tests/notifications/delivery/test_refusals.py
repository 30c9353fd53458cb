"""A fault of our account stops a provider, and not its messages; an odd recipient stops nobody."""

from datetime import timedelta

import pytest
import redis
from django.conf import settings as django_settings
from django.db.models.functions import Now
from django.utils.translation import override

from notifications.channels import medium
from notifications.channels import provider as find_provider
from notifications.channels.outcomes import Accepted, Failed, NotSent, Reason
from notifications.delivery import providers, refusals
from notifications.delivery.alarm_texts import advice, headline
from notifications.delivery.broadcasts import expand
from notifications.delivery.models import Alarm, Delivery
from notifications.delivery.send import send_due
from tests.factories import make_address, open_incident
from tests.notifications.delivery.steps import PHONE, SMS, broadcast, due_now, on_the_phone, row

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.within_the_hour]
TWILIO = find_provider("twilio")
SERVICE = NotSent(Reason.NO_CREDENTIALS, "21705")
ODD = NotSent(Reason.UNKNOWN_CODE, "99999")


def note(*outcomes, first=1):
    providers.note(TWILIO, [*enumerate(outcomes, first)])


def chosen():
    return providers.provider_for(medium(SMS), "")


def forget(key):
    redis.Redis.from_url(django_settings.REDIS_URL).delete(key)


@pytest.fixture
def alone(settings):
    """Twilio, and nobody beside it."""
    settings.ALIYUN_SMS_ACCESS_KEY_ID = ""


@pytest.mark.parametrize("fault", [SERVICE, ODD, NotSent(Reason.UNAVAILABLE, "21730")])
def test_what_refuses_everybody_is_left_alone_and_the_next_one_is_asked(provider, fault):
    note(*[fault] * (refusals.STOP_AFTER - 1))
    assert chosen() is TWILIO
    note(fault, first=refusals.STOP_AFTER)
    assert chosen() is find_provider("aliyun")
    assert providers.health_of(TWILIO) is providers.ProviderHealth.REFUSING


def test_one_odd_message_stops_nobody_however_often_it_is_tried(provider):
    for _ in range(3 * refusals.STOP_AFTER):
        providers.note(TWILIO, [(7, ODD)])
    assert chosen() is TWILIO
    assert providers.most_at_once(TWILIO) == django_settings.DELIVERY_BATCH


def test_odd_ones_among_good_ones_stop_nobody(provider):
    for _ in range(5):
        note(*[ODD] * (refusals.STOP_AFTER - 1), Accepted("SM1"))
    assert chosen() is TWILIO


def test_faults_are_counted_apart(provider):
    note(*[SERVICE] * 12, *[ODD] * 12)
    assert chosen() is TWILIO


@pytest.mark.parametrize("none", [Failed(Reason.BUDGET), NotSent(Reason.OTHER, "lease")])
def test_what_it_was_never_given_says_nothing_about_it(provider, none):
    note(*[SERVICE] * refusals.STOP_AFTER)
    note(*[none] * 50)
    assert providers.health_of(TWILIO) is providers.ProviderHealth.REFUSING


def test_after_a_while_a_few_find_out_and_half_of_them_end_it(provider):
    note(*[SERVICE] * refusals.STOP_AFTER)
    forget("down:twilio:refused")
    assert chosen() is TWILIO
    assert providers.most_at_once(TWILIO) == providers.PROBE
    note(Accepted("SM1"), SERVICE, SERVICE, SERVICE, SERVICE, first=100)
    assert providers.most_at_once(TWILIO) == providers.PROBE
    note(*[Accepted("SM1")] * 3, SERVICE, SERVICE, first=200)
    assert providers.most_at_once(TWILIO) == django_settings.DELIVERY_BATCH
    assert not Alarm.objects.filter(over_at=None).exists()


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (SERVICE, ("Twilio", "21705", "balance")),
        (ODD, ("Twilio", "99999", "documentation")),
    ],
)
def test_the_alarm_says_which_code_and_what_to_do(provider, fault, words):
    note(*[fault] * refusals.TELL_AFTER)
    alarm = Alarm.objects.get()
    with override("en"):
        said = f"{headline(alarm)} {advice(alarm)}"
    assert all(word in said for word in words)
    with override("zh-hans"):
        chinese = f"{headline(alarm)} {advice(alarm)}"
    assert alarm.figures in chinese
    assert "服务商" in chinese


def test_an_alarm_ends_although_redis_has_forgotten(provider):
    note(*[SERVICE] * refusals.TELL_AFTER)
    redis.Redis.from_url(django_settings.REDIS_URL).flushdb()
    note(Accepted("SM1"))
    assert Alarm.objects.get().over_at


def test_a_fault_does_not_try_everybody_and_all_are_sent_once_after_the_repair(
    provider, alone, settings
):
    phones = [f"+8613800{number:06d}" for number in range(300)]
    broadcast(*phones)
    provider.switch("refuse", code=21705)
    send_due(SMS)
    assert Delivery.objects.filter(state="pending", attempts=0).count() == len(phones)
    # What is under way comes to its end; nobody else begins.
    assert Delivery.objects.filter(code="21705").count() < len(phones) / 2
    assert chosen() is None  # it waits; nobody else can send it
    due_now()
    send_due(SMS)
    assert Delivery.objects.filter(state="pending").count() == len(phones)

    provider.control("DELETE", "switches")
    for _ in range(4):
        forget("down:twilio:refused")
        due_now()
        send_due(SMS)
    assert Delivery.objects.filter(state="sent").count() == len(phones)
    assert {len(on_the_phone(provider, one)) for one in phones} == {1}
    assert not Alarm.objects.filter(kind="provider_refuses", over_at=None).exists()


def test_a_fault_is_no_attempt_and_an_unknown_code_has_no_last_one(provider, alone):
    broadcast()
    provider.switch("refuse", code=99999)
    for _ in range(django_settings.DELIVERY_MAX_ATTEMPTS + 3):
        due_now()
        send_due(SMS)
    assert (row().state, row().reason, row().code) == ("pending", "unknown_code", "99999")


def test_after_days_of_it_staff_decide(provider, alone, settings):
    broadcast()
    provider.switch("refuse", code=21705)
    send_due(SMS)
    assert row().state == "pending"
    long_ago = Now() - timedelta(hours=settings.DELIVERY_GIVE_UP_HOURS + 1)
    Delivery.objects.update(first_tried_at=long_ago)
    due_now()
    send_due(SMS)
    assert (row().state, row().reason, row().code) == ("failed", "no_credentials", "21705")


def test_what_nobody_sent_for_days_is_not_sent_late(provider, settings):
    broadcast()
    Delivery.objects.update(due_at=Now() - timedelta(hours=settings.DELIVERY_GIVE_UP_HOURS + 1))
    send_due(SMS)
    assert (row().state, row().reason) == ("failed", "expired")
    assert row().settled_at
    assert on_the_phone(provider) == []


def test_whoever_is_told_once_is_told_by_the_next_address_then(provider, settings):
    phone, mail = make_address(PHONE), make_address("me@example.com", "email")
    mail.subscriber, mail.position = phone.subscriber, 1
    mail.save()
    phone.subscriber.one_by_one = True
    phone.subscriber.save()
    expand(open_incident().number)
    Delivery.objects.update(due_at=Now() - timedelta(hours=settings.DELIVERY_GIVE_UP_HOURS + 1))
    send_due(SMS)
    assert Delivery.objects.get(address=mail).state == "pending"


def test_the_next_provider_sends_what_the_first_refused(provider):
    broadcast()
    provider.switch("refuse", code=21705)
    send_due(SMS)
    note(*[SERVICE] * refusals.STOP_AFTER)
    due_now()
    send_due(SMS)
    assert (row().state, row().provider) == ("sent", "aliyun")
    assert len(on_the_phone(provider)) == 1
