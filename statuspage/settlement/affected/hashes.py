"""Keyed hashes in place of merchant numbers, references and digits of phones."""

import unicodedata
from functools import lru_cache
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from django.conf import settings

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


def _hash(*parts: str) -> bytes:
    """Return HMAC-SHA-256 under TRANSACTION_KEY; 32 bytes."""
    purpose, *values = parts
    keyed = _keyed(settings.TRANSACTION_KEY).copy()
    keyed.update(SEPARATOR.join((purpose, *map(normalised, values))).encode())
    return keyed.finalize()


@lru_cache(maxsize=1)
def _keyed(key: str) -> HMAC:
    # A copy costs a third of taking the key in again, and a list needs three million.
    return HMAC(key.encode(), SHA256())
