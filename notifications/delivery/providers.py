"""What all workers share in Redis of a provider: its token bucket, and whether it is down.

Every function raises redis.RedisError while Redis is away: sending without it could exceed a limit.
"""

import hashlib
from collections.abc import Sequence
from enum import Enum
from functools import lru_cache
from typing import Final

import redis
from django.conf import settings

from notifications.channels.base import Limits, Message, Provider
from notifications.channels.media import Medium
from notifications.channels.outcomes import Accepted, Failed, Outcome, Reason
from notifications.delivery import refusals
from notifications.delivery.alarms import alarm_over, alarm_raise
from notifications.delivery.models import Alarm
from statuspage.lib.redis_client import client

# Refill and take in one step, on the server's own clock. Arguments: rate a second, burst, wanted.
# Returns how many tokens were taken, and after how many milliseconds the next one is there.
TAKE: Final = """
local rate, burst, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1e6
local bucket = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens, at = tonumber(bucket[1]) or burst, tonumber(bucket[2]) or now
tokens = math.min(burst, tokens + math.max(0, now - at) * rate)
local taken = math.min(wanted, math.floor(tokens))
tokens = tokens - taken
redis.call('HSET', KEYS[1], 'tokens', tokens, 'at', now)
redis.call('PEXPIRE', KEYS[1], math.ceil(burst / rate * 1000) + 1000)
return {taken, math.ceil(math.max(0, 1 - tokens) / rate * 1000)}
"""
GIVE_BACK: Final = """
local tokens = tonumber(redis.call('HGET', KEYS[1], 'tokens'))
if tokens then
    redis.call('HSET', KEYS[1], 'tokens', math.min(tonumber(ARGV[1]), tokens + tonumber(ARGV[2])))
end
"""
DOWN, TROUBLED, SERVERS = "down:", "trouble:", "trouble-at:"
# A provider is down after so many messages in a row without an answer; where each reader has a
# server of their own, after so many readers: one that is gone is called again and again.
TROUBLE: Final = 20
TROUBLE_SECONDS: Final = 600
# It is left alone for so long; then a few messages find out whether it is back.
DOWN_SECONDS: Final = 15
PROBE: Final = 5
# A provider that answers with these is up, and refuses: see refusals.py.
ANSWERS: Final = frozenset(
    {
        *(Reason.RATE_LIMITED, Reason.QUOTA, Reason.NOT_PERMITTED, Reason.NO_TEMPLATE),
        Reason.OTHER,
        *refusals.FAULTS,
    }
)


def take(name: str, limits: Limits, wanted: int) -> tuple[int, float]:
    """Take up to `wanted` tokens; return how many, and the seconds until there is one more."""
    taken, wait = _client().register_script(TAKE)(
        keys=[f"bucket:{name}"], args=[limits.per_second, limits.burst, wanted]
    )
    return int(taken), int(wait) / 1000


def give_back(name: str, limits: Limits, unused: int) -> None:
    """Return tokens that were taken and not needed."""
    if unused > 0:
        _client().register_script(GIVE_BACK)(keys=[f"bucket:{name}"], args=[limits.burst, unused])


def hashed(address: str) -> str:
    """Return a key for an address that does not reveal it."""
    return hashlib.sha256(f"{settings.ADDRESS_INDEX_KEY}{address}".encode()).hexdigest()[:32]


class ProviderHealth(Enum):
    """How a provider has answered lately."""

    UP = "up"
    TROUBLED = "troubled"
    DOWN = "down"
    REFUSING = "refusing"
    NOT_SET_UP = "not_set_up"


def health_of(provider: Provider) -> ProviderHealth:
    """Return how it has answered within the last ten minutes; one that was not asked is up."""
    if not provider.configured():
        return ProviderHealth.NOT_SET_UP
    down, trouble = _client().get(_down(provider)), _in_a_row(provider)
    if refusals.in_a_row(provider) >= refusals.STOP_AFTER:
        return ProviderHealth.REFUSING
    if down or trouble >= TROUBLE:
        return ProviderHealth.DOWN
    return ProviderHealth.TROUBLED if trouble else ProviderHealth.UP


def provider_for(medium: Medium, route: str) -> Provider | None:
    """Return the first provider of a route that is set up and up; None where none is.

    Messages to a provider that is down would all become unknown. What may have gone out stays
    with the provider that was asked.
    """
    return next(iter(those_up(medium.able(route), route)), None)


def those_up(able: Sequence[Provider], route: str = "") -> list[Provider]:
    """Return the providers that are not down, nor refuse this route, in the same order."""
    if not able:
        return []
    keys = [key for one in able for key in (_down(one), _refusing(one, route))]
    found = _client().mget(keys)
    return [one for one, *down in zip(able, found[::2], found[1::2], strict=True) if not any(down)]


def most_at_once(provider: Provider, route: str = "") -> int:
    """Return the size of the next batch: a full one, or a few messages to try the provider."""
    refused = refusals.in_a_row(provider, route) >= refusals.STOP_AFTER
    return PROBE if refused or _in_a_row(provider) >= TROUBLE else settings.DELIVERY_BATCH


def told_of(provider: Provider, settled: Sequence[tuple[Message, Outcome]]) -> refusals.Told:
    """Return outcomes by what they count for: each message, or each reader's own server."""
    if provider.one_account:
        return [(one.delivery_id or one.attempt_id, outcome) for one, outcome in settled]
    return [(hashed(one.address), outcome) for one, outcome in settled]


def note(provider: Provider, told: refusals.Told, route: str = "") -> None:
    """Record what became of a route's batch: whether it was answered, or refused."""
    asked = [(key, outcome) for key, outcome in told if not _ours(outcome)]
    _note_answers(provider, asked)
    if not provider.one_account:
        return
    if refusals.note(provider, asked, route):
        _client().set(_refusing(provider, route), 1, ex=refusals.ALONE_SECONDS)
    elif any(isinstance(outcome, Accepted) for _, outcome in asked):
        _end_wait(provider, route)


def _end_wait(provider: Provider, route: str) -> None:
    """Let a route go on at once where what refused it is over."""
    if refusals.in_a_row(provider, route) < refusals.STOP_AFTER:
        _client().delete(_refusing(provider, route))


def _down(provider: Provider) -> str:
    return DOWN + provider.name


def _refusing(provider: Provider, route: str) -> str:
    """Return the key that says that a route's messages are all refused, and are left alone."""
    return ":".join(filter(None, (_down(provider), "refused", route)))


def _ours(outcome: Outcome) -> bool:
    """Return whether it was never given to the provider, which so did not answer either."""
    return not isinstance(outcome, Accepted) and (
        outcome.reason in (Reason.BUDGET, Reason.COUNTRY) or outcome.code in ("lease", "own_limit")
    )


def _note_answers(provider: Provider, told: refusals.Told) -> None:
    """Record whether the provider answered.

    One that was down is up again when it answers half of a batch: now and then an answer ends no
    alarm, which would be raised again a moment later.
    """
    outcomes = [outcome for _, outcome in told]
    if not outcomes:
        return
    answers = sum(isinstance(one, Accepted | Failed) or one.reason in ANSWERS for one in outcomes)
    if 2 * answers >= len(outcomes):
        _client().delete(_troubled(provider), _down(provider))
        # Whatever Redis says, which may have forgotten what it knew.
        alarm_over(Alarm.Kind.PROVIDER_DOWN, provider.name)
        return
    if answers:
        if _in_a_row(provider) < TROUBLE:  # it was not down, and the count starts again
            _client().delete(_troubled(provider))
        return
    name = _troubled(provider)
    with _client().pipeline() as pipe:
        if provider.one_account:
            pipe.incrby(name, len(outcomes))
        else:
            pipe.sadd(name, *(str(key) for key, _ in told))
        pipe.expire(name, TROUBLE_SECONDS)
        pipe.execute()
    if _in_a_row(provider) >= TROUBLE:
        _client().set(_down(provider), 1, ex=DOWN_SECONDS)
        alarm_raise(Alarm.Kind.PROVIDER_DOWN, provider.name)


def _in_a_row(provider: Provider) -> int:
    """Return how many messages, or readers' servers, have not answered since one did."""
    name = _troubled(provider)
    return int((_client().get(name) if provider.one_account else _client().scard(name)) or 0)


def _troubled(provider: Provider) -> str:
    return (TROUBLED if provider.one_account else SERVERS) + provider.name


@lru_cache(maxsize=1)
def _client() -> redis.Redis:
    return client()
