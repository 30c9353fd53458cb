"""Claiming deliveries: each is held by one worker at a time, for as long as its lease runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from notifications.delivery import quiet
from notifications.delivery.audience import wants
from notifications.delivery.chain import fall_back
from notifications.delivery.locks import lock


@dataclass(frozen=True)
class Claimed:
    """A delivery that this process may send now, and what it needs for that."""

    channel: str
    provider: str
    id: int
    published_at: datetime
    statement_number: int
    address_id: int
    language: str
    attempts: int
    attempt_id: UUID
    fence: int
    first_tried_at: datetime
    sealed: bytes
    sealed_secret: bytes | None
    kind: str


# Suppression, consent, supersession and the hour are looked at here, in the same statement as the
# claim: what was true when the broadcast was expanded may be so no more. A newer statement stands
# for an older one at every address that it has reached, or will reach once it is expanded.
CLAIM: Final = f"""
    WITH due AS (
        SELECT d.id, d.published_at, a.sealed, a.sealed_secret, a.kind, {quiet.UNTIL} AS quiet,
               a.id IS NOT NULL AND a.suppressed_at IS NULL AND a.confirmed_at IS NOT NULL
                   AS welcome,
               cardinality(b.superseded_by) > 0 AND (
                   EXISTS (
                       SELECT FROM delivery_delivery newer
                       WHERE newer.statement_id = ANY(b.superseded_by)
                         AND newer.address_id = d.address_id)
                   OR EXISTS (
                       SELECT FROM delivery_broadcast newer
                       JOIN subscribers_subscription s ON s.address_id = a.id
                       WHERE newer.statement_id = ANY(b.superseded_by)
                         AND newer.state = 'expanding' AND {wants("a", "s", "newer")})
               ) AS superseded
        FROM delivery_delivery d
        JOIN delivery_broadcast b ON b.statement_id = d.statement_id
        LEFT JOIN subscribers_address a ON a.id = d.address_id
        LEFT JOIN subscribers_subscriber p ON p.id = a.subscriber_id
        WHERE d.state = 'pending' AND d.channel = %(channel)s AND d.due_at <= now()
        ORDER BY d.due_at, d.id
        LIMIT %(limit)s
        FOR UPDATE OF d SKIP LOCKED
    ), judged AS (
        SELECT *, CASE WHEN superseded THEN 'superseded'
                       WHEN NOT welcome THEN 'suppressed'
                       WHEN quiet IS NOT NULL THEN 'pending'
                       ELSE 'sending' END AS verdict
        FROM due
    )
    UPDATE delivery_delivery d
    SET state = verdict,
        provider = CASE WHEN verdict = 'sending' THEN %(provider)s ELSE d.provider END,
        attempts = d.attempts + (verdict = 'sending')::int,
        due_at = coalesce(quiet, d.due_at),
        fence = d.fence + 1,
        attempt_id = gen_random_uuid(),
        lease_until = now() + make_interval(secs => %(lease)s),
        first_tried_at = coalesce(d.first_tried_at, CASE WHEN verdict = 'sending' THEN now() END),
        settled_at = CASE WHEN verdict IN ('superseded', 'suppressed') THEN now() END,
        updated_at = now()
    FROM judged
    WHERE d.id = judged.id AND d.published_at = judged.published_at
    RETURNING d.state, d.channel, d.provider, d.id, d.published_at, d.statement_id, d.address_id,
              d.language, d.attempts, d.attempt_id, d.fence, d.first_tried_at,
              judged.sealed, judged.sealed_secret, judged.kind
"""
RENEW: Final = """
    UPDATE delivery_delivery d
    SET lease_until = now() + make_interval(secs => %s)
    FROM unnest(%s::bigint[], %s::timestamptz[], %s::int[]) AS held (id, published_at, fence)
    WHERE d.id = held.id AND d.published_at = held.published_at AND d.fence = held.fence
      AND d.state = 'sending'
"""
# Skips what is locked: its worker lives, and is writing the result just now.
EXPIRE: Final = """
    WITH expired AS (
        SELECT id, published_at FROM delivery_delivery
        WHERE state = 'sending' AND lease_until < now()
        FOR UPDATE SKIP LOCKED
    )
    UPDATE delivery_delivery d
    SET state = 'unknown', reason = 'timeout', code = 'lease', fence = d.fence + 1,
        due_at = now() + make_interval(secs => %s), updated_at = now()
    FROM expired
    WHERE d.id = expired.id AND d.published_at = expired.published_at
"""


def claim(channel: str, limit: int, provider: str = "") -> tuple[list[Claimed], int]:
    """Claim up to `limit` due deliveries of a channel; committed before anything is sent.

    `provider` is who will send them: the channel itself, or the one that stands in for it.
    Returns what may be sent, and how many rows were taken in all (the rest waits or is settled).
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            CLAIM,
            {
                "channel": channel,
                "provider": provider or channel,
                "limit": limit,
                "lease": settings.DELIVERY_LEASE_SECONDS,
                **quiet.parameters(),
            },
        )
        rows = [(row[0], Claimed(*row[1:])) for row in cursor.fetchall()]
        fall_back([(one.id, one.published_at) for state, one in rows if state == "suppressed"])
    return [one for state, one in rows if state == "sending"], len(rows)


def renew(held: Sequence[Claimed]) -> None:
    """Extend the leases of what is still being sent."""
    with transaction.atomic(), connection.cursor() as cursor:
        lock([(one.id, one.published_at) for one in held])
        cursor.execute(
            RENEW,
            [
                settings.DELIVERY_LEASE_SECONDS,
                [one.id for one in held],
                [one.published_at for one in held],
                [one.fence for one in held],
            ],
        )


def expire_leases() -> int:
    """What a vanished worker held may or may not have gone out: it becomes `unknown`."""
    with connection.cursor() as cursor:
        cursor.execute(EXPIRE, [settings.DELIVERY_RESOLVE_AFTER_SECONDS])
        return int(cursor.rowcount)
