"""System checks: a key that cannot sign is found at the start, not at the first statement."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register

from statuspage.env import ConfigurationError
from statuspage.statements.signing import signers


@register()
def signing_key(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E001: LOG_SIGNING_KEY or LOG_ORIGIN is malformed."""
    try:
        signers()
    except ConfigurationError as error:
        return [Error(str(error), id="statements.E001")]
    return []
