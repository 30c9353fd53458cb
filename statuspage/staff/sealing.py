"""Secrets of staff at rest: encrypted under STAFF_SECRET_KEYS, which may rotate."""

from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from statuspage.env import ConfigurationError


class CannotUnseal(Exception):
    """The key is no longer among STAFF_SECRET_KEYS, or the data was tampered with."""


def seal(clear: str) -> bytes:
    """Encrypt under the newest key."""
    return _keys(settings.STAFF_SECRET_KEYS).encrypt(clear.encode())


def unseal(blob: bytes | memoryview) -> str:
    """The clear text.

    Raises:
        CannotUnseal: unknown key or damaged data.
    """
    try:
        return _keys(settings.STAFF_SECRET_KEYS).decrypt(bytes(blob)).decode()
    except InvalidToken as error:
        raise CannotUnseal("no key of STAFF_SECRET_KEYS fits") from error


def check_keys() -> None:
    """Read the keys as sealing would.

    Raises:
        ConfigurationError: they are malformed.
    """
    _keys(settings.STAFF_SECRET_KEYS)


@lru_cache(maxsize=4)
def _keys(setting: str) -> MultiFernet:
    try:
        return MultiFernet([Fernet(key.strip()) for key in setting.split(",")])
    except ValueError as error:
        raise ConfigurationError(
            "STAFF_SECRET_KEYS", "must be 32 random bytes in URL-safe base64, newest first"
        ) from error
