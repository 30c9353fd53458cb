"""Heartbeats of workers and of beat in Redis: when each was last seen."""

import logging
from functools import lru_cache
from typing import Any, Final

import redis
from celery import signals
from django.conf import settings

KEY: Final = "pulse"
CLOCK: Final = "beat"
# A worker sends a heartbeat every two seconds; after this long without one it counts as dead.
ALIVE_SECONDS: Final = 20
# After this long a worker that was stopped on purpose is forgotten.
REMEMBERED_SECONDS: Final = 3600
TIMEOUT_SECONDS: Final = 1.0
# By the server's clock: those of the processes may differ.
SEEN: Final = """
local time = redis.call('TIME')
redis.call('HSET', KEYS[1], ARGV[1], time[1] .. '.' .. string.format('%06d', time[2]))
"""

logger = logging.getLogger(__name__)


def seen(name: str) -> None:
    """Record that it is alive; without Redis nothing is recorded, and the caller does not wait."""
    try:
        _client().eval(SEEN, 1, KEY, name)
    except redis.RedisError as error:
        logger.warning("no sign of life of %s: %s", name, type(error).__name__)


def silent_for() -> dict[str, float]:
    """Return for how many seconds each has been silent; RedisError where Redis is away."""
    with _client().pipeline() as pipe:
        pipe.time()
        pipe.hgetall(KEY)
        (seconds, microseconds), pulses = pipe.execute()
    now = seconds + microseconds / 1e6
    found = {str(one): now - float(at) for one, at in pulses.items()}
    forgotten = [one for one, seconds in found.items() if seconds > REMEMBERED_SECONDS]
    if forgotten:
        _client().hdel(KEY, *forgotten)
    return {one: seconds for one, seconds in found.items() if one not in forgotten}


@signals.heartbeat_sent.connect
def worker_lives(*, sender: Any, **_given: object) -> None:
    """Record Celery's own heartbeat, which comes every two seconds."""
    seen(str(sender.eventer.hostname))


@lru_cache(maxsize=1)
def _client() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL,
        decode_responses=True,
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
    )
