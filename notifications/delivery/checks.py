"""Checks of the settings of media and providers, at the start and by `manage.py check`."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, register
from django.core.checks import Warning as CheckWarning
from django.core.exceptions import ValidationError

from notifications.channels import media
from notifications.channels.media import Medium
from notifications.delivery.staff_words import robots_unknown
from notifications.delivery.template_work import templated_providers


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
        and not _asked(medium) & {provider.name}
        # One that shares its account with another that is asked was not set up for its own sake.
        and not {*provider.required_settings} & _settings(medium)
    ]


@register()
def staff_robots_unknown(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Warn with W003 of a robot of staff's that is none: nobody would hear of the first alarm."""
    return [
        CheckWarning(
            f"{name} is not the address of a group robot: no alarm goes there.",
            hint="Copy it again from the group's settings; ROBOT_SERVICES has to allow it.",
            id="delivery.W003",
        )
        for name in robots_unknown()
    ]


@register()
def maps_that_cannot_be_sent(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Warn with W002 of a template in the settings with a field that nothing can fill."""
    found: list[CheckMessage] = []
    for provider in templated_providers():
        for template in provider.default_templates() if provider.configured() else ():
            try:
                provider.check_template(template)
            except ValidationError as error:
                problems = " ".join(error.messages)
                found.append(
                    CheckWarning(
                        f"{provider.label}: {problems}",
                        hint="Its messages wait. Correct what fills the fields of its template.",
                        id="delivery.W002",
                    )
                )
    return found


def _asked(medium: Medium) -> set[str]:
    return {one.name for route in medium.routes for one in medium.in_order(route)}


def _settings(medium: Medium) -> set[str]:
    asked = (one for one in medium.providers if one.name in _asked(medium))
    return {name for one in asked if one.configured() for name in one.required_settings}
