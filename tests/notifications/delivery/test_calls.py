"""Voice calls from sign-up to the key that is pressed, by the simulator's phone."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone
from twilio.request_validator import RequestValidator

from notifications.channels.outcomes import Inbound, InboundAction
from notifications.delivery import budget
from notifications.delivery.broadcasts import expand
from notifications.delivery.models import Delivery, Receipt, RefusedCallback
from notifications.delivery.receipts import receipts_apply
from notifications.delivery.send import send_due
from notifications.subscribers.models import Address, Consent, Subscriber
from notifications.subscribers.services.inbound import inbound_apply
from statuspage.incidents.lifecycle import IncidentStatus
from statuspage.incidents.models import Incident
from statuspage.incidents.services.incidents import incident_open, incident_update
from statuspage.lib.database_clock import database_now
from tests.factories import make_address, text
from tests.notifications.subscribers.visitor import E164, Visitor
from tests.product import eventually
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)
VOICE = "voice"
TWILIO, ALIYUN = "voice", "aliyun_voice"
TOKEN = "call-token"
STATUS = "/hooks/twilio_voice/status/"
KEYS = "/hooks/twilio_voice/keys/"


@pytest.fixture
def twilio(provider: Simulator, settings: Any, called_back: str) -> Simulator:
    settings.TWILIO_VOICE_FROM = "+15005550006"
    provider.control("PUT", "config", {"voice_ring_ms": 30_000})
    return provider


@pytest.fixture
def aliyun(provider: Simulator, settings: Any, called_back: str) -> Simulator:
    settings.ALIYUN_VOICE_ACCESS_KEY_ID = provider.access_key_id
    settings.ALIYUN_VOICE_ACCESS_KEY_SECRET = provider.access_key_secret
    settings.ALIYUN_VOICE_TTS_CODE = "TTS_100000001"
    settings.ALIYUN_VOICE_TTS_CODE_EN = "TTS_100000002"
    settings.ALIYUN_VOICE_ENDPOINT = provider.url
    settings.ALIYUN_VOICE_CALLBACK_TOKEN = TOKEN
    report = f"{called_back}/hooks/aliyun_voice/?token={TOKEN}"
    given = {"voice_ring_ms": 30_000, "aliyun_voice_report_url": report}
    provider.control("PUT", "config", given)
    return provider


@pytest.fixture(params=[TWILIO, ALIYUN])
def phone(request: pytest.FixtureRequest) -> Simulator:
    """Return the simulator, with each provider of calls in turn."""
    found: Simulator = request.getfixturevalue("twilio" if request.param == TWILIO else ALIYUN[:6])
    return found


def announce(impact: str = "critical", **more: Any) -> None:
    name, body = text("支付失败", "Payments fail"), text("正在排查。", "We look into it.")
    said = incident_open(name=name, body=body, components={}, impact=impact, author=None, **more)
    expand(said.number)


def update(changes: dict[str, Any]) -> None:
    given = {"status": IncidentStatus.IDENTIFIED, "body": text("已定位。", "Found."), **changes}
    said = incident_update(incident=Incident.objects.get(), author=None, **given)
    expand(said.number)


def tell(impact: str = "critical") -> None:
    announce(impact)
    send_due(VOICE)


def calls(phone: Simulator) -> list[dict[str, Any]]:
    return [*phone.messages(provider=TWILIO), *phone.messages(provider=ALIYUN)]


def press(phone: Simulator, digits: str) -> None:
    [call] = [one for one in calls(phone) if one["status"] in {"queued", "ringing"}]
    phone.control("POST", f"calls/{call['sid']}", {"digits": digits})


def called() -> Delivery:
    return Delivery.objects.get(channel=VOICE)


def comes_to(wanted: str) -> None:
    def state() -> str:
        receipts_apply()
        return called().state

    assert eventually(state, lambda found: found == wanted) == wanted


def voice() -> Address:
    return Address.objects.get(channel=VOICE)


class TestFromSignUpToTheKey:
    def test_who_asked_for_a_call_is_called_and_confirms(self, phone: Simulator) -> None:
        Visitor(phone).subscribe(calls="on")
        tell()
        [call] = calls(phone)
        assert call["to"] == E164
        assert "Payments fail" in call["body"]
        assert called().state == "sent"

        press(phone, "1")
        comes_to("delivered")
        assert voice().suppressed_at is None

    def test_the_consent_keeps_the_words_beside_the_box(self, phone: Simulator) -> None:
        from notifications.subscribers.services.agreements import agreed_words

        Visitor(phone).subscribe(calls="on")
        [given] = Consent.objects.filter(address=voice())
        assert given.act == Consent.Act.GIVEN
        assert "press" not in agreed_words(given.text_version, "zh-hans")
        assert "Press 1 to confirm" in agreed_words(given.text_version, "en")

    def test_nobody_is_called_who_did_not_ask(self, phone: Simulator) -> None:
        Visitor(phone).subscribe()
        tell()
        assert calls(phone) == []
        assert not Address.objects.filter(channel=VOICE).exists()

    def test_nine_ends_the_calls_and_that_is_recorded(self, phone: Simulator) -> None:
        Visitor(phone).subscribe(calls="on")
        tell()
        press(phone, "9")
        comes_to("delivered")
        assert voice().suppressed_for == "opted_out"
        assert [one.act for one in Consent.objects.filter(address=voice()).order_by("pk")] == [
            *(Consent.Act.GIVEN, Consent.Act.WITHDRAWN),
        ]
        # Their SMS go on.
        assert Address.objects.get(channel="sms").suppressed_at is None

        tell()
        assert len(calls(phone)) == 1

    @pytest.mark.parametrize("digits", ["", "5"])
    def test_hanging_up_confirms_nothing(self, phone: Simulator, digits: str) -> None:
        make_address(E164, channel=VOICE)
        tell()
        if digits:
            press(phone, digits)
            phone.control("POST", f"calls/{calls(phone)[0]['sid']}", {})
        else:
            press(phone, "")
        comes_to("undelivered")
        assert voice().suppressed_at is None

    def test_a_phone_that_nobody_answers_is_called_once_more_and_never_again(
        self, phone: Simulator
    ) -> None:
        phone.control("PUT", "config", {"voice_ring_ms": 10})
        make_address(E164, channel=VOICE)
        tell()
        comes_to("pending")
        assert timedelta(seconds=45) < called().due_at - database_now() < timedelta(seconds=95)
        send_due(VOICE)
        assert len(calls(phone)) == 1

        Delivery.objects.update(due_at=Now())
        send_due(VOICE)
        comes_to("undelivered")
        Delivery.objects.update(due_at=Now())
        send_due(VOICE)
        assert len(calls(phone)) == 2
        assert budget.spending().spent == 0

    def test_who_answers_the_second_call_has_been_told(self, phone: Simulator) -> None:
        phone.control("PUT", "config", {"voice_ring_ms": 10})
        make_address(E164, channel=VOICE)
        tell()
        comes_to("pending")
        phone.control("PUT", "config", {"voice_ring_ms": 30_000})
        Delivery.objects.update(due_at=Now())
        send_due(VOICE)
        press(phone, "1")
        comes_to("delivered")

    def test_what_is_old_calls_nobody_again(self, phone: Simulator) -> None:
        phone.control("PUT", "config", {"voice_ring_ms": 10})
        make_address(E164, channel=VOICE)
        announce()
        Delivery.objects.update(first_tried_at=Now() - timedelta(minutes=16))
        send_due(VOICE)
        comes_to("undelivered")

    @pytest.mark.parametrize(
        "changes", [{"status": IncidentStatus.RESOLVED}, {"impact": "major"}], ids=["over", "less"]
    )
    def test_nobody_is_called_by_what_no_longer_holds(
        self, phone: Simulator, changes: dict[str, Any]
    ) -> None:
        make_address(E164, channel=VOICE)
        announce()
        update(changes)
        send_due(VOICE)
        assert calls(phone) == []
        assert called().state == "superseded"

    def test_an_update_that_ends_nothing_leaves_the_call(self, phone: Simulator) -> None:
        make_address(E164, channel=VOICE)
        announce()
        update({})
        send_due(VOICE)
        assert len(calls(phone)) == 1

    def test_nobody_is_called_an_hour_later(self, phone: Simulator) -> None:
        make_address(E164, channel=VOICE)
        announce(published_at=database_now() - timedelta(minutes=61))
        send_due(VOICE)
        assert calls(phone) == []
        assert (called().state, called().reason) == ("failed", "expired")

    @pytest.mark.parametrize("words", ["STOP", "退订"])
    def test_who_stops_sms_is_not_called_either(self, phone: Simulator, words: str) -> None:
        Visitor(phone).subscribe(calls="on")
        inbound_apply("sms", Inbound(E164, InboundAction.TEXT, words))
        assert voice().suppressed_for == "opted_out"
        assert Consent.objects.filter(address=voice(), act=Consent.Act.WITHDRAWN).count() == 1

        inbound_apply("sms", Inbound(E164, InboundAction.TEXT, "START"))
        assert Address.objects.get(channel="sms").suppressed_at is None
        assert voice().suppressed_at is not None
        tell()
        assert calls(phone) == []

    def test_nobody_is_called_again_after_confirming(self, phone: Simulator) -> None:
        make_address(E164, channel=VOICE)
        tell()
        press(phone, "1")
        comes_to("delivered")
        for _ in range(3):
            send_due(VOICE)
            receipts_apply()
        assert len(calls(phone)) == 1
        assert called().state == "delivered"

    @pytest.mark.parametrize("impact", ["minor", "major"])
    def test_what_is_not_critical_calls_nobody(self, phone: Simulator, impact: str) -> None:
        make_address(E164, channel=VOICE)
        tell(impact)
        assert calls(phone) == []
        assert not Delivery.objects.filter(channel=VOICE).exists()

    def test_stopping_everything_and_starting_again_starts_no_calls(self, phone: Simulator) -> None:
        from notifications.subscribers.services.subscriptions import (
            subscriber_resume,
            subscriber_unsubscribe,
        )

        Visitor(phone).subscribe(calls="on")
        subscriber_unsubscribe(subscriber=voice().subscriber)
        subscriber_resume(subscriber=voice().subscriber)
        tell()
        assert calls(phone) == []

    def test_who_is_told_once_is_called_beside_that(self, phone: Simulator) -> None:
        visitor = Visitor(phone)
        visitor.subscribe(calls="on")
        Subscriber.objects.update(one_by_one=True)
        page = visitor.client.get(visitor.open_manage()).content.decode()
        assert 'name="calls"' in page
        assert "only if that fails" not in page

        announce()
        assert {one.channel for one in Delivery.objects.all()} == {"sms", VOICE}

    def test_a_call_takes_the_place_of_no_other_message(self, phone: Simulator) -> None:
        phone.switch("refuse", provider="voice", code=21211)
        phone.switch("refuse", provider="aliyun_voice", code="isv.MOBILE_NUMBER_ILLEGAL")
        address = make_address(E164, channel=VOICE)
        mail = make_address("ops@example.com", channel="email")
        Address.objects.filter(pk=mail.pk).update(subscriber=address.subscriber, position=1)
        Subscriber.objects.update(one_by_one=True)
        tell()
        assert called().state == "failed"
        assert [one.channel for one in Delivery.objects.order_by("channel")] == ["email", VOICE]

    def test_the_box_on_the_manage_page_starts_and_ends_calls(self, phone: Simulator) -> None:
        visitor = Visitor(phone)
        visitor.subscribe()
        page = visitor.open_manage()
        choices = {"topics": ["incident"], "language": "en", "timezone": "Asia/Shanghai"}
        assert visitor.client.post(page, {**choices, "calls": "on"}).status_code == 302
        assert voice().suppressed_at is None
        assert visitor.client.post(page, choices).status_code == 302
        assert voice().suppressed_for == "unsubscribed"


class TestWhereNothingIsSetUp:
    def test_the_pages_say_nothing_of_calls(self, provider: Simulator) -> None:
        visitor = Visitor(provider)
        assert 'name="calls"' not in visitor.get("/subscribe/").content.decode()
        visitor.subscribe(calls="on")
        assert not Address.objects.filter(channel=VOICE).exists()
        page = visitor.client.get(visitor.open_manage()).content.decode()
        assert 'name="calls"' not in page

    def test_the_privacy_notice_names_nobody_for_calls(self, client: Client) -> None:
        assert "making phone calls" not in client.get("/en/privacy/").content.decode()


class TestThePrivacyNotice:
    def test_it_names_who_calls(self, client: Client, phone: Simulator) -> None:
        assert "Purpose: making phone calls." in client.get("/en/privacy/").content.decode()

    def test_calls_abroad_need_the_consent_that_is_asked_for_with_sms(
        self, twilio: Simulator, client: Client, settings: Any
    ) -> None:
        settings.TWILIO_BASE_URL = "https://api.twilio.com"
        page = client.get("/en/subscribe/").content.decode()
        assert "for sending SMS, making phone calls" in page
        assert 'name="calls"' in page

        settings.SMS_PROVIDERS = ["aliyun"]
        page = client.get("/en/subscribe/").content.decode()
        assert 'name="transfer"' not in page
        assert 'name="calls"' not in page


def signed(client: Client, url: str, data: dict[str, str], token: str) -> int:
    signature = RequestValidator(token).compute_signature(f"http://testserver{url}", data)
    return client.post(url, data, headers={"X-Twilio-Signature": signature}).status_code


@pytest.fixture
def sent(provider: Simulator, settings: Any) -> Delivery:
    """Return a call that is under way; what its provider posts is up to the test."""
    settings.TWILIO_VOICE_FROM, settings.SITE_URL = "+15005550006", "http://testserver"
    settings.ALIYUN_VOICE_CALLBACK_TOKEN = TOKEN
    make_address(E164, channel=VOICE)
    announce()
    Delivery.objects.update(state="sent", attempts=1, provider_id="CA1", sent_at=timezone.now())
    return called()


class TestCallbacks:
    def by_twilio(self, client: Client, sent: Delivery, token: str, **form: str) -> int:
        base = KEYS if "Digits" in form else STATUS
        url = f"{base}?delivery={sent.pk}&language=en"
        return signed(client, url, {"CallSid": "CA1", "To": E164, **form}, token)

    def by_aliyun(self, client: Client, sent: Delivery, token: str, **entry: str) -> int:
        callee = E164.removeprefix("+86")
        entry = {"call_id": "1^1", "out_id": str(sent.pk), "callee": callee, **entry}
        return client.post(
            f"/hooks/aliyun_voice/?token={token}",
            json.dumps([entry]),
            content_type="application/json",
        ).status_code

    @pytest.mark.parametrize("state", ["sending", "unknown", "sent"])
    def test_a_busy_line_is_heard_of_though_the_answer_was_lost(
        self, client: Client, sent: Delivery, state: str
    ) -> None:
        Delivery.objects.update(state=state, provider_id="1^1" if state == "sent" else "")
        assert self.by_aliyun(client, sent, TOKEN, status_code="200002") == 200
        receipts_apply()
        assert called().state == "pending"

    def test_a_repeated_callback_changes_nothing(
        self, client: Client, sent: Delivery, settings: Any
    ) -> None:
        again: list[Callable[[], int]] = [
            lambda: self.by_twilio(client, sent, settings.TWILIO_AUTH_TOKEN, Digits="9"),
            lambda: self.by_aliyun(client, sent, TOKEN, status_code="200000", dtmf="9"),
        ]
        for post in again:
            assert [post() for _ in range(3)] == [200, 200, 200]
        assert Receipt.objects.count() == 2
        receipts_apply()
        assert called().state == "delivered"
        assert Consent.objects.filter(act=Consent.Act.WITHDRAWN).count() == 1

    def test_an_old_nine_that_is_played_again_ends_no_new_consent(
        self, client: Client, sent: Delivery, settings: Any
    ) -> None:
        token = settings.TWILIO_AUTH_TOKEN
        self.by_twilio(client, sent, token, Digits="9")
        Address.objects.update(suppressed_at=None, suppressed_for="")
        self.by_twilio(client, sent, token, Digits="9")
        assert voice().suppressed_at is None

    def test_the_end_of_a_call_after_the_key_takes_nothing_back(
        self, client: Client, sent: Delivery, settings: Any
    ) -> None:
        token = settings.TWILIO_AUTH_TOKEN
        self.by_twilio(client, sent, token, CallStatus="completed")
        receipts_apply()
        assert called().state == "undelivered"
        self.by_twilio(client, sent, token, Digits="1")
        receipts_apply()
        assert called().state == "delivered"
        self.by_twilio(client, sent, token, CallStatus="failed")
        receipts_apply()
        assert called().state == "delivered"

    @pytest.mark.parametrize("token", ["wrong", ""])
    def test_a_forged_callback_is_refused(self, client: Client, sent: Delivery, token: str) -> None:
        assert self.by_twilio(client, sent, token or "x", Digits="9") == 403
        assert self.by_aliyun(client, sent, token, status_code="200000", dtmf="9") == 403
        assert not Receipt.objects.exists()
        assert voice().suppressed_at is None
        assert dict(RefusedCallback.objects.values_list("channel", "count")) == {
            "twilio_voice": 1,
            "aliyun_voice": 1,
        }
