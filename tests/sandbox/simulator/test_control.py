"""The control API's ledger, counts and settings."""

import http.client
from collections.abc import Callable

import pytest
from twilio.rest.api.v2010.account.message import MessageInstance

from tests.sandbox.simulator.conftest import PHONE, SENDER
from tests.sandbox.simulator.receiver import Receiver
from tests.simulator import Simulator

Send = Callable[..., MessageInstance]
KEY = "a-group-robot"


def post_robot(simulator: Simulator) -> None:
    body = {"msgtype": "text", "text": {"content": "x"}}
    simulator.request("POST", f"/cgi-bin/webhook/send?key={KEY}", body)


def test_the_ledger_shows_what_was_sent(
    simulator: Simulator, send: Send, receiver: Receiver
) -> None:
    sid = send(body="你好", status_callback=receiver.url).sid
    (row,) = simulator.wait_for(lambda rows: len(rows[0]["attempts"]) == 2)
    assert row["provider"] == "twilio"
    assert (row["to"], row["sender"], row["body"]) == (PHONE, SENDER, "你好")
    assert (row["sid"], row["status"]) == (sid, "delivered")
    assert row["status_callback"] == receiver.url
    assert row["accepted_at"] <= row["sent_at"] <= row["updated_at"]
    assert {attempt["says"] for attempt in row["attempts"]} == {"sent", "delivered"}


def test_the_ledger_is_filtered(simulator: Simulator, send: Send) -> None:
    send()
    post_robot(simulator)
    assert len(simulator.messages()) == 2
    assert [row["provider"] for row in simulator.messages(provider="wecom")] == ["wecom"]
    assert [row["to"] for row in simulator.messages(to=KEY)] == [KEY]
    assert simulator.messages(to=KEY, provider="twilio") == []


def test_a_reset_forgets_everything(simulator: Simulator, send: Send) -> None:
    send()
    simulator.switch("rate_limited")
    simulator.control("POST", "inbound", {"from": PHONE, "text": "STOP"})
    simulator.control("POST", "reset")
    assert simulator.messages() == []
    assert simulator.control("GET", "switches")["switches"] == []
    assert send().status == "queued"


def test_what_is_no_json_object_is_refused(simulator: Simulator, subtests: pytest.Subtests) -> None:
    for body in [b"", b"{", b"[]", b'"text"', b"\xff\xfe"]:
        for path in ["/control/config", "/control/switches"]:
            with subtests.test(body=body, path=path):
                connection = http.client.HTTPConnection("127.0.0.1", simulator.port)
                connection.request("PUT", path, body, {"Content-Type": "application/json"})
                assert connection.getresponse().status == 400
                connection.close()
