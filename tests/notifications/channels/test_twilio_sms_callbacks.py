"""Twilio's callbacks: whom to believe, and what they say."""

from uuid import uuid4

import pytest
from django.test import RequestFactory
from twilio.request_validator import RequestValidator

from notifications.channels import provider as find_provider
from notifications.channels.outcomes import (
    BadSignature,
    Callback,
    Inbound,
    InboundAction,
    Reason,
    ReceiptState,
    UnreadableCallback,
)

PHONE = "+8613800138000"
SMS = find_provider("twilio")


def signed(settings, path="/hooks/twilio/status/", **fields):
    """A callback as Twilio would sign it."""
    request = RequestFactory().post(path, fields)
    url = f"{settings.SITE_URL}{path}"
    token = settings.TWILIO_AUTH_TOKEN
    request.META["HTTP_X_TWILIO_SIGNATURE"] = RequestValidator(token).compute_signature(url, fields)
    return request


class TestCallbacks:
    def test_a_signed_status_names_its_delivery(self, simulator, settings) -> None:
        attempt = uuid4()
        path = f"/hooks/twilio/status/?delivery=7&attempt={attempt}"
        request = signed(settings, path, MessageSid="SM1", MessageStatus="delivered", To=PHONE)
        SMS.verify_callback(request)
        [receipt] = SMS.parse_callback(request).receipts
        assert receipt.key == "SM1:delivered"
        assert receipt.state is ReceiptState.DELIVERED
        assert (receipt.provider_id, receipt.delivery_id) == ("SM1", 7)
        assert receipt.attempt_id == attempt

    @pytest.mark.parametrize(
        ("path", "fields", "signature"),
        [
            ("/hooks/twilio/status/?delivery=8", {}, None),
            ("/hooks/twilio/status/", {"MessageStatus": "failed"}, None),
            ("/hooks/twilio/status/", {}, ""),
            ("/hooks/twilio/status/", {}, "签名"),
        ],
    )
    def test_a_changed_callback_is_refused(
        self, simulator, settings, path, fields, signature
    ) -> None:
        good = {"MessageSid": "SM1", "MessageStatus": "delivered"}
        header = signed(settings, **good).META["HTTP_X_TWILIO_SIGNATURE"]
        request = RequestFactory().post(path, {**good, **fields})
        request.META["HTTP_X_TWILIO_SIGNATURE"] = header if signature is None else signature
        with pytest.raises(BadSignature):
            SMS.verify_callback(request)

    def test_an_unset_token_verifies_nothing(self, simulator, settings) -> None:
        settings.TWILIO_AUTH_TOKEN = ""
        with pytest.raises(BadSignature):
            SMS.verify_callback(signed(settings, MessageSid="SM1", MessageStatus="sent"))

    @pytest.mark.parametrize(
        ("status", "state"),
        [
            ("sent", ReceiptState.SENT),
            ("delivered", ReceiptState.DELIVERED),
            ("undelivered", ReceiptState.UNDELIVERED),
            ("failed", ReceiptState.FAILED),
        ],
    )
    def test_statuses_that_tell_something(self, settings, status, state) -> None:
        request = RequestFactory().post("/", {"MessageSid": "SM1", "MessageStatus": status})
        assert SMS.parse_callback(request).receipts[0].state is state

    @pytest.mark.parametrize("status", ["queued", "sending", "accepted", "scheduled", "新"])
    def test_statuses_on_the_way_tell_nothing(self, status) -> None:
        request = RequestFactory().post("/", {"MessageSid": "SM1", "MessageStatus": status})
        assert SMS.parse_callback(request) == Callback()

    @pytest.mark.parametrize(
        ("code", "reason", "suppress"),
        [
            ("21610", Reason.OPTED_OUT, True),
            ("30003", Reason.UNREACHABLE, False),
            ("30005", Reason.UNKNOWN_NUMBER, True),
            ("30006", Reason.UNKNOWN_NUMBER, True),
            ("30007", Reason.BLOCKED, False),
            ("30001", Reason.QUOTA, False),
            ("12345", Reason.OTHER, False),
            ("", None, False),
            ("kaputt", None, False),
        ],
    )
    def test_error_codes_of_receipts(self, code, reason, suppress) -> None:
        fields = {"MessageSid": "SM1", "MessageStatus": "undelivered", "ErrorCode": code}
        [receipt] = SMS.parse_callback(RequestFactory().post("/", fields)).receipts
        assert (receipt.reason, receipt.suppress, receipt.code) == (reason, suppress, code)

    @pytest.mark.parametrize(
        ("text", "action"),
        [
            ("STOP", InboundAction.STOP),
            ("退订", InboundAction.STOP),
            ("start", InboundAction.START),
            ("什么时候到账?", InboundAction.TEXT),
            ("", InboundAction.TEXT),
        ],
    )
    def test_what_merchants_write_is_read_as_an_action(self, text, action) -> None:
        form = {"From": PHONE, "Body": text, "MessageSid": "SM1"}
        request = RequestFactory().post("/hooks/twilio/", form)
        callback = SMS.parse_callback(request)
        [said] = callback.inbound
        assert said == Inbound(PHONE, action, text, "SM1")
        assert (callback.answer, callback.content_type) == ("<Response/>", "text/xml")

    @pytest.mark.parametrize(
        ("said", "text", "action"),
        [
            ("STOP", "ARRET", InboundAction.STOP),
            ("START", "重新订阅", InboundAction.START),
            ("HELP", "STOP?", InboundAction.TEXT),
        ],
    )
    def test_a_messaging_service_knows_its_own_keywords(self, said, text, action) -> None:
        form = {"From": PHONE, "Body": text, "MessageSid": "SM1", "OptOutType": said}
        [inbound] = SMS.parse_callback(RequestFactory().post("/", form)).inbound
        assert inbound == Inbound(PHONE, action, text, "SM1")

    @pytest.mark.parametrize(
        ("path", "fields"),
        [
            ("/", {}),
            ("/", {"MessageStatus": "sent"}),
            ("/", {"Body": "hello"}),
            ("/", {"Body": "hello", "From": PHONE}),
            ("/?delivery=x", {"MessageSid": "SM1", "MessageStatus": "sent"}),
            ("/?attempt=1", {"MessageSid": "SM1", "MessageStatus": "sent"}),
        ],
    )
    def test_nonsense_is_unreadable(self, path, fields) -> None:
        with pytest.raises(UnreadableCallback):
            SMS.parse_callback(RequestFactory().post(path, fields))
