"""The media by which subscribers are reached, and which providers send for them, in order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from notifications import media as names
from notifications.channels.addresses import AddressKind, calling_code, kind_among
from notifications.channels.base import Provider, providers


@dataclass(frozen=True)
class Medium:
    """What a reader chooses, whichever provider sends."""

    name: str
    label: str | Promise
    address_kind: AddressKind
    # How the public page says how many it reached.
    reached: str | Promise
    # It makes a phone ring, so it is silent at night unless it is critical.
    rings: bool = False
    # Each message costs money and patience, so the operator says which moments are worth both.
    costs: bool = False
    # For critical incidents alone, to those who asked for it.
    critical_only: bool = False
    # Nobody misses it where no provider is set up.
    optional: bool = False
    # Other kinds of address, each with providers of its own.
    other_kinds: tuple[AddressKind, ...] = ()

    # Whose workers send it, where it has none of its own.
    queue: str = ""

    @property
    def providers(self) -> list[Provider]:
        """Every provider of the medium, in the order that holds where no setting gives one."""
        mine = (one for one in providers() if one.medium == self.name)
        return sorted(mine, key=lambda one: (one.order, one.name))

    @property
    def routes(self) -> Sequence[str]:
        """The calling codes and kinds of address that have providers, or a sender, of their own.

        The last, empty, is the rest.

        A delivery's route is fixed when it is created, so that those of one country do not wait
        behind those of another whose provider is down, or refuses the sender.
        """
        return [*self._countries, *self.other_kinds, ""]

    @property
    def _countries(self) -> Sequence[str]:
        senders = [code for one in self.providers for code in one.senders_of_countries()]
        return list(dict.fromkeys([*_own_routes(self.name), *senders]))

    def kind_of(self, address: str) -> AddressKind:
        """Return the kind of an address in clear text, or of what was typed as one."""
        return kind_among((self.address_kind, *self.other_kinds), address)

    def route_of(self, address: str) -> str:
        """Return the route of an address in clear text."""
        if (kind := self.kind_of(address)) in self.other_kinds:
            return kind
        code = calling_code(self.address_kind, address)
        return code if code in self._countries else ""

    def in_order(self, route: str = "") -> list[Provider]:
        """Return the providers that the settings name for a route, first choice first."""
        named = _own_routes(self.name).get(route) or getattr(settings, _setting(self.name), [])
        kind = next((one for one in self.other_kinds if one == route), self.address_kind)
        mine = [one for one in self.providers if one.address_kind == kind]
        by_name = {one.name: one for one in mine}
        return [by_name[one] for one in named if one in by_name] or mine

    def able(self, route: str = "") -> list[Provider]:
        """Return those of them that are set up."""
        return [one for one in self.in_order(route) if one.configured()]

    def leading(self, route: str = "") -> Provider:
        """Return the provider that sends while nothing is wrong, or would if it were set up."""
        return (self.able(route) or self.in_order(route))[0]

    def takes_replies(self, address: str) -> bool:
        """Return whether a reply from an address, in clear text, reaches the provider in front."""
        return self.leading(self.route_of(address)).takes_replies(address)

    def configured(self) -> bool:
        """Return whether anything can be sent; if not, the console shows a warning."""
        return any(self.able(route) for route in self.routes)

    def can_be_asked(self) -> bool:
        """Return whether a provider that may have sent a message can be asked about it."""
        able = [one for one in self.providers if one.configured()] or self.providers
        return any(one.can_be_asked() for one in able)

    def sends_receipts(self) -> bool:
        """Return whether any provider reports what became of a message."""
        return any(one.sends_receipts() for one in self.providers)


_MEDIA: Final[Mapping[str, Medium]] = {
    one.name: one
    for one in (
        Medium(
            *(names.SMS, _("SMS"), AddressKind.PHONE, _("%(count)s by SMS")),
            rings=True,
            costs=True,
        ),
        Medium(
            *(names.WECHAT, _("WeChat"), AddressKind.OPENID, _("%(count)s by WeChat")), rings=True
        ),
        Medium(
            *(names.MINI_PROGRAM, _("WeChat mini program"), AddressKind.MINI_OPENID),
            _("%(count)s by mini program"),
            rings=True,
            queue=names.WECHAT,
            optional=True,
        ),
        Medium(names.EMAIL, _("E-mail"), AddressKind.EMAIL, _("%(count)s by e-mail")),
        Medium(
            *(names.ROBOT, _("Group robot"), AddressKind.ROBOT, _("%(count)s by group robot")),
            other_kinds=(AddressKind.GROUP,),
        ),
        Medium(names.WEBHOOK, _("Webhook"), AddressKind.URL, _("%(count)s by webhook")),
        Medium(
            *(names.VOICE, _("Phone call"), AddressKind.PHONE, _("%(count)s by phone call")),
            rings=True,
            costs=True,
            critical_only=True,
            optional=True,
        ),
    )
}


def medium(name: str) -> Medium:
    """Return the medium of that name, which may be the one it had before.

    Raises:
        KeyError: there is none.
    """
    return _MEDIA[names.current_name(name)]


def media() -> Sequence[Medium]:
    """Return every medium, ordered by name."""
    return [_MEDIA[name] for name in sorted(_MEDIA)]


def offered_media() -> Sequence[Medium]:
    """Return the media without those that are optional and not set up, ordered by name."""
    return [one for one in media() if one.configured() or not one.optional]


def askable_media() -> list[str]:
    """Return the names of the media with a provider that can be asked about a message."""
    return [one.name for one in media() if one.can_be_asked()]


def labels() -> dict[str, str | Promise]:
    """Return the labels of every provider and medium by name."""
    return {
        **{one.name: one.label for one in providers()},
        **{one.name: one.label for one in media()},
    }


def _setting(medium_name: str) -> str:
    return f"{medium_name.upper()}_PROVIDERS"


def _own_routes(medium_name: str) -> Mapping[str, list[str]]:
    found: Mapping[str, list[str]] = getattr(settings, f"{medium_name.upper()}_ROUTES", {})
    return found
