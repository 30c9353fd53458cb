"""The keys that sign the log, from the settings."""

from functools import lru_cache

from django.conf import settings

from statuspage.env import ConfigurationError
from statuspage.statements.notes import BadKey, Signer


def signers() -> tuple[Signer, ...]:
    """Every key of LOG_SIGNING_KEY, in the order in which it names them.

    All of them sign. A key is replaced by adding the new one behind it, and taken out once those
    who watch the log know the new one.

    Raises:
        ConfigurationError: a key is malformed, or LOG_ORIGIN cannot be its name.
    """
    return _signers(settings.LOG_ORIGIN, settings.LOG_SIGNING_KEY)


@lru_cache(maxsize=4)
def _signers(origin: str, keys: str) -> tuple[Signer, ...]:
    try:
        return tuple(Signer.read(origin, one.strip()) for one in keys.split(","))
    except BadKey as error:
        raise ConfigurationError("LOG_SIGNING_KEY", f"or LOG_ORIGIN: {error}") from error
