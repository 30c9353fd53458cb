"""Signs of life of workers and of the clock, in Redis: who was seen last, and when."""

import logging
import time
from functools import lru_cache
from typing import Any, Final

import redis
from celery import signals
from django.conf import settings

KEY: Final = "pulse"
CLOCK: Final = "beat"
# A worker says so every two seconds; after this long without a word it is taken for dead.
ALIVE_SECONDS: Final = 20
# One that was stopped on purpose is not missed for ever.
REMEMBERED_SECONDS: Final = 3600
TIMEOUT_SECONDS: Final = 1.0

logger = logging.getLogger(__name__)


def seen(name: str) -> None:
    """Note that it is alive; where Redis is away nothing is noted, and nobody is held up."""
    try:
        _client().hset(KEY, name, repr(time.time()))
    except redis.RedisError as error:
        logger.warning("no sign of life of %s: %s", name, type(error).__name__)


def silent_for() -> dict[str, float]:
    """For how many seconds each has not been heard of; those forgotten are left out.

    Raises:
        redis.RedisError: Redis is away.
    """
    now = time.time()
    found = {_text(one): now - float(at) for one, at in _client().hgetall(KEY).items()}
    forgotten = [one for one, seconds in found.items() if seconds > REMEMBERED_SECONDS]
    if forgotten:
        _client().hdel(KEY, *forgotten)
    return {one: seconds for one, seconds in found.items() if one not in forgotten}


@signals.heartbeat_sent.connect
def worker_lives(*, sender: Any, **_given: object) -> None:
    """Celery's own heartbeat, every two seconds, is passed on."""
    seen(str(sender.eventer.hostname))


def _text(name: bytes | str) -> str:
    return name.decode() if isinstance(name, bytes) else name


def clock_lives() -> None:
    """What beat asked for has reached a worker."""
    seen(CLOCK)


@lru_cache(maxsize=1)
def _client() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
    )
