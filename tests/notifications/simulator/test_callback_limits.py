"""How long a callback is tried, and where it is never posted to."""

import socket
import threading
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest.api.v2010.account.message import MessageInstance

from notifications.simulator.testing import Simulator
from tests.notifications.simulator.conftest import PHONE
from tests.notifications.simulator.receiver import Receiver
from tests.notifications.simulator.wechat_client import OPENID, send_template

Send = Callable[..., MessageInstance]
ELSEWHERE = (
    "https://example.com/",
    "http://192.168.1.5/",
    "http://169.254.169.254/latest/",
    "http://127.0.0.1@example.com/",
    "http://0.0.0.0:8000/",
    "http://[2606:4700::1111]/",
    "http://127.0.0.1.example.com/",
    "ftp://127.0.0.1/",
    "javascript:alert(1)",
    "/hooks/",
    "127.0.0.1:8000/hooks/",
    "http://",
)
# Addresses of this machine at which nobody can be reached.
DEAD_ENDS = ("http://127.0.0.1:99999/", "http://127.0.0.1:abc/", "http://localhost:0/")


@pytest.fixture
def counted() -> Iterator[tuple[str, list[bytes]]]:
    """A server that hangs up on every request, and the requests that it heard."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        ending = threading.Event()

        def serve() -> None:
            while not ending.is_set():
                try:
                    connection, _ = server.accept()
                except TimeoutError:
                    continue
                with connection:
                    heard.append(connection.recv(65536))

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/", heard
        ending.set()
        thread.join()


@pytest.mark.parametrize("url", ELSEWHERE)
def test_a_callback_elsewhere_is_refused_and_noted(
    simulator: Simulator, send: Send, url: str
) -> None:
    with pytest.raises(TwilioRestException) as caught:
        send(status_callback=url)
    assert (caught.value.status, caught.value.code) == (400, 21609)
    assert url in caught.value.msg
    assert simulator.messages() == []
    (note,) = simulator.control("GET", "ledger")["notes"]
    assert url in note["text"]


@pytest.mark.parametrize("url", ELSEWHERE)
@pytest.mark.parametrize("name", ["twilio_inbound_url", "wechat_callback_url"])
def test_no_setting_leads_elsewhere(simulator: Simulator, name: str, url: str) -> None:
    with pytest.raises(ValueError, match="must be a URL of this machine"):
        simulator.control("PUT", "config", {name: url})


@pytest.mark.parametrize("retries", [0, 1, 3])
def test_a_callback_is_tried_once_and_then_as_often_as_set(
    simulator: Simulator, send: Send, receiver: Receiver, retries: int
) -> None:
    simulator.control("PUT", "config", {"callback_retries": retries, "callback_retry_ms": 5})
    receiver.failures = [503] * 50
    send(status_callback=receiver.url)
    tries = 2 * (retries + 1)
    rows = simulator.wait_for(lambda rows: len(rows[0]["attempts"]) == tries)
    assert [attempt["http"] for attempt in rows[0]["attempts"]] == [503] * tries
    assert len(receiver.posted) == tries
    assert rows[0]["status"] == "delivered"


def test_every_try_is_the_same_callback(
    simulator: Simulator, send: Send, receiver: Receiver
) -> None:
    simulator.control("PUT", "config", {"delivered_ms": 60_000})
    receiver.failures = [500, 500]
    send(status_callback=receiver.url)
    first, second, third = receiver.wait_for(3)
    assert first.body == second.body == third.body
    signatures = {one.headers["X-Twilio-Signature"] for one in (first, second, third)}
    assert len(signatures) == 1


def test_between_tries_the_set_time_passes(
    simulator: Simulator, send: Send, receiver: Receiver
) -> None:
    simulator.control("PUT", "config", {"callback_retry_ms": 200, "delivered_ms": 60_000})
    receiver.failures = [500, 500]
    send(status_callback=receiver.url)
    rows = simulator.wait_for(lambda rows: len(rows[0]["attempts"]) == 3)
    times = [attempt["at"] for attempt in rows[0]["attempts"]]
    assert all(later - earlier >= 0.2 for earlier, later in pairwise(times))


@pytest.mark.parametrize("status", [200, 204, 299])
def test_every_2xx_takes_it(
    simulator: Simulator, send: Send, receiver: Receiver, status: int
) -> None:
    receiver.failures = [status] * 2
    send(status_callback=receiver.url)
    rows = simulator.wait_for(lambda rows: len(rows[0]["attempts"]) == 2)
    assert [attempt["http"] for attempt in rows[0]["attempts"]] == [status] * 2
    assert {attempt["answer"] for attempt in rows[0]["attempts"]} == {""}


@pytest.mark.parametrize("status", [301, 400, 403, 404, 429, 500, 503])
def test_nothing_else_does(
    simulator: Simulator, send: Send, receiver: Receiver, status: int
) -> None:
    simulator.control("PUT", "config", {"delivered_ms": 60_000, "callback_retry_ms": 5})
    receiver.failures = [status]
    send(status_callback=receiver.url)
    rows = simulator.wait_for(lambda rows: len(rows[0]["attempts"]) == 2)
    assert [attempt["http"] for attempt in rows[0]["attempts"]] == [status, 200]


def test_a_connection_that_breaks_is_tried_again(
    simulator: Simulator, send: Send, counted: tuple[str, list[bytes]]
) -> None:
    url, heard = counted
    simulator.control("PUT", "config", {"delivered_ms": 60_000, "callback_retries": 2})
    send(status_callback=url)
    rows = simulator.wait_for(lambda rows: len(rows[0]["attempts"]) == 3)
    assert {attempt["http"] for attempt in rows[0]["attempts"]} == {0}
    assert len([one for one in heard if one.startswith(b"POST / ")]) == 3


@pytest.mark.parametrize("url", DEAD_ENDS)
def test_a_dead_end_is_written_down(simulator: Simulator, send: Send, url: str) -> None:
    simulator.control("PUT", "config", {"callback_retries": 0})
    send(status_callback=url)
    rows = simulator.wait_for(lambda rows: len(rows[0]["attempts"]) == 2)
    assert all(attempt["answer"].endswith("Error") for attempt in rows[0]["attempts"])


def test_many_dead_ends_do_not_hold_up_a_good_callback(
    simulator: Simulator, send: Send, receiver: Receiver
) -> None:
    for number in range(30):
        send(status_callback=DEAD_ENDS[number % len(DEAD_ENDS)])
    sid = send(status_callback=receiver.url).sid
    assert {one.form["MessageSid"] for one in receiver.wait_for(2)} == {sid}


def test_a_reset_forgets_a_message_but_not_how_to_post(
    simulator: Simulator, send: Send, receiver: Receiver
) -> None:
    simulator.control("PUT", "config", {"sent_ms": 50})
    send(status_callback=f"{receiver.url}/before")
    simulator.control("POST", "reset")
    send(status_callback=f"{receiver.url}/after")
    assert [one.path for one in receiver.wait_for(2)] == ["/after", "/after"]


def test_a_wechat_callback_is_tried_again_with_the_same_signature(
    simulator: Simulator, account: Receiver
) -> None:
    account.failures = [500]
    send_template(simulator)
    first, second = account.wait_for(2)
    assert first.path == second.path
    assert first.body == second.body
    rows = simulator.wait_for(lambda rows: len(rows[0]["attempts"]) == 2, to=OPENID)
    assert [attempt["http"] for attempt in rows[0]["attempts"]] == [500, 200]


def test_a_callback_url_with_a_query_keeps_it(simulator: Simulator, receiver: Receiver) -> None:
    url = f"{receiver.url}/hooks/wechat/?account=1"
    simulator.control("PUT", "config", {"wechat_callback_url": url})
    simulator.control("POST", "wechat/followers", {"openid": OPENID})
    (posted,) = receiver.wait_for(1)
    assert posted.query["account"] == "1"
    assert {"signature", "timestamp", "nonce"} <= set(posted.query)


def test_an_answer_of_a_failure_brings_no_reply(simulator: Simulator, receiver: Receiver) -> None:
    simulator.control("PUT", "config", {"twilio_inbound_url": receiver.url, "callback_retries": 0})
    receiver.failures = [500]
    receiver.answer = "<Response><Message>不该出现</Message></Response>"
    simulator.control("POST", "inbound", {"from": PHONE, "text": "TD"})
    simulator.wait_for(lambda rows: rows[0]["attempts"])
    assert len(simulator.messages()) == 1


def test_a_reply_comes_once_though_its_callback_was_tried_twice(
    simulator: Simulator, receiver: Receiver
) -> None:
    simulator.control("PUT", "config", {"twilio_inbound_url": receiver.url})
    receiver.failures = [500]
    receiver.answer = "<Response><Message>已退订</Message></Response>"
    simulator.control("POST", "inbound", {"from": PHONE, "text": "TD"})
    rows = simulator.wait_for(lambda rows: len(rows) == 2)
    assert [row["body"] for row in rows] == ["TD", "已退订"]
    assert len(rows[0]["attempts"]) == 2
