"""The page server in the test's own process: rendered, taken into memory, and asked."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import brotli

from statuspage.pages.rendering.services import RenderResult, render_due
from statuspage.pages.server.app import PageServer
from statuspage.pages.server.memory import Memory
from statuspage.pages.snapshots.store import news

UNPACK = {"gzip": gzip.decompress, "br": brotli.decompress, None: bytes}


class Headers(dict[str, str]):
    """Headers as granian gives them."""

    def get_all(self, name: str) -> list[str]:
        return [self[name]] if name in self else []


class Request:
    """A request as granian hands it over, and what it was answered."""

    http_version = "1.1"
    server = "127.0.0.1:8000"
    client = "127.0.0.1:50000"
    scheme = "http"
    authority = None

    def __init__(self, address: str, method: str = "GET", body: bytes = b"", **headers: str):
        path, _mark, self.query_string = address.partition("?")
        self.path, self.method = unquote(path), method
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        length = {"content-length": str(len(body))} if body else {}
        self.headers = Headers({"host": "127.0.0.1:8000"} | length | given)
        self._body = body
        self.answered: list[tuple[int, list[tuple[str, str]], bytes]] = []

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._body
        yield b""

    def response_empty(self, status: int, headers: list[tuple[str, str]]) -> None:
        self.answered.append((status, headers, b""))

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.answered.append((status, headers, body))

    def response_file(self, status: int, headers: list[tuple[str, str]], file: str) -> None:
        self.answered.append((status, headers, Path(file).read_bytes()))


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
        request = Request(address, method, **headers)
        asyncio.run(self.server.__rsgi__(request, request))
        ((status, answered, body),) = request.answered
        return Answer(status, {name.lower(): value for name, value in answered}, body)

    def _django(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        self.asked.append(environ["PATH_INFO"])
        start("200 OK", [])
        return [b"by Django"]
