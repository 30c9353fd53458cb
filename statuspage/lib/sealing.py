"""Encrypt bytes at rest under a key that is derived from one of our secrets."""

import os
from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES: Final = 12
KEY_BYTES: Final = 32


class CannotUnseal(Exception):
    """It was sealed under another secret or for another purpose, or was tampered with."""


def seal(clear: bytes, secret: str, purpose: str) -> bytes:
    """Encrypt with AES-256-GCM; unsealing needs the same secret and purpose."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + _key(secret, purpose).encrypt(nonce, clear, None)


def unseal(sealed: bytes, secret: str, purpose: str) -> bytes:
    """Return the original bytes.

    Raises:
        CannotUnseal: it is not what `seal` returned.
    """
    try:
        return _key(secret, purpose).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], None)
    except (InvalidTag, ValueError) as error:
        raise CannotUnseal(purpose) from error


@lru_cache(maxsize=4)
def _key(secret: str, purpose: str) -> AESGCM:
    # HKDF (RFC 5869): the secret itself keys hashes, and no key serves two purposes.
    derived = HKDF(SHA256(), KEY_BYTES, salt=None, info=purpose.encode())
    return AESGCM(derived.derive(secret.encode()))
