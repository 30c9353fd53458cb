"""The page server in the test's own process: rendered, taken into memory, and asked."""

import gzip
import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import brotli

from statuspage.pages.rendering.services import RenderResult, render_due
from statuspage.pages.server.app import PageServer
from statuspage.pages.server.memory import Memory
from statuspage.pages.snapshots.store import news

UNPACK = {"gzip": gzip.decompress, "br": brotli.decompress, None: bytes}


@dataclass(frozen=True)
class Answer:
    """What went over the wire; headers by their names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as a reader sees it."""
        return UNPACK[self.headers.get("content-encoding")](self.body).decode()


class Site:
    """One web process; `asked` are the addresses that it had to ask Django for."""

    def __init__(self) -> None:
        self.memory = Memory()
        self.asked: list[str] = []
        self.paths: list[str] = []
        self.server = PageServer(self._django, self.memory)

    def render(self) -> RenderResult:
        """Render all that is due, and take it in."""
        while (outcome := render_due()) is RenderResult.MORE:
            pass
        self.memory.take(news(self.memory.known()))
        return outcome

    def get(self, address: str, method: str = "GET", **headers: str) -> Answer:
        """One request; `accept_encoding` stands for Accept-Encoding."""
        path, _mark, query = address.partition("?")
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": unquote(path),
            "QUERY_STRING": query,
            "HTTP_HOST": "127.0.0.1:8000",
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(),
            **{f"HTTP_{name.upper()}": value for name, value in headers.items()},
        }
        said: list[Any] = []
        body = b"".join(self.server(environ, lambda *what: said.extend(what)))
        return Answer(
            int(said[0].split()[0]), {name.lower(): value for name, value in said[1]}, body
        )

    def _django(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        self.asked.append(environ["PATH_INFO"])
        start("200 OK", [])
        return [b"by Django"]
