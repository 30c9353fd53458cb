"""Keyed hashes in place of merchant numbers, references and digits of phones."""

import unicodedata
from typing import Final

from django.conf import settings

from statuspage.lib.keyed_hash import keyed_hash

SEPARATOR: Final = "\x1f"


def normalised(text: str) -> str:
    """Return a number or reference without what people add to read it more easily."""
    # People write numbers with spaces, and in full width.
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


def row_key(merchant: str, reference: str) -> bytes:
    """Return the key by which a later upload finds the same transaction again."""
    return _hash("row", merchant, reference)


def lookup_key(merchant: str, reference: str, last_four: str) -> bytes:
    """Return the key by which the merchant finds a transaction; it hides which value was wrong."""
    return _hash("lookup", merchant, reference, last_four)


def merchant_key(merchant: str, last_four: str) -> bytes:
    """Return the key that shows that a subscriber and a merchant are the same."""
    return _hash("merchant", merchant, last_four)


def tried_key(merchant: str) -> bytes:
    """Return the key by which tries about a merchant are counted."""
    return _hash("tried", merchant)


def origin_key(origin: str) -> bytes:
    """Return the key of who tries: a network address, or the name of a proven phone."""
    return _hash("origin", origin)


def _hash(*parts: str) -> bytes:
    """Return HMAC-SHA-256 under TRANSACTION_KEY; 32 bytes."""
    purpose, *values = parts
    text = SEPARATOR.join((purpose, *map(normalised, values)))
    return keyed_hash(settings.TRANSACTION_KEY, text)
