"""Checks of the settings of media and providers, at the start and by `manage.py check`."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, register
from django.core.checks import Warning as CheckWarning

from notifications.channels import media


@register()
def providers_never_asked(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Warn with W001 of a provider that is set up and that no order names: it sends nothing."""
    return [
        CheckWarning(
            f"{provider.label} is set up, but {medium.name.upper()}_PROVIDERS names other providers"
            f" alone: it is never asked.",
            hint=f"Add {provider.name} to {medium.name.upper()}_PROVIDERS, or leave it empty.",
            id="delivery.W001",
        )
        for medium in media()
        for provider in medium.providers
        if provider.configured()
        and not any(provider in medium.in_order(route) for route in medium.routes)
    ]
