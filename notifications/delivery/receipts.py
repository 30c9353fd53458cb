"""Receipts: stored at once under a unique key, applied later, each only as far as it gets."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Final

from django.db import connection, transaction
from django.utils import timezone

from notifications.channels.outcomes import Receipt as Word
from notifications.delivery.chain import fall_back
from notifications.delivery.locks import lock
from notifications.delivery.models import Delivery, Receipt
from notifications.delivery.states import RANK, DeliveryState, may_follow_from
from notifications.delivery.wake import wake_receipts
from notifications.subscribers.services import addresses_suppress

NO_DELIVERY: Final = 0
BATCH: Final = 500
# A receipt may overtake the answer that tells us the provider's id; after this it is an orphan.
WAIT_FOR_DELIVERY: Final = timedelta(hours=1)
SOONEST_LOOK: Final = timedelta(seconds=2)

# What was tried before waits as `pending` with an attempt: a receipt for that one still counts. Of
# another attempt than the last only good news counts: that an old one failed says nothing any more.
APPLY: Final = """
    UPDATE delivery_delivery d
    SET state = %(state)s,
        provider_id = CASE WHEN d.provider_id = '' THEN r.provider_id ELSE d.provider_id END,
        reason = r.reason, code = r.code,
        sent_at = coalesce(d.sent_at, r.at),
        settled_at = CASE WHEN %(state)s = 'sent' THEN d.settled_at ELSE r.at END,
        updated_at = now()
    FROM unnest(%(ids)s::bigint[], %(moments)s::timestamptz[], %(provider_ids)s::text[],
                %(reasons)s::text[], %(codes)s::text[], %(at)s::timestamptz[], %(attempts)s::uuid[])
         AS r (id, published_at, provider_id, reason, code, at, attempt)
    WHERE d.id = r.id AND d.published_at = r.published_at AND d.state = ANY(%(before)s)
      AND (d.state <> 'pending' OR d.attempts > 0)
      AND (r.attempt IS NULL OR r.attempt = d.attempt_id OR %(state)s = 'delivered')
    RETURNING d.id, d.published_at
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
    """Apply a batch of stored receipts; returns how many it looked at."""
    with transaction.atomic():
        waiting = list(
            Receipt.objects.filter(applied_at=None, look_at__lte=timezone.now())
            .select_for_update(skip_locked=True)
            .order_by("look_at")[:BATCH]
        )
        deliveries = _deliveries_of(waiting)
        lock([(one.pk, one.published_at) for one in deliveries.values()])
        known = [one for one in waiting if one.pk in deliveries]
        # By rank, so that of one message's receipts in a batch the furthest is applied last.
        for state in sorted({one.state for one in known}, key=RANK.__getitem__):
            _apply(state, [one for one in known if one.state == state], deliveries)
        _suppress(known, deliveries)
        Receipt.objects.filter(pk__in=[one.pk for one in known]).update(applied_at=timezone.now())
        _put_off([one for one in waiting if one.pk not in deliveries])
    return len(waiting)


def _put_off(nameless: Sequence[Receipt]) -> None:
    """Look again after as long as it has waited already, and give it up after an hour."""
    now = timezone.now()
    for receipt in nameless:
        waited = now - receipt.received_at
        receipt.look_at = now + max(waited, SOONEST_LOOK)
        receipt.applied_at = now if waited > WAIT_FOR_DELIVERY else None
    Receipt.objects.bulk_update(nameless, ["look_at", "applied_at"])


def _deliveries_of(receipts: Iterable[Receipt]) -> dict[int, Delivery]:
    """The delivery each receipt speaks of: by our own id, else by the provider's."""
    receipts = list(receipts)
    by_id = Delivery.objects.in_bulk([one.delivery_id for one in receipts if one.delivery_id])
    nameless = [one.provider_id for one in receipts if not one.delivery_id]
    by_provider = {
        (one.provider or one.channel, one.provider_id): one
        for one in Delivery.objects.filter(provider_id__in=nameless).exclude(provider_id="")
    }
    found = {
        one.pk: by_id.get(one.delivery_id)
        if one.delivery_id
        else by_provider.get((one.channel, one.provider_id))
        for one in receipts
    }
    return {pk: delivery for pk, delivery in found.items() if delivery}


def _apply(state: str, receipts: Sequence[Receipt], deliveries: Mapping[int, Delivery]) -> None:
    """Apply the receipts that say one state, in one statement."""
    named = [deliveries[one.pk] for one in receipts]
    with connection.cursor() as cursor:
        cursor.execute(
            APPLY,
            {
                "state": state,
                "before": may_follow_from(state),
                "ids": [one.pk for one in named],
                "moments": [one.published_at for one in named],
                "provider_ids": [one.provider_id for one in receipts],
                "reasons": [one.reason for one in receipts],
                "codes": [one.code for one in receipts],
                "at": [one.received_at for one in receipts],
                "attempts": [one.attempt_id for one in receipts],
            },
        )
        applied = cursor.fetchall()
    if state == DeliveryState.FAILED:
        fall_back(applied)


def _suppress(receipts: Sequence[Receipt], deliveries: Mapping[int, Delivery]) -> None:
    for receipt in receipts:
        address_id = deliveries[receipt.pk].address_id
        if receipt.suppress and address_id:
            addresses_suppress([address_id], reason=receipt.reason, source=receipt.channel)
