"""Calls to a phone in critical moments: asked for by its owner, who has proved it by a code."""

from django.db import transaction
from django.utils import timezone

from notifications.channels import medium
from notifications.channels.addresses import AddressKind
from notifications.media import SMS, VOICE
from notifications.subscribers.contacts import Contact
from notifications.subscribers.models import Address, Consent, Subscriber
from notifications.subscribers.recipients import calls_may_go
from notifications.subscribers.selectors import clear_address
from notifications.subscribers.services.agreements import calls_agreement_keep
from notifications.subscribers.services.subscriptions import (
    UNSUBSCRIBED,
    WEB,
    address_obtain,
    choices_of,
    consent_record,
    resumed_note,
    suppress,
)


def calls_offered() -> bool:
    """Return whether anybody can be called: a provider is set up, and its consent is asked for."""
    return medium(VOICE).configured() and calls_may_go()


def is_called(subscriber: Subscriber) -> bool:
    """Return whether a subscriber has asked for calls."""
    return subscriber.addresses.filter(channel=VOICE, suppressed_at=None).exists()


def phones_of(subscriber: Subscriber) -> list[Address]:
    """Return the phones that a subscriber has proved and gets SMS at."""
    return list(
        subscriber.addresses.filter(channel=SMS, confirmed_at__isnull=False, suppressed_at=None)
    )


@transaction.atomic
def calls_set(*, subscriber: Subscriber, wanted: bool) -> None:
    """Call a subscriber's proven phones in critical moments, or no more."""
    if wanted:
        for phone in phones_of(subscriber):
            call_start(phone)
        return
    for address in subscriber.addresses.select_for_update().filter(channel=VOICE):
        suppress(address, reason=UNSUBSCRIBED, source=WEB)


def call_start(phone: Address) -> None:
    """Add calls to a proven phone, or start them again; call it in a transaction."""
    contact = Contact(VOICE, AddressKind.PHONE, clear_address(phone))
    address = address_obtain(contact, choices_of(phone.subscriber))
    if address.confirmed_at and address.suppressed_at is None:
        return
    former, address.subscriber = address.subscriber, phone.subscriber
    address.position = phone.subscriber.addresses.exclude(pk=address.pk).count()
    address.confirmed_at = address.confirmed_at or timezone.now()
    resumed_note(address)
    address.suppressed_at, address.suppressed_for = None, ""
    address.save()
    if former != phone.subscriber and not former.addresses.exists():
        former.delete()
    consent_record(address, Consent.Act.GIVEN, source=WEB, text_version=calls_agreement_keep())
