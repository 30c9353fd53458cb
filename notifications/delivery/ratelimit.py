"""A token bucket in Redis, shared by every worker that uses the same provider account."""

import hashlib
from functools import lru_cache
from typing import Any, Final

import redis
from django.conf import settings

from notifications.channels.base import Limits

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


def take(name: str, limits: Limits, wanted: int) -> tuple[int, float]:
    """Take up to `wanted` tokens: (how many, seconds until there is one more).

    Raises:
        redis.RedisError: Redis is away; sending without its word could break the limit.
    """
    taken, wait = _scripts()[0](
        keys=[f"bucket:{name}"], args=[limits.per_second, limits.burst, wanted]
    )
    return int(taken), int(wait) / 1000


def give_back(name: str, limits: Limits, unused: int) -> None:
    """Return tokens that were taken and not needed."""
    if unused > 0:
        _scripts()[1](keys=[f"bucket:{name}"], args=[limits.burst, unused])


def hashed(address: str) -> str:
    """A name for an address that gives nothing away."""
    return hashlib.sha256(f"{settings.ADDRESS_INDEX_KEY}{address}".encode()).hexdigest()[:32]


@lru_cache(maxsize=1)
def _scripts() -> tuple[Any, Any]:
    client = redis.Redis.from_url(settings.REDIS_URL)
    return client.register_script(TAKE), client.register_script(GIVE_BACK)
