"""Clients of Redis that never wait for long, however it fails."""

import time
from collections.abc import Callable
from typing import Any, Final, TypeVar

import redis
from django.conf import settings
from redis import asyncio as aioredis
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as NoConnection
from redis.exceptions import TimeoutError as NoAnswer
from redis.retry import Retry

T = TypeVar("T")

# The longest wait for a connection, and for an answer.
TIMEOUT_SECONDS: Final = 0.5
# After a wait in vain this process does not ask for so long: every request would wait again.
PAUSE_SECONDS: Final = 2.0
# What Redis is asked to keep, and for how long.
ASKED: Final = "asked"
ASKED_SECONDS: Final = 60

_silent_until = 0.0


class Breaker(Retry):
    """Tries again at once on a connection that was closed, and pauses after a silence.

    The pause is shared by all clients of the process.
    """

    def __init__(self) -> None:
        super().__init__(NoBackoff(), 1, (NoConnection,))

    def call_with_retry(self, do: Callable[[], T], *rest: Any, **more: Any) -> T:
        """Call `do`; NoConnection without a call during the pause."""
        global _silent_until
        if time.monotonic() < _silent_until:
            raise NoConnection("Redis did not answer a moment ago")
        try:
            return super().call_with_retry(do, *rest, **more)
        except NoAnswer:
            _silent_until = time.monotonic() + PAUSE_SECONDS
            raise


def redis_options() -> dict[str, Any]:
    """Return what each synchronous client of Redis is made with."""
    return {
        "socket_timeout": TIMEOUT_SECONDS,
        "socket_connect_timeout": TIMEOUT_SECONDS,
        "retry": Breaker(),
    }


def async_client(**more: Any) -> aioredis.Redis:
    """Return a new asynchronous client of the Redis that the settings name."""
    return aioredis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
        retry=AsyncRetry(NoBackoff(), 0),
        **more,
    )


def client(**more: Any) -> redis.Redis:
    """Return a new client of the Redis that the settings name."""
    return redis.Redis.from_url(settings.REDIS_URL, **redis_options(), **more)


def check() -> None:
    """Return if Redis answers and takes writes, which a replica does not.

    Raises:
        redis.RedisError: it does not.
    """
    with client() as asked:
        asked.set(ASKED, 1, ex=ASKED_SECONDS)
