"""From one broadcast to a delivery for every address, in chunks that survive any interruption."""

from collections.abc import Iterable
from typing import Any, Final

from django.db import connection, transaction
from django.utils import timezone

from notifications.channels.registry import reachable_channels
from notifications.delivery import quiet
from notifications.delivery.audience import FROM, MATCHES
from notifications.delivery.models import Broadcast, BroadcastState
from notifications.delivery.partitions import ensure_partition
from notifications.delivery.wake import wake_send

# Addresses looked at in one transaction: short enough to be cheap to repeat after a crash.
CHUNK: Final = 20_000

BOUNDARY: Final = """
    SELECT max(id) FROM (
        SELECT id FROM subscribers_address WHERE id > %s AND id <= %s ORDER BY id LIMIT %s
    ) AS chunk
"""
INSERT: Final = f"""
    INSERT INTO delivery_delivery
        (statement_id, published_at, address_id, channel, language, due_at)
    SELECT b.statement_id, %(published_at)s, a.id, a.channel, p.language,
           coalesce({quiet.UNTIL}, now())
    FROM delivery_broadcast b, {FROM}
    WHERE b.statement_id = %(statement)s
      AND a.id > %(cursor)s AND a.id <= %(boundary)s
      AND s.address_id > %(cursor)s AND s.address_id <= %(boundary)s  -- lets the planner merge
      AND {MATCHES}
    ORDER BY a.id
    ON CONFLICT (statement_id, address_id, published_at) DO NOTHING
"""
# What waits longest, for a provider or for the morning, must not seem to be on its way still.
SUPERSEDE: Final = """
    UPDATE delivery_delivery d
    SET state = 'superseded', settled_at = now(), updated_at = now()
    FROM delivery_broadcast older, delivery_delivery newer
    WHERE %(statement)s = ANY(older.superseded_by)
      AND d.statement_id = older.statement_id AND d.state = 'pending'
      AND newer.statement_id = %(statement)s AND newer.address_id = d.address_id
      AND d.address_id > %(cursor)s AND d.address_id <= %(boundary)s
"""


def expand(statement_number: int) -> None:
    """Make every delivery of a broadcast. Killed at any instant it can be called again: rows and
    cursor move in one transaction.

    Senders are woken after the first chunk, so that the first message leaves at once, and after
    the last; in between one on each channel goes on by itself, and leaves the rest of the machine
    to the expansion.
    """
    broadcast = Broadcast.objects.select_related("statement").get(pk=statement_number)
    ensure_partition(broadcast.statement.published_at)
    channels = broadcast.channels or [one.name for one in reachable_channels()]
    if _expand_chunk(statement_number):
        _wake(channels)
        while _expand_chunk(statement_number):
            pass
    _wake(channels)


def _wake(channels: Iterable[str]) -> None:
    for channel in channels:
        wake_send(channel)


def _expand_chunk(statement_number: int) -> bool:
    """One chunk; False when there is none left, or when another worker is at it."""
    with transaction.atomic():
        broadcast = (
            Broadcast.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("statement")
            .filter(pk=statement_number, state=BroadcastState.EXPANDING)
            .first()
        )
        if broadcast is None:
            return False
        with connection.cursor() as cursor:
            cursor.execute(BOUNDARY, [broadcast.cursor, broadcast.upper, CHUNK])
            boundary = cursor.fetchone()[0]
            if boundary is None:
                _finish_expanding(broadcast)
                return False
            parameters = _parameters(broadcast, boundary)
            cursor.execute(INSERT, parameters)
            if Broadcast.objects.filter(superseded_by__contains=[broadcast.pk]).exists():
                cursor.execute(SUPERSEDE, parameters)
        broadcast.cursor = boundary
        broadcast.save(update_fields=["cursor"])
    return True


def _parameters(broadcast: Broadcast, boundary: int) -> dict[str, Any]:
    return {
        "statement": broadcast.pk,
        "published_at": broadcast.statement.published_at,
        "cursor": broadcast.cursor,
        "boundary": boundary,
        **quiet.parameters(),
    }


def _finish_expanding(broadcast: Broadcast) -> None:
    broadcast.state = BroadcastState.SENDING
    broadcast.expanded_at = timezone.now()
    broadcast.save(update_fields=["state", "expanded_at"])
