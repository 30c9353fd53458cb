"""The mark in each letter by which what comes back finds its delivery, and which nobody guesses."""

import base64
import hmac
import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings

from notifications.channels.base import Message
from statuspage.lib.keyed_hash import keyed_hash

# Bytes of the secret part; in base32, since some servers write addresses in lower case.
SECRET_BYTES: Final = 10
MARK: Final = re.compile(r"(?<![a-z0-9.])(\d{1,18})\.([a-z2-7]{16})(?![a-z0-9])", re.IGNORECASE)
# In the settings: where an address for returned letters has the mark.
PLACE: Final = "{id}"


def mark_of(delivery_id: int) -> str:
    """Return the mark of a delivery: its number and a secret part."""
    digest = keyed_hash(settings.ADDRESS_INDEX_KEY, f"letter\x00{delivery_id}")[:SECRET_BYTES]
    return f"{delivery_id}.{base64.b32encode(digest).decode().lower()}"


def message_id(message: Message) -> str:
    """Return the Message-ID, which is the same at every try of one delivery."""
    named = message.delivery_id
    name = f"delivery-{mark_of(named)}" if named else f"message-{message.repeat_id}"
    return f"<{name}@{site_host()}>"


def delivery_id_in(texts: Iterable[str]) -> int | None:
    """Return the delivery of the first genuine mark in these texts; None where there is none."""
    for text in texts:
        for number, secret in MARK.findall(text):
            wanted = mark_of(int(number)).partition(".")[2]
            if hmac.compare_digest(wanted, secret.lower()):
                return int(number)
    return None


def return_path(delivery_id: int, sender: str) -> str:
    """Return the address to which a letter comes back that could not be delivered."""
    chosen: str = settings.EMAIL_BOUNCE_ADDRESS or sender
    return chosen.replace(PLACE, mark_of(delivery_id))


def site_host() -> str:
    """Return the host name of the site, by which its letters and lists are named."""
    return urlsplit(settings.SITE_URL).hostname or "localhost"
