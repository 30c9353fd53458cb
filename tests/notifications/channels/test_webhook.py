"""Webhooks: signed, told apart by their id, and never led into our own network."""

import json
import socket
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook as Verifier

from notifications.channels import provider as find_provider
from notifications.channels.outcomes import Accepted, Failed, NotSent, Reason
from tests.notifications.channels.builders import (
    SECRET,
    again,
    bulletin,
    closed_port,
    hang_up,
    http_answer,
    message,
    read_request,
    send,
    tcp_server,
)
from tests.simulator import Simulator

WEBHOOK = find_provider("webhook")
# Written in every way that some resolver or parser takes for this machine or its neighbours.
OURS = (
    *("127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "10.0.0.1", "192.168.1.1"),
    *("169.254.169.254", "0.0.0.0", "2130706433", "0x7f.1", "[fe80::1]"),  # noqa: S104
    *(
        "[64:ff9b::7f00:1]",
        "①②⑦.0.0.1",
        "１２７．０．０．１",
        "127。0。0。1",
        "ｌｏｃａｌｈｏｓｔ",
        "localhost.",
    ),
)


def hook(address: str, **values):
    return message(address, content=WEBHOOK.compose(bulletin()), **values)


def test_the_document_and_the_words_of_one_language() -> None:
    document = {"number": 12, "kind": "incident.update", "corrects": None, "content": {"a": 1}}
    payload = json.loads(WEBHOOK.compose(bulletin("en", document=document)).text)
    assert payload["type"] == "incident.update"
    assert payload["timestamp"] == "2025-02-21T02:42:00Z"
    data = payload["data"]
    assert data["statement"] == document
    assert data["language"] == "en"
    assert data["name"] == "T+1 payouts are late"
    assert data["next_update_by"] == "2025-02-21T03:15:00Z"
    assert data["url"] == "https://status.example.com/en/incidents/abc/"


def test_no_promise_is_null() -> None:
    payload = json.loads(WEBHOOK.compose(bulletin(next_update_by=None)).text)
    assert payload["data"]["next_update_by"] is None


def test_the_receiver_can_check_the_signature(simulator: Simulator) -> None:
    simulator.control("PUT", "webhooks/shop", {"secret": SECRET})
    [outcome] = send(WEBHOOK, hook(f"{simulator.url}/webhook-sink/shop"))
    [row] = simulator.messages(provider="webhook")
    assert outcome == Accepted("msg_7")
    assert row["details"]["signature_valid"] is True
    assert "T+1到账延迟" in row["body"]


def test_the_specifications_own_library_verifies_what_is_sent() -> None:
    seen: list[bytes] = []

    def serve(connection) -> None:
        seen.append(read_request(connection))
        connection.sendall(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")

    with tcp_server(serve) as port:
        send(WEBHOOK, hook(f"http://127.0.0.1:{port}/in"))
    head, _, body = seen[0].partition(b"\r\n\r\n")
    lines = [line.split(": ", 1) for line in head.decode().split("\r\n")[1:]]
    payload = Verifier(SECRET).verify(body, dict(lines))
    assert payload["data"]["number"] == 12


def test_a_repetition_has_the_same_id_and_another_delivery_another(simulator) -> None:
    sent = hook(f"{simulator.url}/webhook-sink/shop")
    send(WEBHOOK, sent)
    send(WEBHOOK, again(sent))
    send(WEBHOOK, hook(sent.address, delivery_id=8))
    ids = [row["client_msg_id"] for row in simulator.messages(provider="webhook")]
    assert ids == ["msg_7", "msg_7", "msg_8"]


@pytest.mark.parametrize(
    ("answer", "headers", "expected"),
    [
        ("200 OK", [], Accepted("msg_7")),
        ("202 Accepted", [], Accepted("msg_7")),
        ("301 Moved", ["Location: http://127.0.0.1/"], NotSent(Reason.PROVIDER_ERROR, "301")),
        ("400 Bad Request", [], NotSent(Reason.PROVIDER_ERROR, "400")),
        ("404 Not Found", [], NotSent(Reason.PROVIDER_ERROR, "404")),
        ("410 Gone", [], Failed(Reason.OPTED_OUT, "410", suppress=True)),
        ("429 Slow", ["Retry-After: 9"], NotSent(Reason.RATE_LIMITED, "429", 9.0)),
        ("429 Slow", [], NotSent(Reason.RATE_LIMITED, "429")),
        ("500 Oh", [], NotSent(Reason.PROVIDER_ERROR, "500")),
        ("503 Oh", ["Retry-After: 5"], NotSent(Reason.PROVIDER_ERROR, "503", 5.0)),
    ],
)
def test_each_answer_leads_to_its_outcome(answer: str, headers: list[str], expected) -> None:
    with tcp_server(http_answer(answer, "", *headers)) as port:
        assert send(WEBHOOK, hook(f"http://127.0.0.1:{port}/")) == [expected]


def test_an_endless_answer_is_not_read() -> None:
    def serve(connection) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            connection.sendall(b"400\r\n" + b"x" * 1024 + b"\r\n")

    with tcp_server(serve) as port:
        assert send(WEBHOOK, hook(f"http://127.0.0.1:{port}/")) == [Accepted("msg_7")]


def test_a_broken_connection_may_be_repeated() -> None:
    with tcp_server(hang_up) as port:
        [outcome] = send(WEBHOOK, hook(f"http://127.0.0.1:{port}/"))
    assert outcome == NotSent(Reason.CONNECTION, "ServerDisconnectedError")


def test_silence_may_be_repeated(simulator: Simulator, impatient) -> None:
    simulator.switch("timeout_after", provider="webhook", ms=3000)
    [outcome] = send(WEBHOOK, hook(f"{simulator.url}/webhook-sink/shop"))
    assert isinstance(outcome, NotSent)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_a"])
def test_without_a_usable_secret_nothing_is_sent(simulator: Simulator, secret: str) -> None:
    [outcome] = send(WEBHOOK, hook(f"{simulator.url}/webhook-sink/shop", secret=secret))
    assert outcome == Failed(Reason.NO_CREDENTIALS, "secret")
    assert simulator.messages(provider="webhook") == []


@pytest.mark.parametrize(
    "host",
    OURS,
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_our_own_network_is_out_of_reach(simulator: Simulator, settings, host, scheme) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE = False
    [outcome] = send(WEBHOOK, hook(f"{scheme}://{host}:{simulator.port}/webhook-sink/shop"))
    assert outcome == Failed(Reason.BAD_ADDRESS, "private")
    assert simulator.messages(provider="webhook") == []


def test_a_name_that_leads_into_our_network_is_out_of_reach(settings, monkeypatch) -> None:
    settings.WEBHOOK_ALLOW_PRIVATE = False
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_named: found)
    [outcome] = send(WEBHOOK, hook("https://hooks.example.com/in"))
    assert outcome == Failed(Reason.BAD_ADDRESS, "private")


def test_an_address_that_is_no_url_is_final() -> None:
    [outcome] = send(WEBHOOK, hook("http://"))
    assert isinstance(outcome, Failed)


def test_a_closed_port_is_worth_another_try() -> None:
    [outcome] = send(WEBHOOK, hook(f"http://127.0.0.1:{closed_port()}/"))
    assert isinstance(outcome, NotSent)
    assert outcome.reason is Reason.CONNECTION


def test_the_time_of_signing_is_now(simulator: Simulator) -> None:
    send(WEBHOOK, hook(f"{simulator.url}/webhook-sink/shop"))
    [row] = simulator.messages(provider="webhook")
    headers = {name.lower(): value for name, value in row["details"]["headers"].items()}
    sent_at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    assert abs((datetime.now(UTC) - sent_at).total_seconds()) < 60
