"""A page ready to be sent, with its headers prepared for each compression."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Final

from django.utils.http import http_date, parse_header_parameters, parse_http_date_safe

from statuspage.pages.snapshots.pages import Page

IDENTITY: Final = "identity"
# By preference, the smallest first; identity is always possible.
OFFERED: Final = ("br", "gzip")
Headers = list[tuple[str, str]]
TAGS: Final = {IDENTITY: "", "gzip": "-gz", "br": "-br"}
# A 304 repeats what a cache must know, what lets a page of another origin read it, and what
# keeps the browser safe; not what describes the body that it does not have.
OF_THE_BODY: Final = ("content-type", "content-length", "content-disposition", "content-language")


def choose(accepted: str) -> str:
    """Return `br`, `gzip` or `identity` for an Accept-Encoding header; the greatest weight wins."""
    weights = _weights(accepted)
    everything_else = weights.get("*", 0.0)
    best = max(OFFERED, key=lambda one: weights.get(one, everything_else))
    weight = weights.get(best, everything_else)
    plain = weights.get(IDENTITY, everything_else)
    return best if weight > 0 and weight >= plain else IDENTITY


def _weights(accepted: str) -> dict[str, float]:
    """Return what the header says of each coding; what cannot be read is left out."""
    weights = {}
    for part in accepted.lower().split(","):
        with suppress(ValueError, LookupError):  # no number, or a character set there is not
            coding, parameters = parse_header_parameters(part)
            weight = float(parameters.get("q", 1))
            if 0 <= weight <= 1:
                weights["gzip" if coding == "x-gzip" else coding] = weight
    return weights


class EncodedPage:
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
        kept = [one for one in page.headers.items() if one[0].lower() not in OF_THE_BODY]
        self.unchanged: Headers = [*common, *kept]
        coding = [] if encoding == IDENTITY else [("Content-Encoding", encoding)]
        size = [("Content-Length", str(len(body)))]
        self.headers: Headers = [*page.headers.items(), *common, *coding, *size]

    def known(self, tags: str) -> bool:
        """Return whether an If-None-Match header names this page's tag (weak comparison)."""
        return any(one.strip().removeprefix("W/") in {"*", self.etag} for one in tags.split(","))


class CachedPage:
    """A page in every compression; `as_of` is set once it can no longer be confirmed."""

    __slots__ = ("as_of", "last_modified", "variants")

    def __init__(self, page: Page, as_of: datetime | None = None) -> None:
        more = [("Warning", '110 - "Response is Stale"')] if as_of else []
        bodies = {IDENTITY: page.body, "gzip": page.gzip, "br": page.brotli}
        self.variants: Mapping[str, EncodedPage] = {
            encoding: EncodedPage(page, encoding, body, more) for encoding, body in bodies.items()
        }
        self.last_modified = int(page.last_modified.timestamp())
        self.as_of = as_of.timestamp() if as_of else None

    def unmodified_since(self, date: str) -> bool:
        """Return whether the page is no newer than the date of an If-Modified-Since header."""
        moment = parse_http_date_safe(date)
        return moment is not None and self.last_modified <= moment
