"""Messages whose template a provider has just refused: for a while it is not asked to send them.

A wrong template refuses one message for all of its readers, and no other: so the provider goes on
with the rest, the next one that has a template sends this one, or it waits under an alarm. After a
while a few readers' messages find out whether it was repaired.

Every function raises redis.RedisError while Redis is away.
"""

import json
from collections import Counter
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Final

import redis

from notifications.channels.base import Provider
from notifications.channels.outcomes import Accepted, NotSent, Outcome, Reason
from notifications.delivery.alarms import alarm_raise
from notifications.delivery.models import Alarm
from notifications.delivery.templating import Key
from statuspage.lib.redis_client import client
from statuspage.statements.models import Statement

# After so many refusals without one acceptance; readers get the same text, so none of them is odd.
STOP_AFTER: Final = 5
ALONE_SECONDS: Final = 600
REMEMBERED_SECONDS: Final = 3600
REFUSED, TRIES = "templates-refused:", "template-refusals:"


def is_refused(outcome: Outcome) -> bool:
    """Return whether the provider has refused the template."""
    return isinstance(outcome, NotSent) and outcome.reason == Reason.NO_TEMPLATE


def note(provider: Provider, told: Sequence[tuple[Key, Outcome]]) -> None:
    """Record what a provider did with messages, and raise an alarm for what it has stopped."""
    for key in {key for key, outcome in told if isinstance(outcome, Accepted)}:
        _client().hdel(TRIES + provider.name, _name(key))
    for key, count in Counter(key for key, outcome in told if is_refused(outcome)).items():
        if _counted(provider, key, count) >= STOP_AFTER:
            _stop(provider, key)


def refused_by(provider: Provider, keys: Collection[Key]) -> set[Key]:
    """Return which of these messages the provider is not asked to send now."""
    if not keys:
        return set()
    stopped = _client().smembers(REFUSED + provider.name)
    names = {one.decode() if isinstance(one, bytes) else str(one) for one in stopped}
    return {key for key in keys if _name(key) in names}


def templates_forget_refusals(providers: Collection[Provider]) -> None:
    """Have everything tried again: templates have changed, or were approved."""
    names = [kind + one.name for kind in (REFUSED, TRIES) for one in providers]
    if names:
        _client().delete(*names)


def _counted(provider: Provider, key: Key, count: int) -> int:
    """Add refusals; return how many there were since one was accepted."""
    name = TRIES + provider.name
    with _client().pipeline() as pipe:
        pipe.hincrby(name, _name(key), count)
        pipe.expire(name, REMEMBERED_SECONDS)
        return int(pipe.execute()[0])


def _stop(provider: Provider, key: Key) -> None:
    name = REFUSED + provider.name
    with _client().pipeline() as pipe:
        pipe.sadd(name, _name(key))
        pipe.expire(name, ALONE_SECONDS, nx=True)
        pipe.execute()
    kind = Statement.objects.values_list("kind", flat=True).get(pk=key.statement)
    alarm_raise(Alarm.Kind.NO_TEMPLATE, f"{provider.name}:{kind}")


def _name(key: Key) -> str:
    return json.dumps(key)


@lru_cache(maxsize=1)
def _client() -> redis.Redis:
    return client()
