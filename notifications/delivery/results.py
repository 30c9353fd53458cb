"""Writing what became of claimed deliveries, in one fenced statement a batch."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from notifications.channels.base import Channel
from notifications.channels.outcomes import Accepted, Failed, NotSent, Outcome, Reason, Unknown
from notifications.delivery.claim import Claimed
from notifications.delivery.locks import lock
from notifications.delivery.states import DeliveryState
from notifications.subscribers.services import addresses_suppress

# The code of a refusal by our own rate limit: it is no attempt, and must not use one up.
OWN_LIMIT: Final = "own_limit"
# The message is good and the account is not, or not now: that uses up none of its attempts.
PATIENT: Final = frozenset({Reason.RATE_LIMITED, Reason.QUOTA, Reason.NO_CREDENTIALS})
# As the fifth attempt would wait, so that a provider that refuses everyone is not hammered.
PATIENT_ATTEMPT: Final = 5
BACKOFF_SECONDS: Final = 2.0
BACKOFF_LIMIT_SECONDS: Final = 300.0


@dataclass(frozen=True)
class Result:
    """A claimed delivery and the row values that its outcome amounts to."""

    claimed: Claimed
    state: DeliveryState
    due_at: datetime
    provider_id: str = ""
    reason: str = ""
    code: str = ""
    counts: bool = True
    suppress: bool = False


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


def result_of(channel: Channel, claimed: Claimed, outcome: Outcome) -> Result:
    """What an outcome makes of a delivery."""
    return _RESULT[type(outcome)](channel, claimed, outcome)


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
        for result, _ in sorted(results, key=lambda pair: pair[0].claimed.address_id):
            if result.suppress:
                one = result.claimed
                addresses_suppress([one.address_id], reason=result.reason, source=one.channel)
    return written


def backoff(attempts: int) -> timedelta:
    """Full jitter: a random wait up to 2 s, 4 s, 8 s … and never more than five minutes."""
    ceiling = min(BACKOFF_LIMIT_SECONDS, BACKOFF_SECONDS * 2 ** max(0, attempts - 1))
    return timedelta(seconds=random.uniform(0.5, ceiling))  # noqa: S311


def _accepted(channel: Channel, claimed: Claimed, outcome: Accepted) -> Result:
    return Result(claimed, DeliveryState.SENT, timezone.now(), provider_id=outcome.provider_id)


def _failed(channel: Channel, claimed: Claimed, outcome: Failed) -> Result:
    return Result(
        claimed,
        DeliveryState.FAILED,
        timezone.now(),
        reason=outcome.reason,
        code=outcome.code,
        suppress=outcome.suppress,
    )


def _not_sent(channel: Channel, claimed: Claimed, outcome: NotSent) -> Result:
    counts = outcome.code != OWN_LIMIT and outcome.reason not in PATIENT
    if counts and claimed.attempts >= settings.DELIVERY_MAX_ATTEMPTS:
        return _failed(channel, claimed, Failed(outcome.reason, outcome.code))
    wait = (
        timedelta(seconds=outcome.retry_after)
        if outcome.retry_after is not None
        else backoff(claimed.attempts if counts else PATIENT_ATTEMPT)
    )
    return Result(
        claimed,
        DeliveryState.PENDING,
        timezone.now() + wait,
        reason=outcome.reason,
        code=outcome.code,
        counts=counts,
    )


def _unknown(channel: Channel, claimed: Claimed, outcome: Unknown) -> Result:
    """Repeat only where the receiver recognises a repetition; else find out first."""
    now = timezone.now()
    if now - claimed.first_tried_at < channel.recognises_repeats_for:
        return _not_sent(channel, claimed, NotSent(outcome.reason, outcome.code))
    return Result(
        claimed,
        DeliveryState.UNKNOWN,
        now + timedelta(seconds=settings.DELIVERY_RESOLVE_AFTER_SECONDS),
        reason=outcome.reason,
        code=outcome.code,
    )


_RESULT: Final[dict[type, Callable[[Channel, Claimed, Any], Result]]] = {
    Accepted: _accepted,
    Failed: _failed,
    NotSent: _not_sent,
    Unknown: _unknown,
}
