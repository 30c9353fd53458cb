"""WeChat's callbacks: whom to believe, and what they say."""

from dataclasses import replace

import pytest
from django.test import RequestFactory

from notifications.channels import provider as find_provider
from notifications.channels.outcomes import (
    BadSignature,
    Inbound,
    InboundAction,
    Reason,
    ReceiptState,
    UnreadableCallback,
)
from tests.notifications.channels.wechat import event, posted

OPENID = "oABCDEFGHIJKLMNOPQRSTUV_0001"
WECHAT = find_provider("wechat")
# How old a callback is, PostgreSQL says.
pytestmark = pytest.mark.django_db


def callback(xml: str = "", *, method: str = "post", age: int = 0, **query: str):
    """A request in safe mode, signed as WeChat signs it."""
    path, body = posted(xml, age=age, signed_nonce="n1", **query)
    if method == "get":
        return RequestFactory().get(path)
    return RequestFactory().post(path, body, content_type="text/xml")


class TestCallbacks:
    def test_the_question_whether_the_address_is_ours_is_answered(self, simulator) -> None:
        request = callback(method="get", echostr="12345")
        WECHAT.verify_callback(request)
        assert WECHAT.parse_callback(request).answer == "12345"

    @pytest.mark.parametrize(
        "query",
        [
            {"msg_signature": "0" * 40},
            {"msg_signature": ""},
            {"nonce": "n2"},
            {"timestamp": "x"},
            {"timestamp": "9" * 30},
            {"timestamp": "²"},
        ],
    )
    def test_a_changed_callback_is_refused(self, simulator, query) -> None:
        with pytest.raises(BadSignature):
            WECHAT.verify_callback(callback(**query))

    @pytest.mark.parametrize("age", [601, -601, 86400])
    def test_an_old_callback_is_refused(self, simulator, age) -> None:
        with pytest.raises(BadSignature):
            WECHAT.verify_callback(callback(age=age))

    def test_an_unset_token_verifies_nothing(self, simulator, settings) -> None:
        settings.WECHAT_CALLBACK_TOKEN = ""
        with pytest.raises(BadSignature):
            WECHAT.verify_callback(callback())

    @pytest.mark.parametrize(
        ("status", "state", "reason", "suppress"),
        [
            ("success", ReceiptState.DELIVERED, None, False),
            ("failed:user block", ReceiptState.UNDELIVERED, Reason.OPTED_OUT, True),
            ("failed: user block", ReceiptState.UNDELIVERED, Reason.OPTED_OUT, True),
            ("failed: system failed", ReceiptState.NOT_SENT, Reason.PROVIDER_ERROR, False),
            ("failed:system failed", ReceiptState.NOT_SENT, Reason.PROVIDER_ERROR, False),
            ("failed: something else", ReceiptState.UNDELIVERED, Reason.PROVIDER_ERROR, False),
        ],
    )
    def test_a_receipt_is_read_with_its_state_and_reason(
        self, simulator, status, state, reason, suppress
    ) -> None:
        xml = event(
            FromUserName=OPENID,
            MsgType="event",
            Event="TEMPLATESENDJOBFINISH",
            MsgID="200163836",
            Status=status,
        )
        said = WECHAT.parse_callback(callback(xml))
        [receipt] = said.receipts
        assert (receipt.state, receipt.reason, receipt.suppress) == (state, reason, suppress)
        assert receipt.provider_id == "200163836"
        assert said.answer == "success"

    @pytest.mark.parametrize(
        ("fields", "expected"),
        [
            ({"MsgType": "event", "Event": "subscribe"}, Inbound(OPENID, InboundAction.FOLLOW)),
            ({"MsgType": "event", "Event": "unsubscribe"}, Inbound(OPENID, InboundAction.STOP)),
            (
                {"MsgType": "text", "Content": "到账了吗"},
                Inbound(OPENID, InboundAction.TEXT, "到账了吗"),
            ),
        ],
    )
    def test_what_followers_do_is_read_as_an_action(self, simulator, fields, expected) -> None:
        said = WECHAT.parse_callback(callback(event(FromUserName=OPENID, **fields)))
        assert [replace(one, message_id="") for one in said.inbound] == [expected]
        assert said.answer == "success"

    def test_other_events_are_taken_and_change_nothing(self, simulator) -> None:
        said = WECHAT.parse_callback(callback(event(FromUserName=OPENID, Event="VIEW")))
        assert (list(said.receipts), list(said.inbound), said.answer) == ([], [], "success")

    @pytest.mark.parametrize(
        "xml",
        [
            "",
            "no xml",
            "<xml>",
            "<xml></xml>",
            '<?xml version="1.0" encoding="unheard-of"?><xml></xml>',
            '<?xml version="1.0" encoding="gb2312"?><xml></xml>',
            '<?xml version="1.0" encoding="utf-16"?><xml></xml>',
            "\x00",
            event(FromUserName=OPENID),
            event(FromUserName=OPENID, Event="TEMPLATESENDJOBFINISH"),
            event(FromUserName=OPENID, Event="TEMPLATESENDJOBFINISH", MsgID="9" * 300, Status="x"),
            f"<xml><FromUserName>{OPENID}</FromUserName><Event>subscribe_msg_sent_event</Event>"
            "<List><MsgID>1</MsgID><ErrorCode>²</ErrorCode></List></xml>",
            '<!DOCTYPE x [<!ENTITY a "b">]><xml><FromUserName>&a;</FromUserName></xml>',
            '<!DOCTYPE x SYSTEM "file:///etc/passwd"><xml></xml>',
        ],
    )
    def test_nonsense_is_unreadable(self, simulator, xml) -> None:
        with pytest.raises(UnreadableCallback):
            WECHAT.parse_callback(callback(xml))


class TestKeys:
    """The EncodingAESKey is changed at WeChat and in the settings, never in the same moment."""

    OLD = "Z" * 43

    def test_what_was_encrypted_with_the_old_key_is_read_too(self, simulator, settings) -> None:
        settings.WECHAT_ENCODING_AES_KEY += f",{self.OLD}"
        xml = event(FromUserName=OPENID, Event="unsubscribe")
        for key in ("", self.OLD):
            path, body = posted(xml, key=key)
            request = RequestFactory().post(path, body, content_type="text/xml")
            WECHAT.verify_callback(request)
            assert [one.action for one in WECHAT.parse_callback(request).inbound] == ["stop"]

    @pytest.mark.parametrize("wrong", [{"key": "Y" * 43}, {"app_id": "wx-of-somebody-else"}])
    def test_what_no_key_opens_is_said_in_the_log(self, simulator, caplog, wrong) -> None:
        path, body = posted(event(FromUserName=OPENID, Event="unsubscribe"), **wrong)
        with pytest.raises(UnreadableCallback):
            WECHAT.parse_callback(RequestFactory().post(path, body, content_type="text/xml"))
        assert "check its EncodingAESKey" in caplog.text
