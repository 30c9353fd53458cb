"""A recording of what somebody once did causes nothing when it is played again."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now
from django.test import Client
from twilio.request_validator import RequestValidator

from notifications.channels.outcomes import Reason
from notifications.delivery import callbacks
from notifications.delivery.models import RefusedCallback, TakenCallback
from notifications.delivery.taken import forget_spent
from notifications.subscribers.services.subscriptions import address_suppress
from tests.factories import make_address
from tests.notifications.channels.wechat import AES_KEY, event, plain, posted, wrapped

pytestmark = pytest.mark.django_db
PHONE = "+8613800138001"
OPENID = "oABCDEFGHIJKLMNOPQRSTUV_0001"
FOLLOWED = {"FromUserName": OPENID, "MsgType": "event", "Event": "subscribe", "CreateTime": "1"}
LEFT = {**FOLLOWED, "Event": "unsubscribe"}
INBOUND = "/hooks/twilio/inbound/"


@pytest.fixture(autouse=True)
def _accounts(settings) -> None:
    settings.TWILIO_AUTH_TOKEN = "0123456789abcdef0123456789abcdef"
    settings.WECHAT_APP_ID = "wx0123456789abcdef"
    settings.WECHAT_CALLBACK_TOKEN = "callback-token"
    settings.WECHAT_ENCODING_AES_KEY = AES_KEY
    settings.ALIYUN_SMS_CALLBACK_TOKEN = "a-secret-of-the-address"
    settings.SITE_URL = "http://testserver"


def texted(client: Client, word: str, sid: str) -> int:
    form = {"From": PHONE, "To": "+15005550006", "Body": word, "MessageSid": sid}
    signer = RequestValidator("0123456789abcdef0123456789abcdef")
    signature = signer.compute_signature(f"http://testserver{INBOUND}", form)
    return client.post(INBOUND, form, headers={"X-Twilio-Signature": signature}).status_code


def told(client: Client, request: tuple[str, str]) -> int:
    return client.post(request[0], request[1], content_type="text/xml").status_code


def stopped(address: Any) -> bool:
    address.refresh_from_db()
    return address.suppressed_at is not None


def test_a_recorded_start_after_a_stop_subscribes_nobody(client) -> None:
    address = make_address(PHONE)
    assert texted(client, "START", "SM1") == 200
    assert texted(client, "STOP", "SM2") == 200
    for _ in range(3):
        assert texted(client, "START", "SM1") == 200
    assert stopped(address)
    assert texted(client, "START", "SM3") == 200  # the merchant writes again
    assert not stopped(address)
    assert texted(client, "STOP", "SM2") == 200  # nor does an old STOP count twice
    assert not stopped(address)


def replayed(client: Client, signed: dict[str, str], sent: dict[str, str]) -> int:
    """Post one form under the signature of another one."""
    signer = RequestValidator("0123456789abcdef0123456789abcdef")
    signature = signer.compute_signature(f"http://testserver{INBOUND}", signed)
    # Otherwise the test would be about a signature that is wrong anyway.
    assert signature == signer.compute_signature(f"http://testserver{INBOUND}", sent)
    return client.post(INBOUND, sent, headers={"X-Twilio-Signature": signature}).status_code


SID = "SM" + "0a" * 16
STARTED = {
    "AccountSid": "AC1", "Body": "START", "From": PHONE, "FromCity": "", "MessageSid": SID,
    "NumMedia": "0", "SmsMessageSid": SID, "SmsStatus": "received", "To": "+15005550006",
}  # fmt: skip


def without(*names: str, **values: str) -> dict[str, str]:
    return {name: one for name, one in STARTED.items() if name not in names} | values


def test_letters_moved_between_names_and_values_make_no_new_start(client, subtests) -> None:
    address = make_address(PHONE)
    assert replayed(client, STARTED, STARTED) == 200
    assert texted(client, "STOP", "SM2") == 200
    rest = f"0SmsMessageSid{SID}SmsStatusreceivedTo+15005550006"
    for name, sent in (
        ("a longer id", without("NumMedia", MessageSid=f"{SID}NumMedia0")),
        (
            "a shorter id",
            {
                **without("NumMedia", "SmsMessageSid", "SmsStatus", "To", MessageSid=SID[:-1]),
                f"{SID[-1:]}NumMedia": rest,
            },
        ),
        ("an id in no form of one", without("NumMedia", "SmsMessageSid", MessageSid=(
            f"{SID}NumMedia0SmsMessageSid{SID}"))),
    ):  # fmt: skip
        with subtests.test(name=name):
            assert replayed(client, STARTED, sent) == 403
            assert stopped(address)


def test_a_strangers_own_text_names_no_other_sender_and_no_other_message(client, subtests) -> None:
    address = make_address(PHONE)
    stranger = "+8613900139000"
    other = "SM" + "0b" * 16
    for name, text, sent in (
        (
            "another sender",
            f"STOPFrom{PHONE}FromCity",
            {"Body": "STOP", "From": PHONE, "FromCity": f"From{stranger}FromCity"},
        ),
        (
            "another message of another sender",
            f"STOPFrom{PHONE}MessageSid{other}To",
            {
                "Body": "STOP", "From": PHONE, "MessageSid": other,
                "To": f"From{stranger}FromCityMessageSid{SID}NumMedia0SmsMessageSid{SID}"
                "SmsStatusreceivedTo+15005550006",
            },
        ),
    ):  # fmt: skip
        signed = without(From=stranger, Body=text)
        kept = {"AccountSid": "AC1"} if "MessageSid" in sent else without()
        with subtests.test(name=name):
            assert replayed(client, signed, {**kept, **sent}) == 403
            assert not stopped(address)
    # The text itself may say what it likes.
    assert replayed(client, without(Body="From8 to 10?"), without(Body="From8 to 10?")) == 200


def test_a_text_without_a_name_of_its_own_is_malformed(client) -> None:
    address = make_address(PHONE)
    assert texted(client, "STOP", "") == 400
    assert not stopped(address)


def test_one_that_failed_was_not_taken(client, monkeypatch) -> None:
    address = make_address(PHONE)
    with monkeypatch.context() as broken:
        broken.setattr(callbacks, "inbound_apply", lambda *_args: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            texted(client, "STOP", "SM1")
    assert not TakenCallback.objects.exists()
    assert texted(client, "STOP", "SM1") == 200
    assert stopped(address)


def test_aliyuns_copy_of_a_text_changes_nothing(client) -> None:
    address = make_address(PHONE)
    url = "/hooks/aliyun/inbound/?token=a-secret-of-the-address"

    def push(word: str, sequence: int) -> None:
        entry = {"phone_number": PHONE[3:], "content": word, "sequence_id": sequence}
        answer = client.post(url, json.dumps([entry]), content_type="application/json")
        assert answer.status_code == 200

    push("START", 1)
    push("STOP", 2)
    push("START", 1)
    assert stopped(address)


def test_in_safe_mode_a_follow_counts_once(client) -> None:
    address = make_address(OPENID, "wechat")
    followed = posted(event(**FOLLOWED))
    address_suppress(channel="wechat", clear_address=OPENID, reason=Reason.OPTED_OUT)
    assert told(client, followed) == 200
    assert not stopped(address)
    assert told(client, posted(event(**LEFT))) == 200
    assert told(client, followed) == 403
    assert stopped(address)
    assert RefusedCallback.objects.get().count == 1
    # WeChat's own repetition comes with another nonce; what it says is known, too.
    assert told(client, posted(event(**FOLLOWED))) == 200
    assert stopped(address)
    assert told(client, posted(event(**{**FOLLOWED, "CreateTime": "2"}))) == 200
    assert not stopped(address)


@pytest.mark.parametrize("age", [601, -601, 86400])
def test_in_safe_mode_an_old_callback_is_refused(client, age: int) -> None:
    address = make_address(OPENID, "wechat")
    assert told(client, posted(event(**LEFT), age=age)) == 403
    assert not stopped(address)


def test_in_safe_mode_the_signature_covers_the_body(client, subtests) -> None:
    address = make_address(OPENID, "wechat")
    url, body = posted(event(**{**FOLLOWED, "Event": "VIEW"}))
    _url, other = posted(event(**LEFT))
    unsigned = plain(event(**LEFT))
    for name, request, status in (
        ("another body", (url, other), 403),
        ("a body in clear", (url, event(**LEFT)), 403),
        ("a body in clear under WeChat's own signature", unsigned, 403),
        ("both", (unsigned[0], event(**LEFT, Encrypt="AAAA")), 403),
        ("no body", (url, ""), 403),
        ("no XML", (url, "<xml>"), 403),
        ("a DTD", (url, f'<!DOCTYPE x [<!ENTITY a "b">]>{body}'), 403),
        ("no signature", posted(event(**LEFT), msg_signature=""), 403),
        ("a signature that is no ASCII", posted(event(**LEFT), msg_signature="é"), 403),
        ("another nonce", posted(event(**LEFT), nonce="n1"), 403),
        ("another account", posted(event(**LEFT), app_id="wxanother"), 400),
        ("another key", posted(event(**LEFT), key=AES_KEY[::-1]), 400),
    ):
        with subtests.test(name=name):
            assert told(client, request) == status
            assert not stopped(address)


@pytest.mark.parametrize("encrypted", ["", "A", "AAAA", "é", "=" * 44, "A" * 64])
def test_what_cannot_be_opened_changes_nothing(client, encrypted: str) -> None:
    from sandbox.simulator.wechat_callbacks import signature

    url, _body = posted(event(**LEFT), signed_nonce="n")
    moment = url.split("timestamp=")[1].split("&")[0]
    url = url.rpartition("=")[0] + "=" + signature("callback-token", moment, "n", encrypted)
    assert told(client, (url, wrapped(encrypted))) in {400, 403}


def test_clear_text_is_believed_only_where_that_was_chosen(client, settings) -> None:
    address = make_address(OPENID, "wechat")
    settings.WECHAT_ENCODING_AES_KEY = ""
    assert told(client, plain(event(**LEFT))) == 403
    assert not stopped(address)
    settings.WECHAT_CALLBACK_PLAIN = True
    left = plain(event(**LEFT))
    assert told(client, left) == 200
    assert stopped(address)
    # An unsigned body stops messages, and never starts them again; nor is its address used twice.
    assert told(client, plain(event(**FOLLOWED))) == 200
    assert told(client, (left[0], event(**FOLLOWED))) == 403
    assert stopped(address)


def test_nonces_are_forgotten_and_messages_are_not(client) -> None:
    make_address(PHONE)
    texted(client, "STOP", "SM1")
    told(client, posted(event(**{**FOLLOWED, "Event": "VIEW"})))
    TakenCallback.objects.update(taken_at=Now() - timedelta(hours=2))
    assert forget_spent() == 1
    [left] = TakenCallback.objects.all()
    assert (left.channel, left.forgettable) == ("twilio", False)


def test_whom_a_mark_is_about_cannot_be_read_in_it(client) -> None:
    make_address(OPENID, "wechat")
    told(client, posted(event(**LEFT)))
    assert not [one for one in TakenCallback.objects.all() if OPENID in one.key]
