"""Rate limits in fixed windows, counted in Redis by the limits library."""

import hashlib
import logging
import math
import time
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

from django.conf import settings
from limits import RateLimitItem, parse
from limits.storage import RedisStorage
from limits.strategies import FixedWindowRateLimiter
from redis.exceptions import RedisError

from statuspage.lib.redis_client import redis_options

# The window of `within_limit`.
WINDOW_SECONDS: Final = 60

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Limit:
    """A limit on `what` for each `who`, such as "5/30 seconds"; Redis gets a hash of `who` only."""

    rate: str
    what: str
    who: str

    @cached_property
    def counted(self) -> tuple[RateLimitItem, str, str]:
        """The parsed rate and the keys of the count in Redis."""
        return parse(self.rate), self.what, hashlib.sha256(self.who.encode()).hexdigest()[:32]


def take(*limits: Limit) -> int:
    """Count one request against every limit; return 0, or how many seconds to wait.

    A request that has to wait uses none of the limits up.

    Raises:
        RedisError: Redis cannot be reached.
    """
    limiter = _limiter(settings.REDIS_URL)
    for used in (limiter.test, limiter.hit):
        for one in limits:
            if not used(*one.counted):
                reset = limiter.get_window_stats(*one.counted).reset_time
                return max(1, math.ceil(reset - time.time()))
    return 0


def forget(*limits: Limit) -> None:
    """Reset these counts; RedisError where Redis cannot be reached."""
    for one in limits:
        _limiter(settings.REDIS_URL).clear(*one.counted)


def give_back(*limits: Limit) -> None:
    """Uncount one request of each, without forgetting the others; RedisError as above."""
    limiter = _limiter(settings.REDIS_URL)
    for one in limits:
        item, *who = one.counted
        limiter.storage.incr(item.key_for(*who), item.get_expiry(), amount=-1)


def within_limit(what: str, who: str, per_minute: int, *, fail_open: bool = True) -> bool:
    """Count a request; return False when there were more than `per_minute` of them.

    While Redis is down every request is allowed: in a crisis merchants must be able to ask. Where
    guessing must be impossible, `fail_open` is False and every request is refused.
    """
    try:
        return take(Limit(f"{per_minute}/minute", what, who)) == 0
    except RedisError as error:
        logger.warning("requests are not counted: %s", type(error).__name__)
        return fail_open


@lru_cache(maxsize=2)
def _limiter(url: str) -> FixedWindowRateLimiter:
    return FixedWindowRateLimiter(RedisStorage(url, **redis_options()))
