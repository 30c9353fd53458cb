"""From one broadcast to a delivery for every address, in chunks that survive any interruption."""

from typing import Any, Final

from django.db import connection, transaction
from django.utils import timezone

from notifications.delivery.audience import FROM, MATCHES, Audience
from notifications.delivery.models import Broadcast, BroadcastState
from notifications.delivery.partitions import ensure_partition
from notifications.delivery.wake import wake_send
from notifications.subscribers.models import Address

# Addresses looked at in one transaction: short enough to be cheap to repeat after a crash.
CHUNK: Final = 20_000

BOUNDARY: Final = """
    SELECT max(id) FROM (
        SELECT id FROM subscribers_address WHERE id > %s AND id <= %s ORDER BY id LIMIT %s
    ) AS chunk
"""
INSERT: Final = f"""
    INSERT INTO delivery_delivery (statement_id, published_at, address_id, channel, language)
    SELECT %(statement)s, %(published_at)s, a.id, a.channel, p.language
    {FROM}
    WHERE a.id > %(cursor)s AND a.id <= %(boundary)s AND {MATCHES}
    ORDER BY a.id
    ON CONFLICT (statement_id, address_id, published_at) DO NOTHING
"""


def expand(statement_number: int) -> None:
    """Make every delivery of a broadcast, waking senders after each chunk.

    Killed at any instant it can be called again: rows and cursor move in one transaction.
    """
    broadcast = Broadcast.objects.select_related("statement").get(pk=statement_number)
    ensure_partition(broadcast.statement.published_at)
    while channels := _expand_chunk(statement_number):
        for channel in channels:
            wake_send(channel)


def _expand_chunk(statement_number: int) -> set[str] | None:
    """The channels that got deliveries; None when done, or when another worker is at it."""
    with transaction.atomic():
        broadcast = (
            Broadcast.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("statement")
            .filter(pk=statement_number, state=BroadcastState.EXPANDING)
            .first()
        )
        if broadcast is None:
            return None
        with connection.cursor() as cursor:
            cursor.execute(BOUNDARY, [broadcast.cursor, broadcast.upper, CHUNK])
            boundary = cursor.fetchone()[0]
            if boundary is None:
                _finish_expanding(broadcast)
                return None
            cursor.execute(INSERT, _parameters(broadcast, boundary))
        broadcast.cursor = boundary
        broadcast.save(update_fields=["cursor"])
    return set(Address.objects.values_list("channel", flat=True).distinct())


def _parameters(broadcast: Broadcast, boundary: int) -> dict[str, Any]:
    audience = Audience(broadcast.topic, tuple(broadcast.components), tuple(broadcast.categories))
    return {
        "statement": broadcast.pk,
        "published_at": broadcast.statement.published_at,
        "cursor": broadcast.cursor,
        "boundary": boundary,
        **audience.parameters(),
    }


def _finish_expanding(broadcast: Broadcast) -> None:
    broadcast.state = BroadcastState.SENDING
    broadcast.expanded_at = timezone.now()
    broadcast.save(update_fields=["state", "expanded_at"])
