"""RSGI, granian's interface, as far as the page server uses it (granian/docs/spec/RSGI.md)."""

from collections.abc import AsyncIterator
from typing import Any, Protocol


class Headers(Protocol):
    """The headers of a request, by names in lower case."""

    def get(self, key: str, default: Any = None) -> Any:
        """Return the first value of that name."""

    def get_all(self, key: str) -> list[str]:
        """Return every value of that name."""

    def keys(self) -> list[str]:
        """Return each name once."""


class Scope(Protocol):
    """A request without its body."""

    http_version: str
    server: str
    client: str
    scheme: str
    method: str
    path: str
    query_string: str
    authority: str | None

    @property
    def headers(self) -> Headers:
        """The headers."""


class Client(Protocol):
    """Who asked: gives the body, part by part, and takes one response."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Yield the parts of the body as they arrive; an empty one is the end."""

    def response_empty(self, status: int, headers: list[tuple[str, str]]) -> None:
        """Answer without a body."""

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        """Answer."""

    def response_file(self, status: int, headers: list[tuple[str, str]], file: str) -> None:
        """Answer with the file of that path."""
