"""From an address that definitely failed to the next one of the same subscriber."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Final

from django.db import connection, transaction

from notifications.delivery import quiet
from notifications.delivery.audience import wants
from notifications.delivery.wake import wake_send

# Only for who is told one by one. What waits for a quota does not wait where there is a next
# address; everything else has failed for good, so that nobody is ever told twice.
FALL_BACK: Final = f"""
    WITH failed AS (
        SELECT d.id, d.published_at, d.statement_id, d.language, d.state, next.id AS address_id,
               next.channel, next.until
        FROM delivery_delivery d
        JOIN delivery_broadcast b ON b.statement_id = d.statement_id
        JOIN subscribers_address from_address ON from_address.id = d.address_id
        JOIN subscribers_subscriber p ON p.id = from_address.subscriber_id AND p.one_by_one
        CROSS JOIN LATERAL (
            SELECT a.id, a.channel, {quiet.UNTIL} AS until
            FROM subscribers_address a
            JOIN subscribers_subscription s ON s.address_id = a.id
            WHERE a.subscriber_id = p.id
              AND (a.position, a.id) > (from_address.position, from_address.id)
              AND {wants("a", "s")}
            ORDER BY a.position, a.id
            LIMIT 1
        ) AS next
        WHERE d.id = ANY(%(ids)s) AND d.published_at = ANY(%(moments)s)
          AND (d.state IN ('failed', 'suppressed') OR (d.state = 'pending' AND d.reason = 'quota'))
    ), told AS (
        INSERT INTO delivery_delivery
            (statement_id, published_at, address_id, channel, language, due_at)
        SELECT statement_id, published_at, address_id, channel, language, coalesce(until, now())
        FROM failed
        ON CONFLICT (statement_id, address_id, published_at) DO NOTHING
        RETURNING channel
    ), overflowed AS (
        UPDATE delivery_delivery d
        SET state = 'failed', settled_at = now(), updated_at = now()
        FROM failed
        WHERE d.id = failed.id AND d.published_at = failed.published_at AND d.state = 'pending'
    )
    SELECT DISTINCT channel FROM told
"""


def fall_back(deliveries: Sequence[tuple[int, datetime]]) -> None:
    """Tell the next address where these deliveries, by id and published_at, reached nobody.

    Call it in the transaction that settles them.
    """
    if not deliveries:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            FALL_BACK,
            {
                "ids": [key for key, _ in deliveries],
                "moments": list({moment for _, moment in deliveries}),
                **quiet.parameters(),
            },
        )
        for (channel,) in cursor.fetchall():
            transaction.on_commit(partial(wake_send, channel))
