"""Stopping messages to an address, and starting them again."""

from collections.abc import Iterable
from typing import Final

from django.db import transaction
from django.utils import timezone

from notifications.channels.outcomes import Reason
from notifications.subscribers.contacts import contact_on
from notifications.subscribers.models import Address, Consent
from notifications.subscribers.services.consents import consent_record

UNSUBSCRIBED: Final = "unsubscribed"
# Stops by which the owner withdrew consent; every other reason is a provider's word.
BY_OWNER: Final = frozenset({UNSUBSCRIBED, str(Reason.OPTED_OUT), str(Reason.NOT_A_FOLLOWER)})


def address_suppress(*, channel: str, clear_address: str, reason: str) -> bool:
    """Stop messages to an address; True when it is known and was not stopped before.

    Raises:
        ValidationError: it is no address of that channel.
    """
    with transaction.atomic():
        address = _locked(channel, clear_address)
        return address is not None and suppress(address, reason=reason, source=channel)


def address_revive(*, channel: str, clear_address: str) -> bool:
    """Undo its owner's stop; True when it is known and its owner had stopped it.

    Raises:
        ValidationError: it is no address of that channel.
    """
    with transaction.atomic():
        address = _locked(channel, clear_address)
        return address is not None and revive(address, source=channel)


def addresses_suppress(ids: Iterable[int], *, reason: str, source: str) -> None:
    """Stop messages to the addresses with these ids, as far as they still exist."""
    with transaction.atomic():
        found = Address.objects.select_for_update().filter(pk__in=ids).order_by("pk")
        for address in found:
            suppress(address, reason=reason, source=source)


def addresses_revive(ids: Iterable[int]) -> int:
    """Staff start addresses again that a provider, or too many failures, stopped; how many.

    What its owner stopped stays stopped: only they can consent again.
    """
    return (
        Address.objects.filter(pk__in=ids, suppressed_at__isnull=False)
        .exclude(suppressed_for__in=BY_OWNER)
        .update(suppressed_at=None, suppressed_for="", failures=0, failing_since=None)
    )


def suppress(address: Address, *, reason: str, source: str) -> bool:
    """Stop an address that is not stopped yet; the owner's own stop also withdraws consent."""
    if address.suppressed_at:
        return False
    address.suppressed_at, address.suppressed_for = timezone.now(), reason
    address.save(update_fields=["suppressed_at", "suppressed_for"])
    if reason in BY_OWNER:
        consent_record(address, Consent.Act.WITHDRAWN, source=source)
    return True


def revive(address: Address, *, source: str) -> bool:
    """Start an address again that its owner had stopped; a provider's stop stays."""
    if not address.suppressed_at or address.suppressed_for not in BY_OWNER:
        return False
    address.suppressed_at, address.suppressed_for = None, ""
    address.save(update_fields=["suppressed_at", "suppressed_for"])
    consent_record(address, Consent.Act.GIVEN, source=source)
    return True


def _locked(channel: str, clear: str) -> Address | None:
    contact = contact_on(channel, clear)
    return (
        Address.objects.select_for_update()
        .filter(channel=contact.channel, blind_index=contact.index)
        .first()
    )
