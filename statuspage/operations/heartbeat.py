"""Heartbeats of workers and of beat in Redis: when each was last seen."""

import logging
import time
from functools import lru_cache
from typing import Any, Final

import redis
from celery import signals

from statuspage.lib.redis_client import client

KEY: Final = "pulse"
CLOCK: Final = "beat"
# A worker sends a heartbeat every two seconds; after this long without one it counts as dead.
ALIVE_SECONDS: Final = 20
# After this long a worker that was stopped on purpose is forgotten.
REMEMBERED_SECONDS: Final = 3600

logger = logging.getLogger(__name__)


def seen(name: str) -> None:
    """Record that it is alive; without Redis nothing is recorded, and the caller does not wait."""
    try:
        _client().hset(KEY, name, repr(time.time()))
    except redis.RedisError as error:
        logger.warning("no sign of life of %s: %s", name, type(error).__name__)


def silent_for() -> dict[str, float]:
    """Return for how many seconds each has been silent; RedisError where Redis is away."""
    now = time.time()
    found = {str(one): now - float(at) for one, at in _client().hgetall(KEY).items()}
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
    return client(decode_responses=True)
