"""System checks: a policy for a channel that does not exist is found at the start."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from notifications.channels.registry import reachable_channels


@register()
def prefer_dup(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E003: DELIVERY_PREFER_DUP names something that is no channel."""
    known = {one.name for one in reachable_channels()}
    return [
        Error(
            f"DELIVERY_PREFER_DUP: {name!r} is none of {', '.join(sorted(known))}.",
            id="notifications.E003",
        )
        for name in settings.DELIVERY_PREFER_DUP
        if name not in known
    ]
