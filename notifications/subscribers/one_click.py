"""Addresses of pages that stop the messages to one address, without a code (RFC 8058).

The link names the address itself by its keyed hash, sealed: no row, no person. So it works for as
long as the address is subscribed at all, also after a new subscription; and it tells whoever reads
it nothing. It never expires, since letters are kept.
"""

import base64
import binascii
from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.conf import settings

from notifications.channels.addresses import AddressKind
from notifications.channels.mail.links import STOP, link
from notifications.subscribers.contacts import Contact
from statuspage.lib.keyed_hash import keyed_hash

PURPOSE: Final = b"one-click"
TOKEN_LENGTH: Final = 64


def stop_url(channel: str, address: str, language: str) -> str:
    """Return the page that stops the messages to an e-mail address, in a language."""
    return f"{link(STOP, language)}{stop_token(channel, address)}/"


def stop_token(channel: str, address: str) -> str:
    """Return what names an e-mail address on that page."""
    index = Contact(channel, AddressKind.EMAIL, address).index
    sealed = _cipher(settings.ADDRESS_INDEX_KEY).encrypt(bytes.fromhex(index), _bound_to(channel))
    return base64.urlsafe_b64encode(sealed).decode()


def index_of(token: str, channel: str) -> str | None:
    """Return the blind index of the address that a token names; None: no token of ours.

    It needs no "=" at its end, which some programs add to what looks like base64.
    """
    token = token.rstrip("=")
    if len(token) != TOKEN_LENGTH or not token.isascii():
        return None
    try:
        sealed = base64.urlsafe_b64decode(token)
        return _cipher(settings.ADDRESS_INDEX_KEY).decrypt(sealed, _bound_to(channel)).hex()
    except (InvalidTag, binascii.Error, ValueError):
        return None


def _bound_to(channel: str) -> list[bytes | bytearray | memoryview]:
    return [PURPOSE, channel.encode()]


@lru_cache(maxsize=2)
def _cipher(key: str) -> AESSIV:
    # Two keys of AES-256 from the one that never changes.
    return AESSIV(keyed_hash(key, "one-click\x001") + keyed_hash(key, "one-click\x002"))
