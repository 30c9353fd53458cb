"""Writing what became of claimed deliveries, in one fenced statement a batch."""

from collections.abc import Sequence
from typing import Final

from django.db import connection, transaction

from notifications.channels.outcomes import Reason
from notifications.delivery.chain import fall_back
from notifications.delivery.locks import lock
from notifications.delivery.quarantine import quarantine
from notifications.delivery.states import DeliveryState
from notifications.delivery.verdicts import Result
from notifications.subscribers.services import addresses_suppress

# A receipt may have been quicker than the provider's answer: then only what it lacks is added.
WRITE: Final = """
    UPDATE delivery_delivery d
    SET state = CASE WHEN d.state = 'sending' THEN r.state ELSE d.state END,
        due_at = CASE WHEN d.state = 'sending' THEN r.due_at ELSE d.due_at END,
        provider_id = CASE WHEN r.provider_id <> '' THEN r.provider_id ELSE d.provider_id END,
        reason = CASE WHEN d.state = 'sending' THEN r.reason ELSE d.reason END,
        code = CASE WHEN d.state = 'sending' THEN r.code ELSE d.code END,
        attempts = d.attempts - (NOT r.counts)::int,
        segments = r.segments,
        sent_at = CASE WHEN r.state = 'sent' THEN coalesce(d.sent_at, now()) ELSE d.sent_at END,
        settled_at = CASE WHEN d.state = 'sending' AND r.state = 'failed' THEN now()
                          ELSE d.settled_at END,
        updated_at = now()
    FROM unnest(%s::bigint[], %s::timestamptz[], %s::int[], %s::text[], %s::timestamptz[],
                %s::text[], %s::text[], %s::text[], %s::bool[], %s::int[])
         AS r (id, published_at, fence, state, due_at, provider_id, reason, code, counts, segments)
    WHERE d.id = r.id AND d.published_at = r.published_at AND d.fence = r.fence
      AND d.state IN ('sending', 'sent', 'delivered', 'undelivered', 'failed')
"""


def write_results(results: Sequence[tuple[Result, int]]) -> int:
    """Write results with their billed segments; returns how many rows took theirs.

    A row whose fence has moved on belongs to somebody else by now, and is left alone.
    """
    if not results:
        return 0
    with transaction.atomic(), connection.cursor() as cursor:
        lock([(result.claimed.id, result.claimed.published_at) for result, _ in results])
        cursor.execute(
            WRITE,
            [
                [result.claimed.id for result, _ in results],
                [result.claimed.published_at for result, _ in results],
                [result.claimed.fence for result, _ in results],
                [str(result.state) for result, _ in results],
                [result.due_at for result, _ in results],
                [result.provider_id for result, _ in results],
                [result.reason for result, _ in results],
                [result.code[:40] for result, _ in results],
                [result.counts for result, _ in results],
                [segments for _, segments in results],
            ],
        )
        written = int(cursor.rowcount)
        _follow_up([result for result, _ in results])
    return written


def _follow_up(results: Sequence[Result]) -> None:
    """What outcomes mean for their addresses, and for the next ones of the same subscribers."""
    for result in sorted(results, key=lambda one: one.claimed.address_id):
        if result.suppress:
            one = result.claimed
            addresses_suppress([one.address_id], reason=result.reason, source=one.channel)
    quarantine(results)
    fall_back(
        [
            (one.claimed.id, one.claimed.published_at)
            for one in results
            if one.state == DeliveryState.FAILED or one.reason == Reason.QUOTA
        ]
    )
