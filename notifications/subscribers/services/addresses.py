"""Addresses that staff or another system add, and their encryption under a new key."""

import base64
import secrets
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from notifications.subscribers.attributes import NOTHING_SAID, Attributes
from notifications.subscribers.choices import clean_choices
from notifications.subscribers.contacts import contact_on
from notifications.subscribers.crypto import decrypt, encrypt, sealed_by_newest
from notifications.subscribers.models import ALL_TOPICS, Address, Consent, StaffContact
from notifications.subscribers.services.subscriptions import (
    IMPORTED_VERSION,
    address_obtain,
    choices_apply,
    consent_record,
)
from notifications.subscribers.services.withdrawals import (
    adding_beside_no_erasure,
    withdrawn_among,
)

WEBHOOK: Final = "webhook"
SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - the prefix alone is public
SECRET_BYTES: Final = 32
SOURCE_LENGTH: Final = 60
# Addresses that are encrypted again in one query.
BATCH: Final = 1000


_RESEALING: Final[list[Callable[[], int]]] = []


class OwnerControlled(ValidationError):
    """The owner subscribed, changed or stopped this address: only they may change it."""


def address_is_known(*, channel: str, raw: str) -> bool:
    """Return whether there is this address already, however it is spelt.

    Raises:
        ValidationError: there is no such channel, or it is no address of the channel's kind.
    """
    contact = contact_on(channel, raw)
    return Address.objects.filter(channel=channel, blind_index=contact.index).exists()


def address_add(
    *,
    channel: str,
    raw: str,
    language: str,
    category: str | None = None,
    topics: Iterable[str] = ALL_TOPICS,
    components: Iterable[str] = (),
    attributes: Attributes = NOTHING_SAID,
    agent: bool | None = None,
    source: str,
) -> Address:
    """Add, or update, a confirmed address; `source` says how its owner agreed.

    Category, attributes and `agent` that are None stay as they are.

    Raises:
        ValidationError: a value is unusable, or no source is given.
        OwnerControlled: the owner's own choice stands, or they had the address erased.
    """
    contact = contact_on(channel, raw).check()
    choices = clean_choices(
        language=language,
        category=category or "",
        topics=topics,
        components=components,
        attributes=attributes,
    )
    source = clean_source(source)
    with transaction.atomic():
        adding_beside_no_erasure()
        if withdrawn := withdrawn_among([contact]):
            raise OwnerControlled(str(withdrawn[contact.index]), code="erased")
        address = address_obtain(contact, choices)
        _check_left_to_us(address)
        if category is None:
            choices = replace(choices, category=address.subscriber.category)
        choices_apply(subscriber=address.subscriber, choices=choices)
        if agent is not None:
            address.subscriber.agent = agent
            address.subscriber.save(update_fields=["agent"])
        address.confirmed_at = address.confirmed_at or timezone.now()
        address.save(update_fields=["confirmed_at"])
        consent_record(address, Consent.Act.GIVEN, source=source, text_version=IMPORTED_VERSION)
    return address


def _check_left_to_us(address: Address) -> None:
    """Raise OwnerControlled where the owner stopped the address, or chose for themselves."""
    if address.suppressed_at or address.consents.exclude(text_version=IMPORTED_VERSION).exists():
        raise OwnerControlled(
            _(
                "The owner of this address has already set their own preferences. Nothing was "
                "changed."
            ),
            code="owner_decided",
        )


def new_secret() -> str:
    """Return a secret to sign to a webhook with, in the form of Standard Webhooks."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def webhook_add(
    *,
    url: str,
    language: str,
    topics: Iterable[str] = ALL_TOPICS,
    components: Iterable[str] = (),
    source: str = "staff",
) -> tuple[Address, str]:
    """Add a webhook and return it with its signing secret: the only time that it can be seen.

    Adding a known URL again replaces its secret. The secret has the form of Standard Webhooks.

    Raises:
        ValidationError: a value is unusable.
    """
    secret = new_secret()
    with transaction.atomic():
        address = address_add(
            channel=WEBHOOK,
            raw=url,
            language=language,
            topics=topics,
            components=components,
            source=source,
        )
        address.sealed_secret = encrypt(secret, address.kind)
        address.save(update_fields=["sealed_secret"])
    return address, secret


def clean_source(source: str) -> str:
    """Return how consent was given; it is required and short enough for a label.

    Raises:
        ValidationError: it is empty, too long or cannot be stored.
    """
    source = source.strip()
    if not source or len(source) > SOURCE_LENGTH or not source.isprintable():
        raise ValidationError(
            _("Enter how consent was given, in up to %(limit)d characters."),
            code="source",
            params={"limit": SOURCE_LENGTH},
        )
    return source


def addresses_reseal() -> int:
    """Seal every address, every webhook's secret and received text with the newest of ADDRESS_KEYS.

    It can be stopped at any instant and started again. Returns how many were sealed again. Sign-ups
    under way and stored answers of the API keep the old key for the day that they live.

    Raises:
        CannotDecrypt: a key that something is sealed with is no longer among ADDRESS_KEYS.
    """
    ours = reseal_all(Address.objects.all(), _reseal) + reseal_all(
        StaffContact.objects.all(), _reseal
    )
    return ours + sum(reseal() for reseal in _RESEALING)


def on_reseal(reseal: Callable[[], int]) -> None:
    """Have `reseal` seal again what another app keeps under the same keys, and count it."""
    if reseal not in _RESEALING:
        _RESEALING.append(reseal)


def reseal_all(rows: QuerySet[Any], reseal: Callable[[Any], int]) -> int:
    """Seal rows again in batches by their keys; return how many were."""
    count = last = 0
    while batch := list(rows.filter(pk__gt=last).order_by("pk")[:BATCH]):
        last = batch[-1].pk
        count += sum(map(reseal, batch))
    return count


def _reseal(address: Address | StaffContact) -> int:
    """Encrypt an address again, unless its owner changed it since it was read."""
    columns = {"sealed": address.sealed, "sealed_secret": address.sealed_secret}
    blobs = {name: bytes(blob) for name, blob in columns.items() if blob}
    if all(map(sealed_by_newest, blobs.values())):
        return 0
    kind = address.kind
    anew = {name: encrypt(decrypt(blob, kind), kind) for name, blob in blobs.items()}
    rows = type(address)._default_manager.filter(pk=address.pk, sealed=address.sealed)
    return rows.update(**anew)
