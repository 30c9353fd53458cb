"""Heartbeats of workers and of beat in Redis: when each was last seen."""

import logging
import math
from functools import lru_cache
from typing import Any, Final

import redis
from celery import signals

from statuspage.lib.redis_client import client

KEY: Final = "pulse"
CLOCK: Final = "beat"
PULSE_TASK: Final = "operations.pulse"
# A worker sends a heartbeat every two seconds; after this long without one it counts as dead.
ALIVE_SECONDS: Final = 20
# After this long a worker that was stopped on purpose is forgotten.
REMEMBERED_SECONDS: Final = 3600
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


def pulses() -> dict[str, float]:
    """Return for how many seconds every worker, and beat, have been silent; infinite if unknown.

    RedisError where Redis is away.
    """
    silent = silent_for()
    beat = silent.pop(CLOCK, math.inf)
    return {"worker": min(silent.values(), default=math.inf), CLOCK: beat}


def first_to(do: str, within_seconds: int) -> bool:
    """Return whether no other process did it lately; True as well where Redis is away."""
    try:
        return bool(_client().set(f"first:{do}", 1, nx=True, ex=within_seconds))
    except redis.RedisError:
        return True


@signals.heartbeat_sent.connect
def worker_lives(*, sender: Any, **_given: object) -> None:
    """Record Celery's own heartbeat, which comes every two seconds."""
    seen(str(sender.eventer.hostname))


@lru_cache(maxsize=1)
def _client() -> redis.Redis:
    return client(decode_responses=True)
