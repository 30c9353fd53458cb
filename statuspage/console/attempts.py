"""Limit tries at passwords and codes, by user name and network address."""

import logging
from typing import Final

from redis.exceptions import RedisError

from statuspage.lib.rate_limits import Limit, forget, take

logger = logging.getLogger(__name__)

RATES: Final = ("5/30 seconds", "10/15 minutes", "20/hour")


def attempt(username: str, ip: str) -> int:
    """Count a try to sign in; return 0 to let it through, otherwise the seconds to wait.

    The try is counted before the password is checked, so that parallel tries are limited too.
    While Redis is down every try is let through: in a crisis staff must be able to publish.
    """
    try:
        return take(*_limits(username, ip))
    except RedisError as error:
        logger.warning("sign-in tries are not counted: %s", type(error).__name__)
        return 0


def forgive(username: str, ip: str) -> None:
    """Reset the count after a successful try."""
    try:
        forget(*_limits(username, ip))
    except RedisError as error:
        logger.warning("sign-in tries are not forgotten: %s", type(error).__name__)


def _limits(username: str, ip: str) -> list[Limit]:
    return [Limit(rate, "sign-in", f"{username.casefold()}\x00{ip}") for rate in RATES]
