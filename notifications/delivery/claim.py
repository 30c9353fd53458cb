"""Claiming deliveries: each is held by one worker at a time, for as long as its lease runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from notifications.delivery.locks import lock


@dataclass(frozen=True)
class Claimed:
    """A delivery that this process may send now, and what it needs for that."""

    channel: str
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


# An address that was suppressed, withdrawn or erased since the broadcast was expanded must not
# be written to: that is decided here, in the same statement as the claim.
CLAIM: Final = """
    WITH due AS (
        SELECT d.id, d.published_at,
               a.id IS NOT NULL AND a.suppressed_at IS NULL AND a.confirmed_at IS NOT NULL
                   AS welcome,
               a.sealed, a.sealed_secret, a.kind
        FROM delivery_delivery d
        LEFT JOIN subscribers_address a ON a.id = d.address_id
        WHERE d.state = 'pending' AND d.channel = %(channel)s AND d.due_at <= now()
        ORDER BY d.due_at, d.id
        LIMIT %(limit)s
        FOR UPDATE OF d SKIP LOCKED
    )
    UPDATE delivery_delivery d
    SET state = CASE WHEN due.welcome THEN 'sending' ELSE 'suppressed' END,
        attempts = d.attempts + due.welcome::int,
        fence = d.fence + 1,
        attempt_id = gen_random_uuid(),
        lease_until = now() + make_interval(secs => %(lease)s),
        first_tried_at = coalesce(d.first_tried_at, now()),
        settled_at = CASE WHEN due.welcome THEN NULL ELSE now() END,
        updated_at = now()
    FROM due
    WHERE d.id = due.id AND d.published_at = due.published_at
    RETURNING d.state, d.channel, d.id, d.published_at, d.statement_id, d.address_id, d.language,
              d.attempts, d.attempt_id, d.fence, d.first_tried_at,
              due.sealed, due.sealed_secret, due.kind
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


def claim(channel: str, limit: int) -> tuple[list[Claimed], int]:
    """Claim up to `limit` due deliveries of a channel; committed before anything is sent.

    Returns what may be sent, and how many rows were taken in all (the rest is suppressed).
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            CLAIM,
            {"channel": channel, "limit": limit, "lease": settings.DELIVERY_LEASE_SECONDS},
        )
        rows = cursor.fetchall()
    return [Claimed(*row[1:]) for row in rows if row[0] == "sending"], len(rows)


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
