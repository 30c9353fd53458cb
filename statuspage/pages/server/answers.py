"""A page as the server sends it: every header list made beforehand, one for each compression."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from django.utils.http import http_date, parse_http_date_safe

from statuspage.pages.server.encodings import IDENTITY
from statuspage.pages.snapshots.pages import Page

Headers = list[tuple[str, str]]
TAGS: Final = {IDENTITY: "", "gzip": "-gz", "br": "-br"}
# A 304 repeats what a cache must know, and what lets a page of another origin read it.
REPEATED: Final = ("Cache-Control", "Access-Control-Allow-Origin", "Access-Control-Expose-Headers")


class Variant:
    """The page in one compression."""

    __slots__ = ("body", "etag", "headers", "unchanged")

    def __init__(self, page: Page, encoding: str, body: bytes, more: Headers) -> None:
        self.etag = f'"{page.etag}{TAGS[encoding]}"'
        self.body = [body]
        common = [
            ("ETag", self.etag),
            ("Last-Modified", http_date(page.last_modified.timestamp())),
            ("Vary", "Accept-Encoding"),
            *more,
        ]
        kept = [(name, page.headers[name]) for name in REPEATED if name in page.headers]
        self.unchanged: Headers = [*common, *kept]
        coding = [] if encoding == IDENTITY else [("Content-Encoding", encoding)]
        size = [("Content-Length", str(len(body)))]
        self.headers: Headers = [*page.headers.items(), *common, *coding, *size]

    def known(self, tags: str) -> bool:
        """Whether one of the tags of an If-None-Match header is this one's (weak comparison)."""
        return any(one == "*" or one == self.etag for one in _tags(tags))


class Answer:
    """A page in every compression; `as_of` is set once it can no longer be confirmed."""

    __slots__ = ("as_of", "last_modified", "variants")

    def __init__(self, page: Page, as_of: datetime | None = None) -> None:
        more = [("Warning", '110 - "Response is Stale"')] if as_of else []
        bodies = {IDENTITY: page.body, "gzip": page.gzip, "br": page.brotli}
        self.variants: Mapping[str, Variant] = {
            encoding: Variant(page, encoding, body, more) for encoding, body in bodies.items()
        }
        self.last_modified = int(page.last_modified.timestamp())
        self.as_of = as_of.timestamp() if as_of else None

    def unmodified_since(self, date: str) -> bool:
        """Whether it is no newer than the date of an If-Modified-Since header."""
        moment = parse_http_date_safe(date)
        return moment is not None and self.last_modified <= moment


def _tags(header: str) -> Iterable[str]:
    return (one.strip().removeprefix("W/") for one in header.split(","))
