"""News of a merchant's own transactions: for whoever knows the phone on file, not for guessers."""

from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from notifications.channels.addresses import AddressKind
from notifications.subscribers.models import Subscriber
from notifications.subscribers.services.subscriptions import merchant_set
from statuspage.settlement.affected.hashes import merchant_key
from statuspage.settlement.affected.tries import ceilings_of, ceilings_of_phone, try_take

TOO_MANY: Final = _(
    "There were many requests about this merchant number today. To continue, confirm the phone on "
    "file (the one whose last four digits you entered), then come back to this page."
)


class GuessesRefused(ValidationError):
    """Too many asked about this merchant today; whoever proves the phone on file may go on."""

    status: Final = 429


def merchant_follow(
    *, subscriber: Subscriber, merchant: str, last_four: str, client_ip: str, phone: str = ""
) -> None:
    """Subscribe to a merchant's transactions; `phone` is the index of one proven a moment ago.

    A message that comes tells that the digits were right, as an answer at /transactions/ does. So
    each attempt counts like one there that found nothing: whether it is right, nobody knows yet.

    Raises:
        GuessesRefused: no attempt is left today; nothing has changed.
    """
    if bytes(subscriber.merchant_key or b"") == merchant_key(merchant, last_four):
        return
    phone = phone or _own_phone(subscriber, last_four)
    ceilings = (
        ceilings_of_phone(phone) if phone else ceilings_of(merchant=merchant, client_ip=client_ip)
    )
    if not try_take(ceilings):
        raise GuessesRefused(TOO_MANY, code="merchant")
    merchant_set(subscriber=subscriber, merchant=merchant, last_four=last_four)


def _own_phone(subscriber: Subscriber, last_four: str) -> str:
    """Return the index of a phone of theirs with these digits, which every mask shows; or empty."""
    phones = subscriber.addresses.filter(
        kind=AddressKind.PHONE, confirmed_at__isnull=False, masked__endswith=last_four
    )
    return phones.values_list("blind_index", flat=True).first() or ""
