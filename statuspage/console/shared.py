"""Figures that many look at and one counts."""

import logging
from collections.abc import Callable
from typing import Final, TypeVar

from django.core.cache import cache
from redis.exceptions import RedisError

# For so long others are shown the last figure while somebody counts anew.
KEPT_SECONDS: Final = 60

logger = logging.getLogger(__name__)
T = TypeVar("T")


def shared(key: str, seconds: int, count: Callable[[], T]) -> T:
    """What `count` returned within the last `seconds`, whoever asked for it.

    One of those who ask after that counts again. Where Redis is down everyone counts.
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
    """The last figure of that name, however old; None where there is none, or Redis is down."""
    try:
        return cache.get(key)
    except RedisError:
        return None
