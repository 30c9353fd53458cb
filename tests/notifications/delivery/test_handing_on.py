"""What one provider certainly did not send, the next one in order sends at once, and once."""

import pytest
import redis
from django.conf import settings as django_settings

from notifications.channels import provider as find_provider
from notifications.channels.outcomes import NotSent, Reason
from notifications.delivery import budget, providers
from notifications.delivery.models import Delivery
from notifications.delivery.results import LEFT_ALONE, OWN_LIMIT, hands_on
from notifications.delivery.send import send_due
from notifications.templates.models import Template
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
OPENID = "oABCDEFGHIJKLMNOPQRSTUVWXYZ0"
MANY = [f"+8613800{number:06d}" for number in range(25)]


@pytest.fixture
def twilio_away(provider, settings):
    """Nobody answers where Twilio should be."""
    settings.TWILIO_BASE_URL = "http://127.0.0.1:9"


def sent_by(provider, name):
    return [one for one in provider.messages(provider=name) if not one["inbound"]]


def test_one_message_does_not_wait_for_others_to_fail(provider, twilio_away):
    broadcast()
    send_due(SMS)
    assert (row().state, row().provider, row().attempts) == ("sent", "aliyun", 1)
    assert len(on_the_phone(provider)) == 1


@pytest.mark.parametrize("code", [21705, 99999, 21611])
def test_nor_for_a_fault_of_our_account_to_be_repaired(provider, code):
    broadcast()
    provider.switch("refuse", code=code)
    send_due(SMS)
    assert (row().state, row().provider) == ("sent", "aliyun")
    assert len(on_the_phone(provider)) == 1


def test_of_many_each_is_sent_once_and_paid_for_once(provider, twilio_away):
    broadcast(*MANY)
    send_due(SMS)
    assert set(Delivery.objects.values_list("state", "provider")) == {("sent", "aliyun")}
    assert {len(on_the_phone(provider, one)) for one in MANY} == {1}
    assert budget.spending().segments == sum(Delivery.objects.values_list("segments", flat=True))
    assert budget.spending().spent == sum(Delivery.objects.values_list("cost", flat=True))


def test_what_may_have_gone_out_is_handed_to_nobody(provider):
    provider.switch("drop_after", count=1)
    broadcast()
    send_due(SMS)
    assert (row().state, row().provider) == ("unknown", "twilio")
    assert sent_by(provider, "aliyun") == []


def test_where_all_are_away_it_waits_and_has_used_up_no_attempt(provider, twilio_away, settings):
    settings.ALIYUN_SMS_ENDPOINT = "http://127.0.0.1:9"
    broadcast()
    send_due(SMS)
    assert (row().state, row().provider, row().attempts) == ("pending", "aliyun", 0)
    assert budget.spending().segments == 0


def test_the_third_sends_what_the_first_two_did_not(provider, twilio_away, settings):
    settings.SMS_PROVIDERS = ["twilio", "aliyun", "tencent"]
    settings.ALIYUN_SMS_ENDPOINT = "http://127.0.0.1:9"
    broadcast()
    send_due(SMS)
    assert (row().state, row().provider) == ("sent", "tencent")
    assert len(on_the_phone(provider)) == 1


def test_one_that_is_down_is_handed_nothing(provider, twilio_away):
    down = NotSent(Reason.CONNECTION, "refused")
    providers.note(find_provider("aliyun"), [*enumerate([down] * providers.TROUBLE)])
    broadcast()
    send_due(SMS)
    assert (row().state, row().provider) == ("pending", "twilio")
    assert sent_by(provider, "aliyun") == []


def test_nothing_that_a_provider_has_no_template_for_is_handed_to_it(provider, twilio_away):
    Template.objects.all().delete()
    broadcast()
    send_due(SMS)
    assert (row().state, row().provider) == ("pending", "twilio")


def test_what_is_repeated_under_its_id_stays_with_the_one_that_knows_the_id(provider, settings):
    make_address(OPENID, "wechat")
    provider.control("POST", "wechat/followers", {"openid": OPENID, "event": False})
    expand(open_incident().number)
    provider.switch("drop_after", provider="wechat", count=1)
    send_due("wechat")
    kept = Delivery.objects.get()
    assert (kept.state, kept.provider, kept.may_be_sent) == ("pending", "wechat", True)
    settings.WECHAT_PROVIDERS = ["wechat_notice", "wechat"]
    due_now()
    send_due("wechat")
    assert Delivery.objects.get().provider == "wechat"


@pytest.mark.parametrize(
    ("outcome", "handed"),
    [
        (NotSent(Reason.CONNECTION, "refused"), True),
        (NotSent(Reason.NO_CREDENTIALS, LEFT_ALONE), True),
        (NotSent(Reason.RATE_LIMITED, "429"), False),
        (NotSent(Reason.RATE_LIMITED, OWN_LIMIT), False),
        (NotSent(Reason.OTHER, "lease"), False),
    ],
)
def test_what_only_has_to_wait_is_not_handed_on(outcome, handed):
    assert hands_on(outcome) is handed


def test_who_finds_out_whether_a_provider_is_back_is_not_given_up(provider, twilio_away, settings):
    settings.SMS_PROVIDERS = ["twilio"]
    broadcast()
    away = [*enumerate([NotSent(Reason.CONNECTION)] * providers.TROUBLE)]
    providers.note(find_provider("twilio"), away)
    for _ in range(settings.DELIVERY_MAX_ATTEMPTS + 1):
        redis.Redis.from_url(django_settings.REDIS_URL).delete("down:twilio")
        due_now()
        send_due(SMS)
    assert (row().state, row().attempts) == ("pending", 0)


def test_the_number_s_own_fault_is_handed_to_nobody(provider):
    provider.switch("refuse", code=21614)
    broadcast(PHONE)
    send_due(SMS)
    assert (row().state, row().provider) == ("failed", "twilio")
    assert sent_by(provider, "aliyun") == []


class TestConsents:
    """Of two providers, one needs a consent for each message; the reader has given none."""

    @pytest.fixture(autouse=True)
    def reader(self, provider):
        make_address(OPENID, "wechat")
        expand(open_incident().number)
        follower = {"openid": OPENID, "event": False}
        provider.control("POST", "wechat/followers", follower)

    def test_the_one_that_needs_none_sends_at_once(self, provider, settings):
        settings.WECHAT_PROVIDERS = ["wechat_notice", "wechat"]
        send_due("wechat")
        sent = Delivery.objects.get()
        assert (sent.state, sent.provider, sent.attempts) == ("sent", "wechat", 1)

    def test_nobody_is_given_up_while_that_one_is_down(self, provider, settings):
        settings.WECHAT_PROVIDERS = ["wechat", "wechat_notice"]
        down = [*enumerate([NotSent(Reason.CONNECTION)] * providers.TROUBLE)]
        providers.note(find_provider("wechat"), down)
        send_due("wechat")
        kept = Delivery.objects.get()
        assert (kept.state, kept.reason, kept.attempts) == ("pending", "", 0)
        redis.Redis.from_url(django_settings.REDIS_URL).flushdb()
        due_now()
        send_due("wechat")
        assert Delivery.objects.get().state == "sent"
