"""Callbacks: only the provider is believed, forgeries are counted, repetitions change nothing."""

import hashlib
import time
from uuid import uuid4

import pytest
from django.test import Client
from twilio.request_validator import RequestValidator

from notifications.delivery.broadcasts import expand
from notifications.delivery.claim import claim
from notifications.delivery.models import Delivery, Receipt, RefusedCallback
from notifications.delivery.receipts import receipts_apply
from notifications.subscribers.models import Address
from tests.factories import make_address, open_incident

pytestmark = pytest.mark.django_db
PHONE = "+8613800138001"
TOKEN = "0123456789abcdef0123456789abcdef"
STATUS_URL = "/hooks/twilio/status/"
INBOUND_URL = "/hooks/twilio/inbound/"


@pytest.fixture(autouse=True)
def _accounts(settings):
    settings.TWILIO_ACCOUNT_SID = "AC" + "0" * 32
    settings.TWILIO_AUTH_TOKEN = TOKEN
    settings.WECHAT_CALLBACK_TOKEN = "callback-token"
    settings.SITE_URL = "http://testserver"


@pytest.fixture
def delivery():
    make_address(PHONE)
    expand(open_incident().number)
    claim("sms", 1)
    Delivery.objects.update(state="sent", provider_id="SM1")
    return Delivery.objects.get()


def signed(client, url, data, token=TOKEN):
    if "Body" in data:
        data = {"MessageSid": f"SM{uuid4().hex}", **data}
    signature = RequestValidator(token).compute_signature(f"http://testserver{url}", data)
    return client.post(url, data, headers={"X-Twilio-Signature": signature})


def status_url(delivery):
    return f"{STATUS_URL}?delivery={delivery.pk}&attempt={uuid4()}"


def test_a_signed_receipt_is_stored_and_answered_at_once(client, delivery):
    answer = signed(
        client, status_url(delivery), {"MessageSid": "SM1", "MessageStatus": "delivered"}
    )
    assert answer.status_code == 200
    assert Receipt.objects.get().delivery_id == delivery.pk
    assert Delivery.objects.get().state == "sent"
    receipts_apply()
    assert Delivery.objects.get().state == "delivered"


def test_the_same_receipt_again_is_answered_the_same_and_changes_nothing(client, delivery):
    url = status_url(delivery)
    data = {"MessageSid": "SM1", "MessageStatus": "delivered"}
    assert [signed(client, url, data).status_code for _ in range(3)] == [200, 200, 200]
    assert Receipt.objects.count() == 1


@pytest.mark.parametrize("token", ["wrong", "", "0" * 32])
def test_a_forged_receipt_is_refused_and_counted(client, delivery, token, caplog):
    answer = signed(
        client, status_url(delivery), {"MessageSid": "SM1", "MessageStatus": "failed"}, token
    )
    assert answer.status_code == 403
    assert answer.content.decode().strip()
    assert not Receipt.objects.exists()
    assert RefusedCallback.objects.get().count == 1
    assert "twilio" in caplog.text


def test_forgeries_of_a_day_add_up(client):
    for _ in range(3):
        client.post(STATUS_URL, {"MessageSid": "SM1"})
    client.post("/hooks/wechat/", b"<xml/>", content_type="text/xml")
    assert dict(RefusedCallback.objects.values_list("channel", "count")) == {
        "twilio": 3,
        "wechat": 1,
    }


@pytest.mark.parametrize("channel", ["email", "webhook", "wecom"])
def test_a_channel_that_expects_no_callback_refuses_every_one(client, channel):
    assert client.post(f"/hooks/{channel}/").status_code == 403


@pytest.mark.parametrize("path", ["/hooks/nosuchchannel/", "/hooks/nosuchchannel/status/"])
def test_an_unknown_channel_is_not_found(client, path):
    assert client.post(path).status_code == 404


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_not_allowed(client, method):
    assert getattr(client, method)(STATUS_URL).status_code == 405


def test_signed_nonsense_is_a_bad_request_and_not_counted_as_forged(client):
    answer = signed(client, STATUS_URL, {"Nonsense": "1"})
    assert answer.status_code == 400
    assert not RefusedCallback.objects.exists()


def test_a_signed_receipt_with_a_broken_delivery_id_is_a_bad_request(client):
    url = f"{STATUS_URL}?delivery=first&attempt=none"
    answer = signed(client, url, {"MessageSid": "SM1", "MessageStatus": "delivered"})
    assert answer.status_code == 400


def test_a_refusal_says_why_in_plain_words(client):
    assert client.post(STATUS_URL).content.decode() == "签名无效。"


@pytest.mark.parametrize("body", ["STOP", "stop", "退订", "TD"])
def test_stop_suppresses_the_address_at_once(client, body):
    address = make_address(PHONE)
    answer = signed(client, INBOUND_URL, {"From": PHONE, "To": "+15005550006", "Body": body})
    assert answer.status_code == 200
    address.refresh_from_db()
    assert address.suppressed_at
    assert address.consents.get().act == "withdrawn"


def test_the_word_start_revives_an_address(client):
    address = make_address(PHONE)
    for body in ("STOP", "START"):
        signed(client, INBOUND_URL, {"From": PHONE, "To": "+15005550006", "Body": body})
    address.refresh_from_db()
    assert address.suppressed_at is None


@pytest.mark.parametrize("sender", ["+8613900139000", "not a number", "", "+1" * 200])
def test_a_text_from_anyone_else_changes_nothing(client, sender):
    make_address(PHONE)
    answer = signed(client, INBOUND_URL, {"From": sender, "To": "+15005550006", "Body": "STOP"})
    assert answer.status_code in {200, 400}
    assert Address.objects.get().suppressed_at is None


def wechat_query(token="callback-token"):
    timestamp, nonce = str(int(time.time())), "nonce"
    text = "".join(sorted([token, timestamp, nonce]))
    signature = hashlib.sha1(text.encode()).hexdigest()  # noqa: S324 - WeChat's own scheme
    return {"signature": signature, "timestamp": timestamp, "nonce": nonce}


def test_wechat_asks_whether_the_address_is_ours(client):
    answer = client.get("/hooks/wechat/", {**wechat_query(), "echostr": "12345"})
    assert (answer.status_code, answer.content) == (200, b"12345")
    forged = client.get("/hooks/wechat/", {**wechat_query("other"), "echostr": "12345"})
    assert forged.status_code == 403


def test_callbacks_need_no_csrf_token(delivery):
    client = Client(enforce_csrf_checks=True)
    answer = signed(
        client, status_url(delivery), {"MessageSid": "SM1", "MessageStatus": "delivered"}
    )
    assert answer.status_code == 200
