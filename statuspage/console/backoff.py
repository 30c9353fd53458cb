"""Slowing down whoever guesses passwords; counted in Redis, per user name and network address."""

import hashlib
import logging
import time
from typing import Final

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

FREE_TRIES: Final = 5
FIRST_WAIT: Final = 30  # seconds; doubles with each further failure
LONGEST_WAIT: Final = 15 * 60
MEMORY: Final = 60 * 60  # after an hour without a try, all is forgotten


def attempt(username: str, ip: str) -> int:
    """Count a try to sign in. 0 lets it through; otherwise seconds to wait.

    Counting comes before the password is looked at, so that many tries at once gain nothing.
    Where Redis is down nobody is kept out: in a crisis staff must be able to speak.
    """
    try:
        return _attempt(_key(username, ip))
    except RedisError as error:
        logger.warning("sign-in tries are not counted: %s", type(error).__name__)
        return 0


def forgive(username: str, ip: str) -> None:
    """Forget the tries, after one that succeeded."""
    key = _key(username, ip)
    try:
        cache.delete_many([f"{key}:tries", f"{key}:until"])
    except RedisError as error:
        logger.warning("sign-in tries are not forgotten: %s", type(error).__name__)


def client_ip(request: HttpRequest) -> str:
    """The client's address, behind as many proxies as settings.TRUSTED_PROXIES says."""
    forwarded = request.headers.get("X-Forwarded-For", "").split(",")
    proxies: int = settings.TRUSTED_PROXIES
    if 0 < proxies <= len(forwarded):
        return forwarded[-proxies].strip()
    return str(request.META.get("REMOTE_ADDR", ""))


def _attempt(key: str) -> int:
    now = time.time()
    until: float | None = cache.get(f"{key}:until")
    if until and until > now:
        return max(1, round(until - now))
    cache.add(f"{key}:tries", 0, MEMORY)
    tries = cache.incr(f"{key}:tries")
    cache.touch(f"{key}:tries", MEMORY)
    if tries >= FREE_TRIES:
        wait = min(FIRST_WAIT * 2 ** (tries - FREE_TRIES), LONGEST_WAIT)
        cache.set(f"{key}:until", now + wait, wait)
    return 0


def _key(username: str, ip: str) -> str:
    # Hashed: what people type as their user name is sometimes their password.
    return "signin:" + hashlib.sha256(f"{username.casefold()}\x00{ip}".encode()).hexdigest()
