"""Store receipts at once under a unique key, and apply later those that make progress.

returned.py applies those that say that a message was not sent after all.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Case, F, When
from django.db.models.functions import Greatest, Least, Now
from redis.exceptions import RedisError

from notifications.channels import provider
from notifications.channels.addresses import canonical
from notifications.channels.base import NO_DELIVERY
from notifications.channels.outcomes import NotSent, ProviderReceipt, Reason, ReceiptState
from notifications.delivery import refusals
from notifications.delivery.adopting import NOT_A_DELIVERY, adopt
from notifications.delivery.claim import fall_back, lock
from notifications.delivery.models import Delivery, Receipt
from notifications.delivery.never_arriving import RETURNED, never_arriving_stop
from notifications.delivery.parts import FAILED, MessagePart, folded, parts_apply, parts_of
from notifications.delivery.returned import deliveries_return
from notifications.delivery.states import RANK, DeliveryState, may_follow_from
from notifications.delivery.taken import take_once
from notifications.hints import wake_receipts
from notifications.media import EMAIL
from notifications.subscribers.crypto import blind_index
from notifications.subscribers.services.doubts import numbers_answer
from notifications.subscribers.services.subscriptions import addresses_suppress
from notifications.templates.selectors import is_registered

logger = logging.getLogger(__name__)

BATCH: Final = 500
# A receipt may arrive before the answer with the provider's id; after this it is given up.
WAIT_FOR_DELIVERY: Final = timedelta(hours=1)
SOONEST_LOOK: Final = timedelta(seconds=2)
LOOKS_BEFORE_DECIDING: Final = 6
# After "sent", which it takes back, and before what is final.
ORDER: Final[Mapping[str, int]] = {**RANK, ReceiptState.NOT_SENT: RANK[DeliveryState.SENT] + 1}

# The subscriber's next address is tried instead. Of what was not delivered only where there is no
# such number: else it may still arrive.
FAIL_OVER: Final = (DeliveryState.FAILED, DeliveryState.UNDELIVERED)

# A receipt also counts for a delivery that is `pending` after an attempt. Of an attempt that is not
# the last one only `delivered` counts: that an old one failed no longer matters. What is on hold
# after a restore, or was found at the provider, was tried later than the backup knows: a receipt of
# any attempt counts.
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
      AND (r.attempt IS NULL OR r.attempt = d.attempt_id OR %(state)s = 'delivered'
           OR d.state = 'held' OR d.attempt_id IS NULL)
    RETURNING d.id, d.published_at
"""


def receipts_store(channel: str, receipts: Sequence[ProviderReceipt]) -> int:
    """Store receipts; those that are already stored stay as they are.

    A sign-up code is a message without a delivery (its id is 0): its receipt is dropped.
    """
    stored = Receipt.objects.bulk_create(
        # In one order, so that two processes that are told the same do not wait for each other.
        sorted(
            (_row(channel, one) for one in receipts if one.delivery_id != NO_DELIVERY),
            key=lambda row: row.key,
        ),
        ignore_conflicts=True,
    )
    if stored:
        transaction.on_commit(wake_receipts)
    return len(stored)


def no_deliveries_note(channel: str, names: Sequence[str]) -> None:
    """Remember that a provider's names are those of messages that are no deliveries."""
    for name in names:
        take_once(channel, f"{NOT_A_DELIVERY}{name}", forgettable=True)


def _row(channel: str, one: ProviderReceipt) -> Receipt:
    values = vars(one) | {"key": one.key[:160], "reason": one.reason or ""}
    address, template = values.pop("address"), values.pop("template")
    if address and (not template or is_registered(channel, template)):
        kind = provider(channel).address_kind
        values["address_index"] = blind_index(canonical(kind, address), kind)
    return Receipt(channel=channel, **values)


def receipts_apply() -> int:
    """Apply a batch of stored receipts; return how many it looked at."""
    with transaction.atomic():
        waiting = list(
            Receipt.objects.filter(applied_at=None, look_at__lte=Now())
            .select_for_update(skip_locked=True)
            .order_by("look_at")[:BATCH]
        )
        parts = parts_of(waiting)
        deliveries = _deliveries_of(waiting, parts)
        nameless = [one for one in waiting if one.pk not in deliveries]
        if nameless:
            adopt(nameless, deliveries, parts)
        lock([(one.pk, one.published_at) for one in deliveries.values()])
        known = [one for one in waiting if one.pk in deliveries]
        _apply_all(known, deliveries, parts)
        _mind_addresses(known, deliveries)
        _mind_providers(known)
        Receipt.objects.filter(pk__in=[one.pk for one in known]).update(applied_at=Now())
        _put_off([one for one in waiting if one.pk not in deliveries])
    return len(waiting)


def _mind_addresses(known: Sequence[Receipt], deliveries: Mapping[int, Delivery]) -> None:
    """Suppress the addresses that receipts say are dead, and clear those that a message reached."""
    # By address, as results are: two workers with the same addresses do not wait for each other.
    for one in sorted(known, key=lambda one: deliveries[one.pk].address_id or 0):
        delivery = deliveries[one.pk]
        if one.suppress and delivery.address_id:
            # Of the message, not of the receipt: a copy may come on another day.
            moment = delivery.sent_at or one.received_at
            ids = [delivery.address_id]
            addresses_suppress(ids, reason=one.reason, source=one.channel, moment=moment)
    returned = (
        deliveries[one.pk].address_id
        for one in known
        if one.channel == EMAIL and one.reason in RETURNED and not one.suppress
    )
    never_arriving_stop({key for key in returned if key})
    reached = [deliveries[one.pk] for one in known if one.state == DeliveryState.DELIVERED]
    numbers_answer([one.address_id for one in reached if one.address_id])


def _mind_providers(known: Sequence[Receipt]) -> None:
    """Tell staff of a fault of the account that only receipts speak of, and of its end."""
    for name in {one.channel for one in known}:
        mine = [one for one in known if one.channel == name]
        faults = [
            one.code
            for one in mine
            if one.state == ReceiptState.NOT_SENT and one.reason == Reason.NO_CREDENTIALS
        ]
        forbidden = [
            (one.delivery_id or 0, NotSent(Reason.NOT_PERMITTED, one.code))
            for one in mine
            if one.state == ReceiptState.NOT_SENT and one.reason == Reason.NOT_PERMITTED
        ]
        worked = any(one.state == ReceiptState.DELIVERED for one in mine)
        try:
            refusals.note_not_permitted(provider(name), forbidden)
            refusals.note_reported(provider(name), faults, worked=worked)
        except (RedisError, KeyError) as error:  # an alarm says that Redis is away
            logger.warning("%s: receipts are not noted: %s", name, type(error).__name__)


def _apply_all(
    known: Sequence[Receipt],
    deliveries: Mapping[int, Delivery],
    parts: Mapping[int, MessagePart],
) -> None:
    for one in known:
        # Other parts may have arrived: it is not sent again as a whole.
        if one.state == ReceiptState.NOT_SENT and one.pk in parts and parts[one.pk].total > 1:
            one.state = DeliveryState.UNDELIVERED
    parts_apply([one for one in known if one.pk in parts], parts)
    states = {one.pk: _state_of(one, parts.get(one.pk)) for one in known}
    # By rank, so that of one message's receipts in a batch the furthest is applied last.
    for state in sorted({*states.values()} - {""}, key=ORDER.__getitem__):
        _apply(state, [one for one in known if states[one.pk] == state], deliveries)


def _state_of(receipt: Receipt, part: MessagePart | None) -> str:
    """Return how far a receipt brings its message; empty where other parts decide that."""
    if part is None:
        return receipt.state
    if receipt.state == ReceiptState.NOT_SENT:
        receipt.attempt_id = part.attempt_id
        return receipt.state
    state = folded(part)
    # The receipt that says why is the one to be shown.
    if state == DeliveryState.UNDELIVERED and receipt.state not in FAILED:
        return ""
    receipt.attempt_id = part.attempt_id
    return state


def _put_off(nameless: Sequence[Receipt]) -> None:
    """Look again after as long as each has waited so far, and give up after an hour.

    One that says its number is looked at well before anything is decided of an unknown message: it
    may be the only word of it.
    """
    longest = timedelta(seconds=settings.DELIVERY_RESOLVE_AFTER_SECONDS) / LOOKS_BEFORE_DECIDING
    doubled = Now() + (Now() - F("received_at"))
    look_at = Case(When(address_index="", then=doubled), default=Least(doubled, Now() + longest))
    Receipt.objects.filter(pk__in=[one.pk for one in nameless]).update(
        look_at=Greatest(look_at, Now() + SOONEST_LOOK),
        applied_at=Case(When(received_at__lt=Now() - WAIT_FOR_DELIVERY, then=Now())),
    )


def _deliveries_of(
    receipts: Sequence[Receipt], parts: Mapping[int, MessagePart]
) -> dict[int, Delivery]:
    """Find the delivery of each receipt: by our own id, by a part's, else by the provider's."""
    ours = {one.pk: one.delivery_id for one in receipts if one.delivery_id}
    ours |= {key: part.delivery_id for key, part in parts.items()}
    by_id = Delivery.objects.in_bulk([*ours.values()])
    # After a restore, a receipt may name a delivery that was made after the backup.
    nameless = [one.provider_id for one in receipts if ours.get(one.pk) not in by_id]
    by_provider = {
        (one.provider, one.provider_id): one
        for one in Delivery.objects.filter(provider_id__in=nameless).exclude(provider_id="")
    }
    found = {}
    for one in receipts:
        named = by_provider.get((one.channel, one.provider_id))
        if delivery := by_id.get(ours.get(one.pk, 0), named):
            found[one.pk] = delivery
    return found


def _apply(state: str, receipts: Sequence[Receipt], deliveries: Mapping[int, Delivery]) -> None:
    """Apply the receipts with one state, in one SQL statement."""
    named = [deliveries[one.pk] for one in receipts]
    columns: dict[str, list[Any]] = {
        "ids": [one.pk for one in named],
        "moments": [one.published_at for one in named],
        "provider_ids": [one.provider_id for one in receipts],
        "reasons": [one.reason for one in receipts],
        "codes": [one.code for one in receipts],
        "at": [one.received_at for one in receipts],
        "attempts": [one.attempt_id for one in receipts],
    }
    if state == ReceiptState.NOT_SENT:
        deliveries_return(columns)
        return
    with connection.cursor() as cursor:
        cursor.execute(APPLY, {"state": state, "before": may_follow_from(state), **columns})
        applied = cursor.fetchall()
    if state in FAIL_OVER:
        fall_back(applied)
