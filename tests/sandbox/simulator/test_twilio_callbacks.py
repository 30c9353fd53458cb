"""Signed status callbacks: what they say, how they are repeated, and what switches do to them."""

from collections.abc import Callable

import pytest
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from twilio.rest.api.v2010.account.message import MessageInstance

from tests.sandbox.simulator.conftest import PHONE, SENDER
from tests.sandbox.simulator.receiver import Receiver
from tests.simulator import Simulator

Send = Callable[..., MessageInstance]


def test_callbacks_tell_of_sent_and_delivered(
    send: Send, receiver: Receiver, simulator: Simulator
) -> None:
    simulator.control("PUT", "config", {"delivered_ms": 500})
    send(status_callback=receiver.url)
    assert receiver.statuses(2) == ["sent", "delivered"]


def test_a_callback_carries_the_documented_parameters(
    send: Send, receiver: Receiver, simulator: Simulator
) -> None:
    sid = send(status_callback=f"{receiver.url}/hooks/").sid
    told = receiver.told(2)
    sent, delivered = told["sent"], told["delivered"]
    assert sent.path == "/hooks/"
    assert sent.form == {
        "AccountSid": simulator.account_sid,
        "ApiVersion": "2010-04-01",
        "From": SENDER,
        "MessageSid": sid,
        "MessageStatus": "sent",
        "SmsSid": sid,
        "SmsStatus": "sent",
        "To": PHONE,
    }
    assert len(delivered.form["RawDlrDoneDate"]) == 10
    assert delivered.form["RawDlrDoneDate"].isdecimal()


def test_callbacks_pass_twilios_own_validator(
    send: Send, receiver: Receiver, simulator: Simulator
) -> None:
    url = f"{receiver.url}/hooks/twilio/?delivery=7&attempt=中"
    send(status_callback=url)
    for posted in receiver.wait_for(2):
        given = posted.headers["X-Twilio-Signature"]
        assert RequestValidator(simulator.auth_token).validate(url, posted.form, given)
        assert not RequestValidator("another token").validate(url, posted.form, given)
        tampered = {**posted.form, "MessageStatus": "failed"}
        assert not RequestValidator(simulator.auth_token).validate(url, tampered, given)


@pytest.mark.parametrize("code", [30003, 30005, 30006])
def test_a_number_can_be_made_undeliverable(
    send: Send, receiver: Receiver, simulator: Simulator, twilio: Client, code: int
) -> None:
    simulator.switch("outcome", to=PHONE, code=code)
    sid = send(status_callback=receiver.url).sid
    told = receiver.told(2)
    assert told["undelivered"].form["ErrorCode"] == str(code)
    assert "ErrorCode" not in told["sent"].form
    message = twilio.messages(sid).fetch()
    assert (message.status, message.error_code) == ("undelivered", code)


def test_a_message_can_be_made_to_fail_before_it_is_sent(
    send: Send, receiver: Receiver, simulator: Simulator
) -> None:
    simulator.switch("outcome", to=PHONE, status="failed", code=30008)
    send(status_callback=receiver.url)
    assert receiver.statuses(1) == ["failed"]
    assert simulator.messages()[0]["sent_at"] is None


def test_receipts_can_come_out_of_order(
    send: Send, receiver: Receiver, simulator: Simulator
) -> None:
    simulator.switch("receipts_out_of_order")
    send(status_callback=receiver.url)
    assert receiver.statuses(2) == ["delivered", "sent"]


def test_receipts_can_be_late(send: Send, receiver: Receiver, simulator: Simulator) -> None:
    simulator.switch("receipts_late", ms=3_000, count=1)
    late = send(status_callback=receiver.url).sid
    prompt = send(status_callback=receiver.url).sid
    arrived = [posted.form["MessageSid"] for posted in receiver.wait_for(4)]
    assert arrived == [prompt, prompt, late, late]


def test_receipts_can_be_missing_for_the_next_message_only(
    send: Send, receiver: Receiver, simulator: Simulator
) -> None:
    simulator.switch("receipts_never", count=1)
    silent = send(status_callback=receiver.url).sid
    heard = send(status_callback=receiver.url).sid
    assert [posted.form["MessageSid"] for posted in receiver.wait_for(2)] == [heard, heard]
    rows = simulator.wait_for(lambda rows: rows[0]["status"] == "delivered")
    assert rows[0]["sid"] == silent
    assert rows[0]["attempts"] == []
