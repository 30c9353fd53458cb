"""Addresses that staff or another system add."""

import base64
import secrets
from collections.abc import Iterable
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from notifications.subscribers.choices import Choices, clean_choices
from notifications.subscribers.consent import IMPORTED_VERSION
from notifications.subscribers.contacts import Contact, contact_on
from notifications.subscribers.crypto import encrypt
from notifications.subscribers.models import Address, Consent
from notifications.subscribers.services.consents import consent_record
from notifications.subscribers.services.subscriptions import address_obtain, choices_apply
from notifications.subscribers.topics import ALL_TOPICS

WEBHOOK: Final = "webhook"
SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - the prefix alone is public
SECRET_BYTES: Final = 32
SOURCE_LENGTH: Final = 60


class OwnerDecided(ValidationError):
    """The owner subscribed, changed or stopped this address: only they may change it."""


def address_add(
    *,
    channel: str,
    raw: str,
    language: str,
    category: str = "",
    topics: Iterable[str] = ALL_TOPICS,
    components: Iterable[str] = (),
    source: str,
) -> Address:
    """Add, or update, a confirmed address; `source` says how its owner agreed.

    Raises:
        ValidationError: a value is unusable, or no source is given.
        OwnerDecided: the owner's own choice stands.
    """
    contact = contact_on(channel, raw)
    choices = clean_choices(
        language=language, category=category, topics=topics, components=components
    )
    return _add(contact, choices, clean_source(source))


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
    secret = SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
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


def owner_decided(address: Address) -> bool:
    """True when its owner has confirmed it, changed it or stopped it."""
    by_owner = address.consents.exclude(text_version=IMPORTED_VERSION)
    return address.suppressed_at is not None or by_owner.exists()


def clean_source(source: str) -> str:
    """How consent was given: required, and short enough to be a label.

    Raises:
        ValidationError: it is empty, too long or cannot be stored.
    """
    source = source.strip()
    if not source or len(source) > SOURCE_LENGTH or not source.isprintable():
        raise ValidationError(
            _("Say in up to %(limit)d characters how consent was given."),
            code="source",
            params={"limit": SOURCE_LENGTH},
        )
    return source


def _add(contact: Contact, choices: Choices, source: str) -> Address:
    with transaction.atomic():
        address = address_obtain(contact, choices)
        if owner_decided(address):
            raise OwnerDecided(
                _("The owner of this address has made their own choice; it stays as it is."),
                code="owner_decided",
            )
        choices_apply(subscriber=address.subscriber, choices=choices)
        address.confirmed_at = address.confirmed_at or timezone.now()
        address.save(update_fields=["confirmed_at"])
        consent_record(address, Consent.Act.GIVEN, source=source, text_version=IMPORTED_VERSION)
    return address
