"""The text in which each provider would send a statement, on each route: what a preview shows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from django.utils.translation import gettext as _

from notifications.channels import sms_text
from notifications.channels.addresses import AddressKind
from notifications.channels.base import Bulletin, Content, Provider
from notifications.channels.countries import permitted_codes
from notifications.channels.media import Medium
from notifications.delivery.audience import RecipientGroup
from notifications.delivery.templating import Templates, composed
from notifications.media import SMS
from notifications.templates.models import Template

MAINLAND: Final = "86"
# Any number at home, and any abroad.
EXAMPLES: Final = {False: "+8613800138000", True: "+1"}


@dataclass(frozen=True)
class ProviderText:
    """A statement as one provider would send it; without text where no template is approved."""

    provider: Provider
    content: Content

    @property
    def lacking(self) -> bool:
        """Whether it has no approved template for it."""
        return self.provider.uses_templates and not self.content.text

    @property
    def parts(self) -> Sequence[str]:
        """The text in the parts in which it is sent and billed: several of an SMS alone."""
        if not self.content.text:
            return []
        text = self.content.text
        return sms_text.parts(text) if self.provider.medium == SMS else [text]


@dataclass(frozen=True)
class RouteTexts:
    """The texts of a route's providers, in their order, and how many addresses it has.

    `route` is a calling code or kind of address with providers of its own, or empty for the rest.
    `abroad` says which phone numbers, None where there are no phones. `recipients` is None where
    the counts do not tell routes apart.
    """

    route: str
    abroad: bool | None
    texts: Sequence[ProviderText]
    recipients: int | None

    @property
    def sent(self) -> ProviderText | None:
        """The text that goes out while nothing is wrong; None where it waits for a template."""
        return next((one for one in self.texts if not one.lacking), None)

    @property
    def label(self) -> str:
        """Which numbers these are; empty where the medium has no phones."""
        if self.abroad is None:
            return ""
        if not self.abroad:
            return _("Mainland numbers")
        return f"+{self.route}" if self.route else _("Numbers abroad")


def texts_by_route(
    medium: Medium,
    bulletin: Bulletin,
    groups: Sequence[RecipientGroup],
    known: Mapping[str, Sequence[Template]],
) -> list[RouteTexts]:
    """Return the texts of every route of a medium, that of most readers first.

    `groups` are the recipients of that medium and language, `known` the registered templates.
    """

    @cache
    def content_of(provider: Provider) -> Content:
        return composed(provider, bulletin, Templates(provider, known))

    return [
        RouteTexts(
            route,
            abroad,
            _texts(medium, route, abroad, content_of),
            _recipients(medium, route, abroad, groups),
        )
        for route, abroad in _sides(medium)
    ]


def route_of(medium: Medium, country: str) -> tuple[str, bool | None]:
    """Return the route, and whether it is abroad, of the recipients of a country."""
    if medium.address_kind != AddressKind.PHONE:
        return "", None
    return (country if country in medium.routes else ""), country != MAINLAND


def _texts(
    medium: Medium, route: str, abroad: bool | None, content_of: Callable[[Provider], Content]
) -> list[ProviderText]:
    able = medium.able(route) or [medium.leading(route)]
    if abroad is None:
        return [ProviderText(one, content_of(one)) for one in able]
    return [ProviderText(one, content_of(one).to(EXAMPLES[abroad])) for one in able]


def _sides(medium: Medium) -> list[tuple[str, bool | None]]:
    """Return every route with its numbers; the rest has mainland numbers and others."""
    if medium.address_kind != AddressKind.PHONE:
        return [(route, None) for route in reversed(medium.routes)]
    own = [one for one in medium.routes if one]
    home: tuple[str, bool | None] = (MAINLAND if MAINLAND in own else "", False)
    abroad: list[tuple[str, bool | None]] = [(one, True) for one in own if one != MAINLAND]
    if set(permitted_codes()) - {MAINLAND, *own}:
        abroad.append(("", True))
    return [home, *abroad]


def _recipients(
    medium: Medium, route: str, abroad: bool | None, groups: Sequence[RecipientGroup]
) -> int | None:
    if abroad is None and len(medium.routes) > 1:
        return None
    return sum(one.count for one in groups if route_of(medium, one.country) == (route, abroad))
