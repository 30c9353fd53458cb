"""Ask providers for the receipts that never came, and mark what they cannot tell as unconfirmed."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from typing import Final, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from notifications.channels import media
from notifications.channels import provider as find_provider
from notifications.channels.base import Answer, Awaited
from notifications.channels.outcomes import LookupResult, ProviderReceipt
from notifications.delivery import loop
from notifications.delivery.claim import lock
from notifications.delivery.models import Broadcast, BroadcastState, Delivery
from notifications.delivery.receipts import receipts_store
from notifications.delivery.states import DeliveryState
from notifications.subscribers.crypto import decrypt

# One list of the provider's serves so many messages.
BATCH: Final = 5_000
# A broadcast is taken for so long; after a crash another worker goes on with it.
TAKEN_SECONDS: Final = 1800
# As a part of the time before the first look, and at the least.
LOOK_AGAIN_PART: Final = 0.25
SOONEST_LOOK_SECONDS: Final = 60
# A provider that does not answer is asked until so many of these times have passed.
GIVE_UP_AFTER: Final = 4

TAKE: Final = """
    UPDATE delivery_broadcast SET receipts_due_at = now() + make_interval(secs => %s)
    WHERE statement_id = (
        SELECT statement_id FROM delivery_broadcast
        WHERE receipts_due_at <= now() AND state <> 'expanding'
        ORDER BY receipts_due_at LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    RETURNING statement_id
"""
# In the order of the unique index, so that a batch costs no more where a million came through.
AWAITED: Final = """
    SELECT d.provider, d.id, d.published_at,
           d.address_id, d.attempt_id, d.provider_id, d.sent_at, a.sealed, a.kind,
           d.sent_at < now() - make_interval(secs => %(give_up)s) AS given_up
    FROM delivery_delivery d
    JOIN statements_statement s ON s.number = d.statement_id AND s.published_at = d.published_at
    LEFT JOIN subscribers_address a ON a.id = d.address_id
    WHERE d.statement_id = %(statement)s AND d.state = 'sent' AND d.channel = ANY(%(channels)s)
      AND d.address_id > %(after)s AND d.sent_at < now() - make_interval(secs => %(wait)s)
    ORDER BY d.address_id
    LIMIT %(limit)s
"""
LATER: Final = """
    UPDATE delivery_broadcast SET receipts_due_at = now() + make_interval(secs => %s)
    WHERE statement_id = %s
"""
UNCONFIRMED: Final = """
    UPDATE delivery_delivery
    SET state = 'unconfirmed', settled_at = now(), updated_at = now()
    WHERE id = ANY(%s) AND published_at = ANY(%s) AND state = 'sent'
"""

logger = logging.getLogger(__name__)


class Row(NamedTuple):
    """A delivery that was sent, and nothing heard of since."""

    provider: str
    id: int
    published_at: datetime
    address_id: int
    attempt_id: UUID
    provider_id: str
    sent_at: datetime
    sealed: bytes | None
    kind: str | None
    given_up: bool


def receipts_ask() -> None:
    """Ask for the missing receipts of every broadcast that is due."""
    while (number := _take()) is not None:
        after = 0
        while rows := _awaited(number, after):
            for provider, group in groupby(sorted(rows, key=_provider), key=_provider):
                _settle(provider, [*group])
            after = rows[-1].address_id
        _put_off(number)


def _provider(row: Row) -> str:
    return row.provider


def _take() -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [TAKEN_SECONDS])
        found = cursor.fetchone()
    return int(found[0]) if found else None


def _receipted() -> list[str]:
    """Return the media of which a provider sends receipts."""
    return [one.name for one in media() if one.sends_receipts()]


def _awaited(number: int, after: int) -> list[Row]:
    wait = settings.DELIVERY_RECEIPT_AFTER_SECONDS
    with connection.cursor() as cursor:
        cursor.execute(
            AWAITED,
            {
                "statement": number,
                "after": after,
                "channels": _receipted(),
                "wait": wait,
                "give_up": wait * GIVE_UP_AFTER,
                "limit": BATCH,
            },
        )
        return [Row(*row) for row in cursor.fetchall()]


def _settle(provider: str, rows: Sequence[Row]) -> None:
    """Store what the provider tells as receipts; what it never will is unconfirmed."""
    answers = _answers(provider, rows)
    told = [
        # Under a key of its own: the provider's may be that of a callback that found no delivery.
        replace(answer, key=f"{answer.key}:asked", delivery_id=row.id, attempt_id=row.attempt_id)
        for row in rows
        if isinstance(answer := answers.get(row.id), ProviderReceipt)
    ]
    silent = [
        row
        for row in rows
        if (answer := answers.get(row.id)) is LookupResult.ABSENT
        or (row.given_up and not isinstance(answer, ProviderReceipt))
    ]
    counts = provider, len(rows), len(told), len(silent)
    logger.info("%s: %d receipts never came, %d told when asked, %d unconfirmed", *counts)
    receipts_store(provider, told)
    with transaction.atomic(), connection.cursor() as cursor:
        lock([(row.id, row.published_at) for row in silent])
        moments = list({row.published_at for row in silent})
        cursor.execute(UNCONFIRMED, [[row.id for row in silent], moments])


def _answers(provider: str, rows: Sequence[Row]) -> Mapping[int, Answer]:
    """Return what the provider says, by delivery id; nothing where our own asking failed."""
    awaited = [
        Awaited(
            delivery_id=row.id,
            attempt_id=row.attempt_id,
            provider_id=row.provider_id,
            address=decrypt(row.sealed, row.kind) if row.sealed and row.kind else "",
            sent_at=row.sent_at,
        )
        for row in rows
    ]
    try:
        return loop.run(find_provider(provider).ask_receipts(awaited))
    except Exception as error:
        logger.warning("%s cannot be asked for receipts: %s", provider, type(error).__name__)
        return {}


def _put_off(number: int) -> None:
    """Look again later while something is awaited, or may still be sent."""
    broadcast = Broadcast.objects.filter(pk=number)
    open_ones = Delivery.objects.filter(
        statement_id=number, state=DeliveryState.SENT, channel__in=_receipted()
    )
    part = settings.DELIVERY_RECEIPT_AFTER_SECONDS * LOOK_AGAIN_PART
    wait = max(part, SOONEST_LOOK_SECONDS)
    if open_ones.exists() or not broadcast.filter(state=BroadcastState.FINISHED).exists():
        with connection.cursor() as cursor:
            cursor.execute(LATER, [wait, number])
    else:
        broadcast.update(receipts_due_at=None)
