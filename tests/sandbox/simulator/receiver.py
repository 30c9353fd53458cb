"""Our side, as the providers see it: a web server that keeps what is posted to it."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Posted:
    """One request that came in."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.path).query))


@dataclass
class Receiver:
    """What came in, and what is answered: `failures` are statuses answered first."""

    url: str
    posted: list[Posted] = field(default_factory=list)
    failures: list[int] = field(default_factory=list)
    answer: str = ""
    # Whether the answer is the body of a failure, too.
    says_why: bool = False

    def wait_for(
        self, count: int, wanted: Callable[[Posted], bool] = lambda _: True
    ) -> list[Posted]:
        """Return the first `count` requests that are wanted; an error when they do not come."""
        deadline = time.monotonic() + 60
        while len(found := [one for one in self.posted if wanted(one)]) < count:
            assert time.monotonic() < deadline, f"only {len(found)} of {count} came: {self.posted}"
            time.sleep(0.01)
        return found[:count]

    def told(self, count: int) -> dict[str, Posted]:
        """Return the first `count` callbacks by the message status that they tell."""
        return {one.form["MessageStatus"]: one for one in self.wait_for(count)}

    def statuses(self, count: int) -> list[str]:
        """Return the message statuses told by the first `count` callbacks, in order of arrival."""
        return [one.form["MessageStatus"] for one in self.wait_for(count)]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Yield a receiver on a free port of this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    server.receiver = Receiver(f"http://127.0.0.1:{server.server_port}")  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server.receiver  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        receiver: Receiver = self.server.receiver  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status = receiver.failures.pop(0) if receiver.failures else 200
        receiver.posted.append(Posted(self.path, dict(self.headers), body))
        self.send_response(status)
        self.send_header("Content-Type", "text/xml; charset=utf-8")
        self.end_headers()
        if status == 200 or receiver.says_why:
            self.wfile.write(receiver.answer.encode())

    def log_message(self, *arguments: Any) -> None:
        """Quiet: the tests say what went wrong."""
