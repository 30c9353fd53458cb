"""What broken connections mean under libcurl, and that none makes it send a message twice."""

import os
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from notifications.channels import curl
from notifications.channels.http import MAX_ANSWER_BYTES, ProviderResponse
from notifications.channels.outcomes import NotAccepted, NotSent, Reason, Unknown
from tests.notifications.channels.builders import closed_port, hang_up, read_request, tcp_server

CREATED = b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}"
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


@dataclass
class Ledger:
    """What a server has read: each request's body with the number of its connection."""

    port: int = 0
    connections: int = 0
    requests: list[tuple[int, str]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def bodies(self) -> list[str]:
        return [body for _, body in self.requests]


@contextmanager
def server_that(answers: Callable[[socket.socket, str], bool]) -> Iterator[Ledger]:
    """Yield a server that keeps a connection open for as long as `answers` says True."""
    ledger = Ledger()

    def serve(connection: socket.socket) -> None:
        with ledger.lock:
            ledger.connections += 1
            number = ledger.connections
        while read := read_request(connection):
            body = read.partition(b"\r\n\r\n")[2].decode()
            with ledger.lock:
                ledger.requests.append((number, body))
            if not answers(connection, body):
                return

    with tcp_server(serve) as port:
        ledger.port = port
        yield ledger


def created(connection: socket.socket, body: str) -> bool:
    connection.sendall(CREATED)
    return True


async def post(url: str, text: str = "x") -> ProviderResponse | NotSent | Unknown:
    try:
        return await curl.Transfer(url, text.encode(), ("Content-Type: text/plain", "Expect:"))
    except NotAccepted as error:
        return error.outcome


def run(*coroutines: Coroutine[Any, Any, Any], pool: curl.Pool | None = None) -> list[Any]:
    rounds = (pool or curl.Pool(1)).drive(iter(coroutines))
    return [result for results in rounds for result in results]


def posted(port: int, *texts: str, pool: curl.Pool | None = None) -> list[Any]:
    return run(*(post(f"http://127.0.0.1:{port}/", text) for text in texts), pool=pool)


class TestNothingIsSentTwice:
    @pytest.mark.parametrize("position", [1, 2, 5, 20])
    def test_when_a_reused_connection_is_closed_without_a_word(self, position: int) -> None:
        def answers(connection: socket.socket, body: str) -> bool:
            return body != "dropped" and created(connection, body)

        texts = [*(str(number) for number in range(position)), "dropped", "after"]
        with server_that(answers) as server:
            outcomes = posted(server.port, *texts)
        assert server.bodies == texts
        assert server.requests[position][0] == 1  # it was a reused connection indeed
        assert outcomes[position] == Unknown(Reason.CONNECTION, "curl 65")
        assert [one.status for one in outcomes if isinstance(one, ProviderResponse)] == [201] * (
            position + 1
        )

    def test_when_a_reused_connection_is_reset(self) -> None:
        def answers(connection: socket.socket, body: str) -> bool:
            if body == "reset":
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
                connection.close()
                return False
            return created(connection, body)

        with server_that(answers) as server:
            outcomes = posted(server.port, "first", "reset", "after")
        assert server.bodies == ["first", "reset", "after"]
        assert isinstance(outcomes[1], Unknown)

    def test_when_connections_close_after_each_answer_unannounced(self) -> None:
        """Whether libcurl notices in time or not."""

        def answers(connection: socket.socket, body: str) -> bool:
            return not created(connection, body)

        texts = [str(number) for number in range(300)]
        with server_that(answers) as server:
            outcomes = posted(server.port, *texts, pool=curl.Pool(8))
        assert len(outcomes) == len(texts)
        assert len(set(server.bodies)) == len(server.bodies)
        assert sum(isinstance(one, ProviderResponse) for one in outcomes) == len(server.bodies)

    def test_when_a_long_request_breaks_off_in_the_middle(self) -> None:
        connections = []

        def serve(connection: socket.socket) -> None:
            connections.append(connection.recv(1000))

        with tcp_server(serve) as port:
            [outcome] = posted(port, "长" * 3_000_000)
        assert isinstance(outcome, Unknown)
        assert len(connections) == 1


class TestNothingWasSent:
    def test_a_refused_connection_means_not_sent(self) -> None:
        assert posted(closed_port(), "x") == [NotSent(Reason.CONNECTION, "curl 7")]

    def test_a_name_that_is_none_means_not_sent(self) -> None:
        # Code 6, or 28 where those who know names take long to say that they do not know this one.
        [outcome] = run(post("http://no-such-name.invalid/"))
        assert (type(outcome), outcome.reason) == (NotSent, Reason.CONNECTION)
        assert outcome.code in {"curl 6", "curl 28"}

    def test_a_connection_that_never_stands_means_not_sent(self, impatient) -> None:
        with socket.socket() as full:
            full.bind(("127.0.0.1", 0))
            full.listen(0)
            port = full.getsockname()[1]
            # These fill its queue, so that the next one waits for ever.
            waiting = [_knock(port) for _ in range(4)]
            outcomes = posted(port, "x")
            for one in waiting:
                one.close()
        assert outcomes == [NotSent(Reason.CONNECTION, "curl 28")]

    def test_a_server_that_speaks_no_tls(self) -> None:
        with tcp_server(lambda connection: connection.sendall(b"220 hello\r\n")) as port:
            [outcome] = run(post(f"https://127.0.0.1:{port}/"))
        assert isinstance(outcome, NotSent)

    def test_a_server_that_hangs_up_during_the_handshake(self) -> None:
        def serve(connection: socket.socket) -> None:
            connection.recv(1)

        with tcp_server(serve) as port:
            [outcome] = run(post(f"https://127.0.0.1:{port}/"))
        assert isinstance(outcome, NotSent)

    def test_a_certificate_that_nobody_vouches_for(self, tmp_path: Path) -> None:
        read = []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(_self_signed(tmp_path))

        def serve(connection: socket.socket) -> None:
            with context.wrap_socket(connection, server_side=True) as secured:
                read.append(secured.recv(65536))

        with tcp_server(serve) as port:
            [outcome] = run(post(f"https://127.0.0.1:{port}/"))
        assert outcome == NotSent(Reason.CONNECTION, "curl 60")
        assert not any(read)


class TestNobodyKnows:
    def test_a_connection_closed_after_the_request(self) -> None:
        with tcp_server(hang_up) as port:
            assert posted(port, "x") == [Unknown(Reason.CONNECTION, "curl 52")]

    @pytest.mark.parametrize(
        "answer",
        [b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", b"whatever\r\n\r\n", b"\x00"],
    )
    def test_an_answer_that_is_none(self, answer: bytes) -> None:
        def serve(connection: socket.socket) -> None:
            read_request(connection)
            connection.sendall(answer)

        with tcp_server(serve) as port:
            [outcome] = posted(port, "x")
        assert isinstance(outcome, Unknown)
        assert outcome.reason is Reason.CONNECTION

    def test_an_endless_answer_is_cut_off(self) -> None:
        sent = 0

        def serve(connection: socket.socket) -> None:
            nonlocal sent
            read_request(connection)
            connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            while True:
                connection.sendall(b"10000\r\n" + b"x" * 65536 + b"\r\n")
                sent += 65536

        with tcp_server(serve) as port:
            assert posted(port, "x") == [Unknown(Reason.CONNECTION, "curl 23")]
        assert sent < 20 * MAX_ANSWER_BYTES

    def test_silence_ends_as_a_timeout_of_unknown_outcome(self, impatient) -> None:
        def serve(connection: socket.socket) -> None:
            read_request(connection)
            connection.recv(1)

        with tcp_server(serve) as port:
            assert posted(port, "x") == [Unknown(Reason.TIMEOUT, "curl 28")]

    def test_an_answer_that_drips_for_ever(self, impatient) -> None:
        def serve(connection: socket.socket) -> None:
            read_request(connection)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
            while True:
                connection.sendall(b"x")
                time.sleep(0.01)

        with tcp_server(serve) as port:
            assert posted(port, "x") == [Unknown(Reason.TIMEOUT, "curl 28")]


class TestDriving:
    def test_a_long_message_arrives_whole(self) -> None:
        text = "长" * 200_000
        with server_that(created) as server:
            [answer] = posted(server.port, text)
        assert answer.status == 201
        assert server.bodies == [text]

    @pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"])
    def test_no_proxy_is_taken_from_the_environment(self, monkeypatch, name: str) -> None:
        monkeypatch.setenv(name, f"http://127.0.0.1:{closed_port()}")
        with server_that(created) as server:
            assert posted(server.port, "x")[0].status == 201

    def test_connections_outlive_a_batch(self) -> None:
        pool = curl.Pool(1)
        with server_that(created) as server:
            for batch in (["a", "b"], ["c"]):
                posted(server.port, *batch, pool=pool)
        assert server.requests == [(1, "a"), (1, "b"), (1, "c")]

    def test_a_coroutine_begins_only_when_its_turn_comes(self) -> None:
        turns = []

        async def one(text: str) -> None:
            turns.append(f"began {text}")
            await post(f"http://127.0.0.1:{server.port}/", text)
            turns.append(f"ended {text}")

        with server_that(created) as server:
            run(*(one(text) for text in "ab"))
        assert turns == ["began a", "ended a", "began b", "ended b"]

    def test_the_quick_are_not_held_up_by_the_slow(self) -> None:
        quick = threading.Semaphore(0)

        def answers(connection: socket.socket, body: str) -> bool:
            if body == "slow":
                for _ in range(10):
                    quick.acquire(timeout=5)
            else:
                quick.release()
            return created(connection, body)

        async def named(text: str) -> str:
            await post(f"http://127.0.0.1:{server.port}/", text)
            return text

        texts = ["slow", *(str(number) for number in range(10))]
        with server_that(answers) as server:
            told = run(*(named(text) for text in texts), pool=curl.Pool(2))
        assert told.index("slow") >= 9  # the tenth request came after nine answers

    def test_one_may_make_several_requests_or_none(self) -> None:
        async def talk(count: int) -> list[Any]:
            url = f"http://127.0.0.1:{server.port}/"
            return [await post(url, f"{count}-{number}") for number in range(count)]

        with server_that(created) as server:
            results = run(*(talk(count) for count in (0, 3, 1)))
        assert sorted(len(one) for one in results) == [0, 1, 3]
        assert sorted(server.bodies) == ["1-0", "3-0", "3-1", "3-2"]

    def test_nothing_to_do_is_done_at_once(self) -> None:
        assert run() == []

    def test_the_caller_gets_a_turn_while_a_provider_is_silent(self) -> None:
        free = threading.Event()

        def answers(connection: socket.socket, body: str) -> bool:
            free.wait(5)
            return created(connection, body)

        with server_that(answers) as server:
            rounds = curl.Pool(1).drive([post(f"http://127.0.0.1:{server.port}/")])
            assert [next(rounds), next(rounds), next(rounds)] == [[], [], []]
            free.set()
            assert len([one for results in rounds for one in results]) == 1

    def test_leaving_stops_what_is_under_way_and_the_pool_goes_on(self) -> None:
        stopped = []

        async def one(text: str) -> None:
            try:
                await post(f"http://127.0.0.1:{server.port}/", text)
            except GeneratorExit:
                stopped.append(text)
                raise

        def answers(connection: socket.socket, body: str) -> bool:
            return bool(connection.recv(1)) if body == "left" else created(connection, body)

        pool = curl.Pool(2)
        with server_that(answers) as server:
            rounds = pool.drive(one("left") for _ in range(5))
            next(rounds)
            rounds.close()
            assert stopped == ["left", "left"]
            said = posted(server.port, "a", "b", pool=pool)
        assert [answer.status for answer in said] == [201, 201]


class TestBorrowing:
    def test_a_forked_child_has_connections_of_its_own(self, monkeypatch) -> None:
        monkeypatch.setattr(curl, "_free", {})
        with curl.pool() as ours:
            pass
        theirs = {(os.getpid() + 1, seconds): free for (_, seconds), free in curl._free.items()}
        curl._free.clear()
        curl._free.update(theirs)  # as it looks from inside a child
        with curl.pool() as childs:
            assert childs is not ours

    def test_a_pool_is_given_back_after_an_error(self) -> None:
        with pytest.raises(ValueError, match="ours"), curl.pool() as lent:
            raise ValueError("ours")
        with curl.pool() as again:
            assert again is lent

    def test_many_threads_borrow_at_once(self, monkeypatch) -> None:
        monkeypatch.setattr(curl, "AT_ONCE", 1)
        monkeypatch.setattr(curl, "_free", {})  # small pools are not for other tests
        with server_that(created) as server:
            url, said = f"http://127.0.0.1:{server.port}/", []
            threads = [
                threading.Thread(target=lambda: said.extend(curl.run(post(url)) for _ in range(10)))
                for _ in range(8)
            ]
            for one in threads:
                one.start()
            for one in threads:
                one.join()
        assert [answer.status for answer in said] == [201] * 80


def _knock(port: int) -> socket.socket:
    knocking = socket.socket()
    knocking.setblocking(False)
    knocking.connect_ex(("127.0.0.1", port))
    return knocking


def _self_signed(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .sign(key, hashes.SHA256())
    )
    path, pem = folder / "server.pem", serialization.Encoding.PEM
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(certificate.public_bytes(pem) + private)
    return path
