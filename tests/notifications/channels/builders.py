"""Bulletins, messages and small servers that answer as a test needs."""

import asyncio
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from notifications.channels import provider as find_provider
from notifications.channels.base import Bulletin, Content, Message, Provider
from notifications.channels.outcomes import Outcome

PUBLISHED = datetime(2025, 2, 21, 2, 42, tzinfo=UTC)  # 10:42 in Shanghai
NEXT = datetime(2025, 2, 21, 3, 15, tzinfo=UTC)  # 11:15
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

CHINESE = {
    "language": "zh-hans",
    "operator": "演示支付",
    "name": "T+1到账延迟",
    "status_label": "调查中",
    "body": "10:42起部分小微商户到账延迟，资金安全，正在排查。",
    "url": "https://status.example.com/incidents/abc/",
}
ENGLISH = {
    "language": "en",
    "operator": "DemoPay",
    "name": "T+1 payouts are late",
    "status_label": "Investigating",
    "body": "Since 10:42 payouts to some micro merchants are late. Funds are safe.",
    "url": "https://status.example.com/en/incidents/abc/",
}


def bulletin(language: str = "zh-hans", **values: Any) -> Bulletin:
    """Return an incident's first statement, number 12, unless told otherwise."""
    words = CHINESE if language == "zh-hans" else ENGLISH
    fields: dict[str, Any] = {
        "number": 12,
        "code": "CDF3X",
        "kind": "incident.update",
        "topic": "incidents",
        "status": "investigating",
        "next_update_by": NEXT,
        "published_at": PUBLISHED,
        **words,
        **values,
    }
    fields.setdefault(
        "document",
        {
            "number": fields["number"],
            "kind": fields["kind"],
            "corrects": None,
            "content": {
                "scheduled_for": "2025-02-21T17:00:00.000Z",
                "scheduled_until": "2025-02-21T19:00:00.000Z",
            },
        },
    )
    return Bulletin(**fields)


def correction(language: str = "zh-hans", kind: str = "correction", **values: Any) -> Bulletin:
    """Return a statement that answers number 11."""
    label = {"correction": "更正", "withdrawal": "撤回"}[kind]
    return bulletin(
        language,
        kind=kind,
        status=kind,
        status_label=label if language == "zh-hans" else kind.title(),
        document={"number": 12, "kind": kind, "corrects": 11},
        **values,
    )


def message(address: str, text: str = "", delivery_id: int = 7, **values: Any) -> Message:
    """Return a message of delivery 7, of an attempt of its own."""
    content = values.pop("content", None) or Content(text=text or "【演示支付】测试。")
    return Message(delivery_id, uuid4(), address, content, values.pop("secret", SECRET))


def again(sent: Message) -> Message:
    """Return the next attempt of the same delivery."""
    return replace(sent, attempt_id=uuid4())


def send(channel: Provider | str, *batch: Message) -> list[Outcome]:
    """Send a batch; the outcomes in the batch's order."""
    found = find_provider(channel) if isinstance(channel, str) else channel
    return asyncio.run(_send(found, batch))


async def _send(channel: Provider, batch: Sequence[Message]) -> list[Outcome]:
    told = [(sent, outcome) async for sent, outcome in channel.send(batch)]
    assert sorted(sent.delivery_id for sent, _ in told) == sorted(
        sent.delivery_id for sent in batch
    ), "every message has exactly one outcome"
    by_attempt = {sent.attempt_id: outcome for sent, outcome in told}
    return [by_attempt[sent.attempt_id] for sent in batch]


def closed_port() -> int:
    """Return a port of this machine that refuses connections.

    Not one that was free a moment ago: another test's server may listen there by now.
    """
    return 1


@contextmanager
def tcp_server(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """Yield a server that treats each connection as `serve` says; gives its port."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.settimeout(5)
            with _quiet():
                serve(self.request)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        request_queue_size = 128  # five by default: the sixth waits a second and tries again

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def _quiet() -> Iterator[None]:
    try:
        yield
    except OSError:
        return  # the client went away, as many of these tests make it do


def http_answer(status: str, body: str = "", *headers: str) -> Callable[[socket.socket], None]:
    """Serve one HTTP answer, then close."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body.encode())}", "Connection: close"]
    answer = "\r\n".join([*lines, *headers, "", body]).encode()

    def serve(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(answer)

    return serve


def hang_up(connection: socket.socket) -> None:
    """Read the request and close without a word."""
    read_request(connection)


def read_request(connection: socket.socket) -> bytes:
    """One HTTP request with its body."""
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = connection.recv(65536)
        if not chunk:
            return data
        data += chunk
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        (
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length")
        ),
        0,
    )
    while len(body) < length and (chunk := connection.recv(65536)):
        body += chunk
    return head + b"\r\n\r\n" + body
