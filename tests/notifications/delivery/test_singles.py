"""Codes, tests and alarms go through the same door as statements."""

import pytest

from notifications.channels import provider as find_provider
from notifications.channels.base import Note
from notifications.channels.outcomes import Accepted, Failed, NotSent, Reason
from notifications.delivery import budget, providers
from notifications.delivery.singles import notes_send
from tests.notifications.delivery.steps import PHONE, on_the_phone

pytestmark = pytest.mark.django_db(transaction=True)
NOTE = Note(
    "code.subscribe", "zh-hans", "演示支付", "您的验证码是 482913。", facts={"code": "482913"}
)


def send(address=PHONE):
    [outcome] = notes_send("sms", [(address, NOTE)])
    return outcome


def test_a_code_goes_by_the_first_choice(provider):
    assert isinstance(send(), Accepted)
    assert on_the_phone(provider) == ["【演示支付】您的验证码是 482913。"]
    assert budget.spending().segments == 1


def test_what_the_first_certainly_did_not_send_goes_to_the_next(provider, settings, monkeypatch):
    settings.TWILIO_BASE_URL = "http://127.0.0.1:9"
    tried = []
    aliyun = find_provider("aliyun")
    real = type(aliyun).send

    def noting(self, batch):
        tried.append(self.name)
        return real(self, batch)

    monkeypatch.setattr(type(aliyun), "send", noting)
    send()
    assert tried == ["aliyun"]


def test_one_that_is_down_is_not_asked_first(provider):
    refused = NotSent(Reason.CONNECTION, "refused")
    providers.note(find_provider("twilio"), [*enumerate([refused] * providers.TROUBLE)])
    send()
    assert provider.messages(provider="twilio") == []


def test_what_may_have_gone_out_is_given_to_nobody_else(provider):
    provider.switch("drop_after", count=1)
    send()
    assert len(on_the_phone(provider)) == 1


def test_without_any_provider_nothing_is_sent(provider, settings):
    settings.TWILIO_AUTH_TOKEN = settings.ALIYUN_SMS_ACCESS_KEY_ID = ""
    assert send() == NotSent(Reason.NO_CREDENTIALS, "no provider")


def test_a_number_in_a_country_without_sms_gets_none(provider):
    assert send("+6591234567") == Failed(Reason.COUNTRY)
    assert budget.spending().segments == 0
