"""Send again what a provider accepted and then certainly did not send, as a receipt says."""

import json
from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings
from django.db import connection

from notifications.channels import media
from notifications.channels.base import providers
from notifications.channels.outcomes import Reason
from notifications.delivery import budget
from notifications.delivery.claim import AWAY, PUT_OFF, fall_back
from notifications.delivery.ledger import broadcasts_reopen
from notifications.delivery.states import DeliveryState, may_follow_from
from notifications.media import VOICE

_PENDING: Final = DeliveryState.PENDING
# A wait of so many seconds at least, and up to as many times twice as there were attempts.
SOONEST_SECONDS: Final = 30.0
LATEST_SECONDS: Final = 900.0
# What an operator has to correct takes longer, and has no last try, only a last hour.
OURS: Final = [str(Reason.NO_CREDENTIALS), str(Reason.NOT_PERMITTED)]
OURS_TIMES: Final = 20
# A phone that nobody answered is called once more, so soon that phones which only let a repeated
# call through at night do so, and never when the news is old.
CALLS: Final = 2
CALL_AGAIN_SECONDS: Final = 60.0
CALL_AGAIN_WITHIN_MINUTES: Final = 15

# Where other providers stand in order each has a try before anything waits (claim.py).
# Only the try that it is about, and only once: then the delivery has another attempt, of which no
# copy of this receipt, nor any other of that try, says anything. A late "delivered" still counts.
# A worker that still waits for the provider's answer to that try writes nothing any more.
RETURN: Final = """
    WITH told AS (
        SELECT DISTINCT ON (d.id) d.id, d.published_at, d.fence, r.reason, r.code, r.at,
               d.channel = %(voice)s AS called,
               CASE WHEN d.channel = %(voice)s
               THEN d.attempts >= %(calls)s
                    OR d.first_tried_at < now() - make_interval(mins => %(within)s)
               ELSE (d.attempts >= %(most)s AND r.reason <> ALL(%(ours)s))
                    OR d.first_tried_at < now() - make_interval(hours => %(hours)s)
               END AS over,
               CASE WHEN r.reason = ANY(%(ours)s) THEN %(times)s ELSE 1 END AS times,
               d.attempts < coalesce(
                   (SELECT able FROM unnest(%(channels)s::text[], %(routes)s::text[],
                                            %(able)s::int[]) AS of (channel, route, able)
                    WHERE of.channel = d.channel AND of.route = d.route), 1) AS another
        FROM delivery_delivery d
        JOIN unnest(%(ids)s::bigint[], %(moments)s::timestamptz[], %(provider_ids)s::text[],
                    %(reasons)s::text[], %(codes)s::text[], %(at)s::timestamptz[],
                    %(attempts)s::uuid[])
             AS r (id, published_at, provider_id, reason, code, at, attempt)
          ON d.id = r.id AND d.published_at = r.published_at
        WHERE d.state = ANY(%(before)s)
          AND (r.attempt = d.attempt_id
               OR (r.attempt IS NULL AND d.provider_id <> '' AND d.provider_id = r.provider_id)
               -- Each call tells its end once, so this is of the one whose answer is not here yet.
               OR (r.attempt IS NULL AND d.provider_id = '' AND d.channel = %(voice)s))
        ORDER BY d.id
    )
    UPDATE delivery_delivery d
    SET state = CASE WHEN over THEN 'failed' ELSE 'pending' END,
        due_at = now() + make_interval(secs => CASE WHEN called
            THEN %(call_again)s * (1 + random() / 2)
            ELSE coalesce((%(remembered)s::jsonb ->> d.provider)::float8, 0)
                + CASE WHEN another THEN 0 ELSE told.times * (
                    %(soonest)s + random() * least(%(latest)s, %(soonest)s * 2.0 ^ d.attempts))
                END
            END),
        reason = told.reason, code = told.code,
        provider_id = '', attempt_id = gen_random_uuid(), looks = 0, lease_until = NULL,
        may_be_sent = d.may_be_sent AND d.attempts > 1,
        sent_at = NULL,
        settled_at = CASE WHEN over THEN told.at END,
        updated_at = now()
    FROM told
    WHERE d.id = told.id AND d.published_at = told.published_at
    RETURNING d.id, d.published_at, d.fence, d.statement_id, d.state, d.reason, told.another
"""
# After what it was booked with is released, so that a late answer finds nothing of its own. A call
# that nobody answered was made: it has not failed.
NEXT: Final = """
    UPDATE delivery_delivery
    SET fence = fence + 1,
        state = CASE WHEN channel = %s AND state = 'failed' THEN 'undelivered' ELSE state END
    WHERE id = ANY(%s) AND published_at = ANY(%s)
"""


def deliveries_return(columns: Mapping[str, list[Any]]) -> None:
    """Return deliveries to `pending`, or end them after too many tries or too long a time.

    Call it in the transaction that applies their receipts, while they are locked.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            RETURN,
            {
                **columns,
                **_orders(),
                "before": _before(),
                "most": settings.DELIVERY_MAX_ATTEMPTS,
                "hours": settings.DELIVERY_GIVE_UP_HOURS,
                "ours": OURS,
                "times": OURS_TIMES,
                "voice": VOICE,
                "calls": CALLS,
                "within": CALL_AGAIN_WITHIN_MINUTES,
                "call_again": CALL_AGAIN_SECONDS,
                "remembered": json.dumps(_remembered()),
                "soonest": SOONEST_SECONDS,
                "latest": LATEST_SECONDS,
            },
        )
        rows = cursor.fetchall()
        if not rows:
            return
        ids, moments, fences, statements, states, *_more = zip(*rows, strict=True)
        budget.release([*zip(ids, moments, fences, strict=True)])
        cursor.execute(NEXT, [VOICE, [*ids], [*set(moments)]])
    fall_back([row[:2] for row in rows if _moves_on(*row[4:])])
    again = zip(statements, states, strict=True)
    broadcasts_reopen({number for number, state in again if state == _PENDING})


def _moves_on(state: str, reason: str, another: bool) -> bool:
    """Return whether the reader's next address may be used: no other provider has a try first.

    Who has one waits for a provider's own fault as long as for one that is away.
    """
    if state == DeliveryState.FAILED or reason in AWAY:
        return True
    return reason in PUT_OFF and not another


def _orders() -> dict[str, list[Any]]:
    """Return how many providers could take over from one another on each route of each medium."""
    found = [
        (one.name, route, sum(not each.uses_consents for each in one.able(route)))
        for one in media()
        for route in one.routes
    ]
    channels, routes, able = map(list, zip(*found, strict=True))
    return {"channels": channels, "routes": routes, "able": able}


def _remembered() -> dict[str, float]:
    """Return the seconds within which a provider takes what is sent again for a repetition."""
    return {one.name: one.remembers_for.total_seconds() for one in providers()}


def _before() -> list[str]:
    """Return the states of a try that has been asked for and has no final result."""
    reported = (
        *(DeliveryState.SENDING, DeliveryState.UNKNOWN),
        *(DeliveryState.SENT, DeliveryState.UNCONFIRMED),
    )
    return [str(one) for one in reported if one in may_follow_from(DeliveryState.PENDING)]
