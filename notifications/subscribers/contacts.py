"""An address before it is in a table: normalised, sealed and indexed."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Self

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from notifications.channels import media, medium
from notifications.channels.addresses import (
    AddressKind,
    calling_code,
    canonical,
    mask,
    normalise,
)
from notifications.channels.countries import check_permitted, permitted
from notifications.media import EMAIL, SMS, current_name
from notifications.subscribers.crypto import blind_index, encrypt

# Which medium carries a code to which kind of address.
CODE_MEDIA: Final = {AddressKind.PHONE: SMS, AddressKind.EMAIL: EMAIL}
MASKED_LENGTH: Final = 80
# JSON can carry lone surrogates, which no encoding, and so no encryption, can take.
UNSUPPORTED: Final = re.compile("[\\x00\\ud800-\\udfff]")


@dataclass(frozen=True)
class Contact:
    """One way to reach someone. `clear` must not be logged."""

    channel: str
    kind: AddressKind
    clear: str

    @cached_property
    def index(self) -> str:
        """The blind index, by which the address is found in the tables, however it was typed."""
        return blind_index(canonical(self.kind, self.clear), self.kind)

    @property
    def masked(self) -> str:
        """The address as screens show it."""
        return mask(self.kind, self.clear)[:MASKED_LENGTH]

    @property
    def country(self) -> str:
        """The calling code of a phone number's country; empty for other addresses."""
        return calling_code(self.kind, self.clear)

    @property
    def permitted(self) -> bool:
        """Whether anything may be sent there: SMS only go to some countries."""
        return self.kind != AddressKind.PHONE or permitted(self.clear)

    @property
    def served(self) -> bool:
        """Whether a provider that sends to such an address, or to that country, is set up."""
        through = medium(self.channel)
        return bool(through.able(through.route_of(self.clear)))

    def check(self) -> Self:
        """Return it if it may enter: at every door where an address is added or gets a code.

        Raises:
            ValidationError: nothing may be sent there.
        """
        if self.kind == AddressKind.PHONE:
            check_permitted(self.clear)
        return self

    def columns(self) -> dict[str, object]:
        """Return the columns that Address and SignUp share."""
        return {
            "channel": self.channel,
            "kind": self.kind,
            "sealed": encrypt(self.clear, self.kind),
            "blind_index": self.index,
            "masked": self.masked,
        }


def contact_for_code(kind: AddressKind, raw: str) -> Contact:
    """Return the contact that someone typed, on the medium that can carry a code to it.

    Raises:
        ValidationError: it is no address of that kind, or nothing may be sent there.
    """
    return Contact(CODE_MEDIA[kind], kind, _normalised(kind, raw)).check()


def contact_on(channel: str, raw: str) -> Contact:
    """Return the contact on a named medium, which may have its former name.

    Raises:
        ValidationError: there is no such channel, or it is no address of the channel's kind.
    """
    channel = current_name(channel)
    found = next((one for one in media() if one.name == channel), None)
    if found is None:
        raise ValidationError(_("Channel not found."), code="channel")
    kind = found.kind_of(raw)
    return Contact(channel, kind, _normalised(kind, raw))


def _normalised(kind: AddressKind, raw: str) -> str:
    if UNSUPPORTED.search(raw):
        raise ValidationError(_("The address contains an unsupported character."), code="nul")
    return normalise(kind, raw)
