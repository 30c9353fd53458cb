"""Secrets of staff at rest: encrypted under STAFF_SECRET_KEYS, which may rotate."""

import base64
from functools import lru_cache
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

KEY_BYTES: Final = 32


class DecryptionFailed(Exception):
    """The key is no longer among STAFF_SECRET_KEYS, or the data was tampered with."""


def seal(clear: str) -> bytes:
    """Encrypt under the newest key."""
    return _keys(settings.STAFF_SECRET_KEYS).encrypt(clear.encode())


def unseal(blob: bytes | memoryview) -> str:
    """Return the clear text.

    Raises:
        DecryptionFailed: unknown key or damaged data.
    """
    try:
        return _keys(settings.STAFF_SECRET_KEYS).decrypt(bytes(blob)).decode()
    except InvalidToken as error:
        raise DecryptionFailed("no key of STAFF_SECRET_KEYS fits") from error


def read_keys(text: str) -> list[bytes]:
    """Return the keys of a text that separates them by commas, newest first.

    Raises:
        ValueError: the text is malformed.
    """
    try:
        keys = [base64.urlsafe_b64decode(one.strip()) for one in text.split(",")]
    except ValueError:
        keys = [b""]
    if any(len(key) != KEY_BYTES for key in keys):
        raise ValueError("must be 32 random bytes in URL-safe base64, newest first")
    return keys


@lru_cache(maxsize=4)
def _keys(setting: str) -> MultiFernet:
    return MultiFernet([Fernet(key.strip()) for key in setting.split(",")])
