"""libcurl as transport: what a broken connection means, and that nothing is ever sent twice."""

import re
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress

import pycurl
import pytest
from django.test import override_settings

from notifications.channels import curl
from notifications.channels.http import MAX_ANSWER_BYTES
from notifications.channels.outcomes import NotAccepted, NotSent, Reason, Unknown

TEXT = ("Content-Type: text/plain", "Expect:")
LENGTH = re.compile(rb"(?i)content-length: (\d+)")


class Server:
    """Keeps connections alive, remembers every body, and does what the body asks."""

    def __init__(self) -> None:
        self.seen: list[bytes] = []
        self.connections = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        received = b""
        # A client that gives up closes with data unread, which resets the connection.
        with connection, suppress(ConnectionError):
            while chunk := connection.recv(65536):
                received += chunk
                head, end, rest = received.partition(b"\r\n\r\n")
                length = int(found[1]) if (found := LENGTH.search(head)) else 0
                if not end or len(rest) < length:
                    continue
                self.seen.append(rest or head.split()[1])
                received = b""
                if rest == b"drop":
                    return
                connection.sendall(self._answer(rest))

    @staticmethod
    def _answer(body: bytes) -> bytes:
        said = b"x" * (MAX_ANSWER_BYTES + 1) if body == b"long" else b"{}"
        moved = b"Location: /elsewhere\r\n" if body == b"move" else b"Retry-After: 3\r\n"
        status = b"302 Found" if body == b"move" else b"201 Created"
        length = str(len(said)).encode()
        return b"HTTP/1.1 %s\r\n%sContent-Length: %s\r\n\r\n%s" % (status, moved, length, said)


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.close()


async def post(url: str, body: bytes | None) -> object:
    try:
        return (await curl.Transfer(url, body, TEXT)).status
    except NotAccepted as error:
        return error.outcome


def posted(server: Server, *bodies: bytes, at_once: int = 1) -> list[object]:
    return outcomes(curl.Pool(at_once).drive(post(server.url, body) for body in bodies))


def outcomes(driven: Iterable[list[object]]) -> list[object]:
    return [one for landed in driven for one in landed]


def test_a_connection_that_dies_after_the_request_is_unknown_and_never_repeated(server):
    """libcurl would repeat it by itself: the connection was used before and said nothing."""
    told = posted(server, b"one", b"drop", b"three")
    assert server.seen == [b"one", b"drop", b"three"]
    assert told == [201, Unknown(Reason.CONNECTION, "curl 65"), 201]


def test_a_fresh_connection_that_dies_is_unknown_too(server):
    (outcome,) = posted(server, b"drop")
    assert (type(outcome), outcome.reason) == (Unknown, Reason.CONNECTION)
    assert server.seen == [b"drop"]


def test_connections_are_kept_alive(server):
    assert posted(server, *[b"hello"] * 20) == [201] * 20
    assert server.connections == 1


def test_many_are_under_way_at_once_and_each_is_sent_once(server):
    bodies = [f"message {number}".encode() for number in range(200)]
    assert posted(server, *bodies, at_once=16) == [201] * 200
    assert sorted(server.seen) == sorted(bodies)
    assert 1 < server.connections <= 16


@override_settings(DELIVERY_TIMEOUT_SECONDS=0.5)
def test_what_was_taken_up_before_a_pause_of_the_process_does_not_leave_after_it(server):
    async def after_a_pause() -> object:
        time.sleep(1)
        return await post(server.url, b"fresh")

    told = outcomes(curl.Pool(2).drive([post(server.url, b"stale"), after_a_pause()]))
    assert NotSent(Reason.CONNECTION, f"curl {pycurl.E_ABORTED_BY_CALLBACK}") in told
    assert server.seen == [b"fresh"]


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/", "http://nobody.invalid/"])
def test_before_a_byte_has_left_nothing_is_sent(url):
    (outcome,) = outcomes(curl.Pool(1).drive([post(url, b"hello")]))
    assert (type(outcome), outcome.reason) == (NotSent, Reason.CONNECTION)


def test_an_endless_answer_is_cut_and_leaves_it_open(server):
    (outcome,) = posted(server, b"long")
    assert isinstance(outcome, Unknown)


def test_redirects_are_not_followed(server):
    assert posted(server, b"move") == [302]
    assert server.seen == [b"move"]


def test_a_get_has_no_body(server):
    assert curl.run(post(f"{server.url}list?page=2", None)) == 201
    assert server.seen == [b"/list?page=2"]


def test_headers_come_back_by_their_usual_names(server):
    async def wait() -> str:
        answer = await curl.Transfer(server.url, b"hello", TEXT)
        return answer.headers["Retry-After"]

    assert curl.run(wait()) == "3"


def test_an_error_of_the_coroutine_is_raised_and_the_pool_goes_on(server):
    async def stumble() -> None:
        await curl.Transfer(server.url, b"hello", TEXT)
        raise LookupError

    pool = curl.Pool(2)
    with pytest.raises(LookupError):
        list(pool.drive([stumble(), stumble()]))
    assert outcomes(pool.drive([post(server.url, b"again")])) == [201]


def test_two_borrowers_have_a_pool_each_and_one_after_the_other_share():
    with curl.pool() as first, curl.pool() as second:
        assert first is not second
    with curl.pool() as third:
        assert third in {first, second}


def test_a_password_is_sent_as_basic_authorization():
    lines = curl.header_lines((("Accept", "text/plain"),), ("name", "secret"))
    assert lines == ("Accept: text/plain", "Authorization: Basic bmFtZTpzZWNyZXQ=", "Expect:")
