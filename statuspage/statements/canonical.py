"""Canonical JSON (RFC 8785) and the digest that stands for a statement."""

import hashlib
from collections.abc import Mapping

import rfc8785

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


class NotCanonical(ValueError):
    """The document holds something that JSON, or PostgreSQL's, cannot carry exactly."""


def canonical(document: Mapping[str, Json]) -> bytes:
    """Return the one byte sequence for `document`: UTF-8, sorted keys, no space (RFC 8785).

    Raises:
        NotCanonical: a number outside the exact range, a lone surrogate, or a NUL character
            (which PostgreSQL's jsonb refuses).
    """
    try:
        data = rfc8785.dumps(dict(document))
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as error:
        raise NotCanonical(str(error)) from error
    if b"\\u0000" in data.replace(b"\\\\", b""):
        raise NotCanonical("text must not contain the NUL character")
    return data


def digest(data: bytes) -> str:
    """Return SHA-256 of canonical bytes, as 64 lower-case hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()
