"""Receipts: stored at once under a unique key, applied later, each only as far as it gets."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final

from django.db import connection, transaction
from django.utils import timezone

from notifications.channels.outcomes import Receipt as Word
from notifications.delivery.locks import lock
from notifications.delivery.models import Delivery, Receipt
from notifications.delivery.states import RANK, may_follow_from
from notifications.delivery.wake import wake_receipts
from notifications.subscribers.services import addresses_suppress

NO_DELIVERY: Final = 0
BATCH: Final = 500
# A receipt may overtake the answer that tells us the provider's id; after this it is an orphan.
WAIT_FOR_DELIVERY: Final = timedelta(hours=1)

APPLY: Final = """
    UPDATE delivery_delivery
    SET state = %(state)s,
        provider_id = CASE WHEN provider_id = '' THEN %(provider_id)s ELSE provider_id END,
        reason = %(reason)s, code = %(code)s,
        sent_at = coalesce(sent_at, %(at)s),
        settled_at = CASE WHEN %(state)s = 'sent' THEN settled_at ELSE %(at)s END,
        updated_at = now()
    WHERE id = %(id)s AND published_at = %(published_at)s AND state = ANY(%(before)s)
"""


def receipts_store(channel: str, words: Sequence[Word]) -> int:
    """Put receipts into the inbox; what is there already stays as it is.

    A code for signing up is a message and no delivery (its id is 0): nothing waits for its receipt.
    """
    stored = Receipt.objects.bulk_create(
        (
            Receipt(
                channel=channel,
                key=word.key[:160],
                provider_id=word.provider_id,
                delivery_id=word.delivery_id,
                attempt_id=word.attempt_id,
                state=word.state,
                reason=word.reason or "",
                code=word.code,
                suppress=word.suppress,
            )
            for word in words
            if word.delivery_id != NO_DELIVERY
        ),
        ignore_conflicts=True,
    )
    if stored:
        transaction.on_commit(wake_receipts)
    return len(stored)


def receipts_apply() -> int:
    """Apply a batch of stored receipts; returns how many were settled, applied or given up."""
    with transaction.atomic():
        waiting = list(
            Receipt.objects.filter(applied_at=None)
            .select_for_update(skip_locked=True)
            .order_by("id")[:BATCH]
        )
        deliveries = _deliveries_of(waiting)
        lock([(one.pk, one.published_at) for one in deliveries.values()])
        settled = []
        # By rank, so that of one message's receipts in a batch the furthest is applied last.
        for receipt in sorted(waiting, key=lambda one: RANK[one.state]):
            delivery = deliveries.get(receipt.pk)
            if delivery:
                _apply(receipt, delivery)
            if delivery or timezone.now() - receipt.received_at > WAIT_FOR_DELIVERY:
                settled.append(receipt.pk)
        Receipt.objects.filter(pk__in=settled).update(applied_at=timezone.now())
    return len(settled)


def _deliveries_of(receipts: Iterable[Receipt]) -> dict[int, Delivery]:
    """The delivery each receipt speaks of: by our own id, else by the provider's."""
    receipts = list(receipts)
    by_id = Delivery.objects.in_bulk([one.delivery_id for one in receipts if one.delivery_id])
    nameless = [one.provider_id for one in receipts if not one.delivery_id]
    by_provider = {
        (one.channel, one.provider_id): one
        for one in Delivery.objects.filter(provider_id__in=nameless).exclude(provider_id="")
    }
    found = {
        one.pk: by_id.get(one.delivery_id)
        if one.delivery_id
        else by_provider.get((one.channel, one.provider_id))
        for one in receipts
    }
    return {pk: delivery for pk, delivery in found.items() if delivery}


def _apply(receipt: Receipt, delivery: Delivery) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            APPLY,
            {
                "id": delivery.pk,
                "published_at": delivery.published_at,
                "state": receipt.state,
                "before": may_follow_from(receipt.state),
                "provider_id": receipt.provider_id,
                "reason": receipt.reason,
                "code": receipt.code,
                "at": receipt.received_at,
            },
        )
    if receipt.suppress and delivery.address_id:
        addresses_suppress([delivery.address_id], reason=receipt.reason, source=receipt.channel)
