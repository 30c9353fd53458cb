"""System checks: keys that cannot work are found at the start, not at the first subscriber."""

from collections.abc import Sequence
from typing import Any, Final

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from notifications.subscribers.crypto import check_keys
from statuspage.env import ConfigurationError

SHORTEST_INDEX_KEY: Final = 32


@register()
def address_keys(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E001: ADDRESS_KEYS is malformed. E002: ADDRESS_INDEX_KEY is too short to be secret."""
    errors: list[CheckMessage] = []
    try:
        check_keys()
    except ConfigurationError as error:
        errors.append(Error(str(error), id="notifications.E001"))
    if len(settings.ADDRESS_INDEX_KEY) < SHORTEST_INDEX_KEY:
        problem = f"ADDRESS_INDEX_KEY must have at least {SHORTEST_INDEX_KEY} characters."
        errors.append(Error(problem, id="notifications.E002"))
    return errors
