"""What an outcome makes of a claimed delivery: settled, tried again, or to be found out."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.utils import timezone

from notifications.channels.base import Channel
from notifications.channels.outcomes import Accepted, Failed, NotSent, Outcome, Reason, Unknown
from notifications.delivery.claim import Claimed
from notifications.delivery.states import DeliveryState

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


def result_of(channel: Channel, claimed: Claimed, outcome: Outcome) -> Result:
    """What an outcome makes of a delivery."""
    return _RESULT[type(outcome)](channel, claimed, outcome)


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
