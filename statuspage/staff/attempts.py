"""Limit tries at passwords and codes: by account, by network address, and by known browser."""

import logging
from datetime import timedelta
from typing import Final

from django.db.models.functions import Now
from redis.exceptions import RedisError

from statuspage.lib.rate_limits import Limit, forget, give_back, take
from statuspage.staff.models import AuditEntry, Staff

logger = logging.getLogger(__name__)

# One account from one address, or from one browser in which its owner has signed in before.
RATES: Final = ("5/30 seconds", "10/15 minutes", "20/hour")
# All accounts from one address, and one account from all addresses together. Each window ends by
# itself: who tries on and on slows an owner down, and never locks them out for good.
ADDRESS_RATES: Final = ("10/5 minutes", "60/hour")
ACCOUNT_RATES: Final = ("10/5 minutes", "40/hour")
# The act by which the audit log names a wrong code or passkey.
CODE_FAILED: Final = "second_factor.failed"
WITHOUT_REDIS_SECONDS: Final = 900
MOST_WITHOUT_REDIS: Final = 10


def attempt(username: str, ip: str, browser: str = "") -> int:
    """Count a try to sign in; return 0 to let it through, otherwise the seconds to wait.

    The try is counted before the password is checked, so that parallel tries are limited too.
    `browser` names one in which this person has signed in before: it is counted by itself, so that
    strangers who guess at the account do not hold its owner up. Without `ip` tries from everywhere
    count together. While Redis is down every try is let through: in a crisis staff must be able to
    publish.
    """
    try:
        return take(*_own(username, ip, browser), *_shared(username, ip, browser))
    except RedisError as error:
        logger.warning("sign-in tries are not counted: %s", type(error).__name__)
        return 0


def code_attempt(staff: Staff) -> int:
    """Count a try at somebody's second factor, from wherever it comes; return as `attempt` does.

    While Redis is down the audit log is counted: a code has a million values only, and whoever
    guesses at it has the password already.
    """
    try:
        return take(*_own(f"code of {staff.pk}", "", ""))
    except RedisError as error:
        logger.warning("tries at codes are counted by the audit log: %s", type(error).__name__)
    lately = Now() - timedelta(seconds=WITHOUT_REDIS_SECONDS)
    failed = AuditEntry.objects.filter(staff=staff, act=CODE_FAILED, at__gt=lately)
    return WITHOUT_REDIS_SECONDS if failed.count() >= MOST_WITHOUT_REDIS else 0


def forgive(username: str, ip: str, browser: str = "") -> None:
    """Uncount a successful try: of the shared counts that one alone.

    Otherwise whoever has an account could wipe out, by signing in, what they tried at others.
    """
    try:
        forget(*_own(username, ip, browser))
        give_back(*_shared(username, ip, browser))
    except RedisError as error:
        logger.warning("sign-in tries are not forgotten: %s", type(error).__name__)


def _own(username: str, ip: str, browser: str) -> list[Limit]:
    place = f"browser {browser}" if browser else ip
    return [Limit(rate, "sign-in", f"{username.casefold()}\x00{place}") for rate in RATES]


def _shared(username: str, ip: str, browser: str) -> list[Limit]:
    if browser or not ip:
        return []
    return [
        *(Limit(rate, "sign-in address", ip) for rate in ADDRESS_RATES),
        *(Limit(rate, "sign-in account", username.casefold()) for rate in ACCOUNT_RATES),
    ]
