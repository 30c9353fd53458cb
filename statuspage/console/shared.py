"""Cache figures that many pages show, so that they are counted once for all requests."""

import logging
from collections.abc import Callable
from typing import Final, TypeVar

from django.core.cache import cache
from redis.exceptions import RedisError

# How long others are shown the last figure while one request counts again.
KEPT_SECONDS: Final = 60

logger = logging.getLogger(__name__)
T = TypeVar("T")


def shared(key: str, seconds: int, count: Callable[[], T]) -> T:
    """Return what `count` returned within the last `seconds`, for any caller.

    After that, one caller counts again. While Redis is down, every caller counts.
    """
    try:
        if not cache.add(f"{key}:fresh", 1, seconds):
            value: T | None = cache.get(key)
            return count() if value is None else value
        value = count()
        cache.set(key, value, KEPT_SECONDS)
    except RedisError as error:
        logger.warning("%s is not shared: %s", key, type(error).__name__)
        return count()
    return value


def last(key: str) -> object:
    """Return the last figure of that name, however old, or None without one or without Redis."""
    try:
        return cache.get(key)
    except RedisError:
        return None
