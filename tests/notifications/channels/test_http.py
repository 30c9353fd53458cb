"""What broken connections and odd answers mean."""

import asyncio
import socket
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.channels import http
from notifications.channels.outcomes import NotAccepted, NotSent, Reason, Unknown
from tests.notifications.channels.builders import (
    closed_port,
    hang_up,
    http_answer,
    read_request,
    tcp_server,
)


async def post(url: str) -> http.ProviderResponse:
    async with http.session() as opened:
        return await http.request(opened, "POST", url, data=b"x")


def failure(port: int) -> NotSent | Unknown:
    with pytest.raises(NotAccepted) as caught:
        asyncio.run(post(f"http://127.0.0.1:{port}/"))
    return caught.value.outcome


def test_an_answer_comes_whole() -> None:
    with tcp_server(http_answer("418 Teapot", '{"a": "中"}', "X-Say: hi")) as port:
        answer = asyncio.run(post(f"http://127.0.0.1:{port}/"))
    assert (answer.status, answer.headers["X-Say"]) == (418, "hi")
    assert answer.json() == {"a": "中"}
    assert answer.text == '{"a": "中"}'


@pytest.mark.parametrize("body", [b"", b"[1]", b"null", b"\xff\xfe", b"{", b'"a"'])
def test_what_is_no_json_object_reads_as_an_empty_one(body: bytes) -> None:
    assert http.ProviderResponse(200, {}, body).json() == {}


def test_a_redirect_is_not_followed() -> None:
    with tcp_server(http_answer("302 Found", "", "Location: http://127.0.0.1:1/")) as port:
        assert asyncio.run(post(f"http://127.0.0.1:{port}/")).status == 302


def test_a_refused_connection_has_sent_nothing() -> None:
    outcome = failure(closed_port())
    assert isinstance(outcome, NotSent)
    assert outcome.reason is Reason.CONNECTION


def test_a_name_that_is_none_has_sent_nothing() -> None:
    with pytest.raises(NotAccepted) as caught:
        asyncio.run(post("http://no-such-name.invalid/"))
    assert isinstance(caught.value.outcome, NotSent)


def test_a_connection_closed_after_the_request_leaves_it_open() -> None:
    with tcp_server(hang_up) as port:
        assert failure(port) == Unknown(Reason.CONNECTION, "ServerDisconnectedError")


def test_half_an_answer_leaves_it_open() -> None:
    def serve(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")

    with tcp_server(serve) as port:
        assert failure(port) == Unknown(Reason.CONNECTION, "ClientPayloadError")


def test_an_endless_answer_leaves_it_open() -> None:
    def serve(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            connection.sendall(b"10000\r\n" + b"x" * 65536 + b"\r\n")

    with tcp_server(serve) as port:
        assert failure(port) == Unknown(Reason.CONNECTION, "AnswerTooLong")


def test_silence_leaves_it_open(impatient) -> None:
    def serve(connection: socket.socket) -> None:
        read_request(connection)
        connection.recv(1)

    with tcp_server(serve) as port:
        assert failure(port) == Unknown(Reason.TIMEOUT, "SocketTimeoutError")


def test_a_connection_that_never_stands_has_sent_nothing() -> None:
    error = aiohttp.ConnectionTimeoutError("connecting")
    assert http.outcome_of(error) == NotSent(Reason.CONNECTION, "ConnectionTimeoutError")


def test_retry_after_is_read_as_seconds_or_a_date(subtests: pytest.Subtests) -> None:
    for value, expected in [
        ("0", 0.0),
        ("30", 30.0),
        (" 30 ", 30.0),
        ("999999", 3600.0),
        ("", None),
        ("-5", None),
        ("soon", None),
        ("²", None),
        ("9" * 400, 3600.0),
        ("1.5", None),
        ("+30", None),
        ("30, 60", None),
        ("0x1E", None),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        ("Wed, 21 Oct 2015 07:28:00", 0.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 3600.0),
        ("Mon, 01 Jan 0001 00:00:00 +1400", 0.0),
        # Numbers that no calendar and no clock can hold.
        ("Wed, 21 Oct 2015 07:28:00 +99999999999999999", None),
        ("Wed, 21 Oct 99999999999999999999 07:28:00 GMT", None),
        ("Wed, 99 Oct 2015 07:28:00 GMT", None),
    ]:
        with subtests.test(value=value, expected=expected):
            assert http.retry_after({"Retry-After": value}) == expected


def test_retry_after_may_be_a_date() -> None:
    moment = datetime.now(UTC) + timedelta(minutes=10)
    seconds = http.retry_after({"Retry-After": format_datetime(moment, usegmt=True)})
    assert seconds is not None
    assert 500 < seconds <= 600


@given(st.text(max_size=40) | st.from_regex(r"[A-Z][a-z]{2}, \d+ Oct \d+ \d+:\d+:\d+ [+-]\d+"))
def test_whatever_a_server_says_the_wait_is_within_an_hour(value: str) -> None:
    seconds = http.retry_after({"Retry-After": value})
    assert seconds is None or 0 <= seconds <= 3600


def test_no_retry_after_is_none() -> None:
    assert http.retry_after({}) is None
