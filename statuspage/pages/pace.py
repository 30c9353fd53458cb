"""How many questions one network address may ask in a minute; counted in Redis."""

import hashlib
import logging
from typing import Final

from django.core.cache import cache
from redis.exceptions import RedisError

WINDOW_SECONDS: Final = 60

logger = logging.getLogger(__name__)


def keeps_pace(what: str, ip: str, limit: int, *, uncounted: bool = True) -> bool:
    """Count a question; False when there were more than `limit` of them within a minute.

    Where Redis is down everyone is answered: in a crisis merchants must be able to ask. Not so
    where guessing must be impossible: with `uncounted` False nobody is answered then.
    """
    # The address itself is kept nowhere.
    key = f"pace:{what}:{hashlib.sha256(ip.encode()).hexdigest()[:32]}"
    try:
        cache.add(key, 0, WINDOW_SECONDS)
        return cache.incr(key) <= limit
    except ValueError:  # the minute ended between the two
        return True
    except RedisError as error:
        logger.warning("questions are not counted: %s", type(error).__name__)
        return uncounted
