"""How many codes may be asked for in an hour, by number, by IP and by number prefix."""

from functools import lru_cache
from typing import Any, Final

import redis
from django.conf import settings

from notifications.channels.addresses import AddressKind
from notifications.subscribers.contacts import Contact
from notifications.subscribers.crypto import blind_index
from notifications.subscribers.refusals import Refusal, Refused

WINDOW_SECONDS: Final = 3600
# Numbers that differ only in these last digits are bought in one block: toll fraud's pattern.
BLOCK_DIGITS: Final = 4

# All counters or none, in one step on the server: a refused request uses nothing up.
COUNT: Final = """
for i, key in ipairs(KEYS) do
    if tonumber(redis.call('GET', key) or '0') >= tonumber(ARGV[i + 1]) then return 0 end
end
for i, key in ipairs(KEYS) do
    if redis.call('INCR', key) == 1 then redis.call('EXPIRE', key, ARGV[1]) end
end
return 1
"""


def count_code(contact: Contact, client_ip: str) -> None:
    """Count a code that is about to be asked for.

    Raises:
        Refused: one of the limits is reached, or Redis cannot say whether it is.
    """
    limits = _limits(contact, client_ip)
    try:
        allowed = _script()(keys=[*limits], args=[WINDOW_SECONDS, *limits.values()])
    except redis.RedisError as error:
        # Without the counters a fraud could run up any bill, so we fail closed.
        raise Refused(Refusal.UNAVAILABLE) from error
    if not allowed:
        raise Refused(Refusal.RATE_LIMITED)


def _limits(contact: Contact, client_ip: str) -> dict[str, int]:
    limits = {
        _key("number", contact.clear): settings.SIGNUP_PER_NUMBER_HOUR,
        _key("ip", client_ip): settings.SIGNUP_PER_IP_HOUR,
    }
    if contact.kind == AddressKind.PHONE:
        prefix = contact.clear[:-BLOCK_DIGITS]
        limits[_key("prefix", prefix)] = settings.SIGNUP_PER_PREFIX_HOUR
    return limits


def _key(what: str, value: str) -> str:
    return f"signup:{what}:{blind_index(value, f'ratelimit:{what}')[:32]}"


@lru_cache(maxsize=1)
def _script() -> Any:
    return redis.Redis.from_url(settings.REDIS_URL).register_script(COUNT)
