"""Addresses at rest: encrypted with rotating keys, found again through a keyed index."""

import base64
import os
from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from statuspage.lib.keyed_hash import keyed_hash

NONCE_BYTES: Final = 12
KEY_BYTES: Final = 32


class CannotDecrypt(Exception):
    """The key is no longer among ADDRESS_KEYS, or the data was tampered with."""


def encrypt(clear: str, context: str) -> bytes:
    """Encrypt with AES-256-GCM under the newest key; decryption needs the same `context`.

    Layout: one byte with the length of the key's id, the id, 12 bytes nonce, ciphertext.
    """
    label, key = _newest(settings.ADDRESS_KEYS)
    nonce = os.urandom(NONCE_BYTES)
    return label + nonce + key.encrypt(nonce, clear.encode(), context.encode())


def sealed_by_newest(blob: bytes) -> bool:
    """Return whether the newest key encrypted this."""
    label, _key = _newest(settings.ADDRESS_KEYS)
    return bytes(blob).startswith(label)


def decrypt(blob: bytes, context: str) -> str:
    """Return the clear text.

    Raises:
        CannotDecrypt: unknown key, wrong context or damaged data.
    """
    blob = bytes(blob)
    start = 1 + int.from_bytes(blob[:1], "big")
    key = _keys(settings.ADDRESS_KEYS).get(blob[1:start].decode("utf-8", "replace"))
    if key is None:
        raise CannotDecrypt("the key is not among ADDRESS_KEYS")
    nonce, sealed = blob[start : start + NONCE_BYTES], blob[start + NONCE_BYTES :]
    try:
        return key.decrypt(nonce, sealed, context.encode()).decode()
    except (InvalidTag, ValueError) as error:
        raise CannotDecrypt("the data does not fit the key") from error


def blind_index(clear: str, context: str) -> str:
    """Return a keyed hash (HMAC-SHA-256, hex) that finds an address without decrypting it."""
    return keyed_hash(settings.ADDRESS_INDEX_KEY, f"{context}\x00{clear}").hex()


def read_keys(text: str) -> dict[str, bytes]:
    """Return the keys of `id:base64[,id:base64…]`, newest first.

    Raises:
        ValueError: the text is malformed.
    """
    keys: dict[str, bytes] = {}
    for part in text.split(","):
        key_id, separator, encoded = part.strip().partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except ValueError:
            key = b""
        if not (separator and key_id) or len(key) != KEY_BYTES:
            raise ValueError("must be id:base64 of 32 bytes, by commas")
        keys[key_id] = key
    return keys


@lru_cache(maxsize=4)
def _keys(setting: str) -> dict[str, AESGCM]:
    return {key_id: AESGCM(key) for key_id, key in read_keys(setting).items()}


@lru_cache(maxsize=4)
def _newest(setting: str) -> tuple[bytes, AESGCM]:
    """Return how the newest key's work begins, and the key."""
    key_id, key = next(iter(_keys(setting).items()))
    name = key_id.encode()
    return bytes([len(name)]) + name, key
