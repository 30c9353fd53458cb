"""Store what providers tell: receipts, and what somebody did; by callback or over a connection."""

from django.db import transaction

from notifications.channels.base import Provider
from notifications.channels.outcomes import Callback, Inbound
from notifications.delivery.receipts import no_deliveries_note, receipts_store
from notifications.delivery.taken import take_once
from notifications.subscribers.crypto import blind_index
from notifications.subscribers.services.inbound import inbound_apply
from notifications.subscribers.services.message_consents import consents_change


@transaction.atomic
def callback_store(provider: Provider, callback: Callback) -> bool:
    """Store all of it, or nothing; False for the copy of one that may come only once."""
    if callback.once and not take_once(provider.name, callback.once, forgettable=True):
        return False
    no_deliveries_note(provider.name, callback.no_deliveries)
    receipts_store(callback.receipts_of or provider.name, callback.receipts)
    consents_change(provider.medium, callback.consents)
    for inbound in callback.inbound:
        _apply(provider, inbound)
    return True


def _apply(provider: Provider, inbound: Inbound) -> None:
    """Apply what somebody did, once: a recording of it that is played again changes nothing."""
    # As a keyed hash: some names hold the sender's.
    given = inbound.message_id.encode(errors="replace").decode()
    name = given and blind_index(given, _key(provider))
    if not name or take_once(provider.name, name):
        inbound_apply(provider.medium, inbound, provider.name)


def _key(provider: Provider) -> str:
    """Return what its inbound messages are hashed with: the name it had when the first came."""
    return next(iter(provider.former_names), provider.name)
