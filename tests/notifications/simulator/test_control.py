"""The control API's ledger, counts and settings."""

import http.client
from collections.abc import Callable

import pytest
from twilio.rest.api.v2010.account.message import MessageInstance

from notifications.simulator.testing import Simulator, running_simulator
from tests.notifications.simulator.conftest import PHONE, SENDER
from tests.notifications.simulator.receiver import Receiver

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


def test_the_ledger_begins_at_a_moment(simulator: Simulator, send: Send) -> None:
    send(body="earlier")
    send(body="later")
    _, later = simulator.messages()
    chosen = simulator.messages(since=str(later["accepted_at"]))
    assert [row["body"] for row in chosen] == ["later"]
    with pytest.raises(ValueError, match="yesterday"):
        simulator.messages(since="yesterday")


def test_an_unknown_provider_is_refused(simulator: Simulator) -> None:
    with pytest.raises(ValueError, match="pigeon"):
        simulator.messages(provider="pigeon")


def test_counts_are_by_provider_and_status(simulator: Simulator, send: Send) -> None:
    send()
    send()
    post_robot(simulator)
    simulator.control("POST", "inbound", {"from": PHONE, "text": "x"})
    simulator.wait_for(lambda rows: all(row["status"] == "delivered" for row in rows[:3]))
    counts = simulator.control("GET", "counts")
    assert counts["messages"] == 4
    assert counts["twilio"] == {"delivered": 2, "received": 1}
    assert counts["wecom"] == {"delivered": 1}
    assert counts["mail"] == {}


def test_a_phones_messages_are_both_ways_oldest_first(simulator: Simulator, send: Send) -> None:
    send(body="1")
    simulator.control("POST", "inbound", {"from": PHONE, "text": "2"})
    send(body="3")
    send(to="+8613900005678", body="other")
    rows = simulator.control("GET", f"phones/{PHONE}/messages")["messages"]
    assert [row["body"] for row in rows] == ["1", "2", "3"]


def test_a_reset_forgets_everything(simulator: Simulator, send: Send) -> None:
    send()
    simulator.switch("rate_limited")
    simulator.control("POST", "inbound", {"from": PHONE, "text": "STOP"})
    simulator.control("POST", "reset")
    assert simulator.messages() == []
    assert simulator.control("GET", "switches")["switches"] == []
    assert send().status == "queued"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"text"', b"\xff\xfe"])
@pytest.mark.parametrize("path", ["/control/config", "/control/switches"])
def test_what_is_no_json_object_is_refused(simulator: Simulator, path: str, body: bytes) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", simulator.port)
    connection.request("PUT", path, body, {"Content-Type": "application/json"})
    assert connection.getresponse().status == 400
    connection.close()


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/control/switches", {"switches": 7}),
        ("PUT", "/control/switches", {"switches": "delay"}),
        ("POST", "/control/wechat/followers", {"followers": 7}),
        ("POST", "/control/wechat/followers", {"followers": ["somebody"]}),
        ("POST", "/control/wechat/followers", {"openid": 7}),
        ("PUT", "/control/config", {"__dict__": {}}),
    ],
)
def test_a_list_that_is_none_is_refused(
    simulator: Simulator, method: str, path: str, body: dict[str, object]
) -> None:
    assert simulator.request(method, path, body)[0] == 400


def test_a_setting_that_is_none_is_refused(simulator: Simulator) -> None:
    with pytest.raises(ValueError, match="there is no setting colour"):
        simulator.control("PUT", "config", {"colour": "red"})


def test_a_simulator_can_be_had_with_settings_and_credentials_of_its_own() -> None:
    with running_simulator(wecom_per_minute=1) as one, running_simulator() as other:
        assert one.url != other.url
        assert one.auth_token != other.auth_token
        for _ in range(2):
            post_robot(one)
        assert len(one.messages()) == 1
        assert other.messages() == []


def test_waiting_in_vain_is_an_error_that_shows_the_ledger(
    simulator: Simulator, send: Send
) -> None:
    send(body="这一条")
    with pytest.raises(TimeoutError, match="这一条"):
        simulator.wait_for(lambda rows: len(rows) == 2, within_seconds=0.05)
