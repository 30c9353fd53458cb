"""Checks of the settings of media and providers, at the start and by `manage.py check`."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, register
from django.core.checks import Warning as CheckWarning
from django.core.exceptions import ValidationError
from django.utils.translation import override

from notifications.channels import media
from notifications.channels.base import Provider
from notifications.channels.media import Medium
from notifications.delivery.staff_words import robots_unknown
from notifications.delivery.template_work import templated_providers

# They have a value of their own where they are not set.
SHARED: Final = frozenset({"ALIYUN_SMS_SIGN_NAME", "TENCENT_SMS_SIGN_NAME"})

# What an order is where nobody has set it; the others are empty then.
UNSAID: Final = {"WECHAT_PROVIDERS": ["wechat"]}


@register()
def providers_never_asked(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Warn with W001 of a provider that is set up and that no order names: it sends nothing."""
    return [
        CheckWarning(
            f"{_said(provider)} is set up, but {_name(medium)} names other providers alone: it is"
            " never asked.",
            hint=f"Add {provider.name} to {_name(medium)}, or leave it empty.",
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
def providers_not_set_up(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Warn with W004 of a provider that an order names, or that was begun, and is not set up."""
    return [
        CheckWarning(
            f"{f'{variable} names {provider.name}' if named else _begun_with(provider)}, but"
            f" {_lacking(provider)}: it sends nothing.",
            hint="Set what is missing, or leave the provider out.",
            id="delivery.W004",
        )
        for medium in media()
        for variable, route, named in _orders(medium)
        for provider in medium.in_order(route)
        if not provider.configured() and (named or _begun(medium, provider))
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
def numbers_that_nobody_serves(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Warn with W005 of a country's own order of which no provider is set up."""
    return [
        CheckWarning(
            f"No provider in {variable} is set up: nothing is sent to numbers that begin with"
            f" +{route}.",
            hint=f"Set one up, or leave {variable} empty: then {_name(medium)} holds for them.",
            id="delivery.W005",
        )
        for medium in media()
        for variable, route, named in _orders(medium)
        if named and route and not medium.able(route)
    ]


def _orders(medium: Medium) -> Iterator[tuple[str, str, bool]]:
    """Yield the variable of each order of a medium, its route, and whether it names providers."""
    general = _name(medium)
    for route in medium.routes:
        if route not in medium.other_kinds:
            variable = f"{general}_{route}" if route else general
            said = getattr(settings, general, []) not in ([], UNSAID.get(general))
            yield variable, route, bool(route) or said


def _name(medium: Medium) -> str:
    return f"{medium.name.upper()}_PROVIDERS"


def _begun_with(provider: Provider) -> str:
    return f"{_said(provider)} is set up in part"


def _said(provider: Provider) -> str:
    with override("en"):
        return str(provider.label)


def _lacking(provider: Provider) -> str:
    lacking = [name for name in provider.required_settings if not getattr(settings, name)]
    if not lacking:
        return "it is not set up"
    verb = "is" if len(lacking) == 1 else "are"
    return f"{', '.join(lacking)} {verb} empty"


def _begun(medium: Medium, provider: Provider) -> bool:
    """Return whether some of what a provider needs is set, for its own sake.

    What a provider that is set up needs as well says nothing. Nobody misses an optional medium.
    """
    needed = {*provider.required_settings} - _settings(medium)
    own = [name for name in needed if name not in SHARED and getattr(settings, name)]
    return bool(own) and not medium.optional


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
