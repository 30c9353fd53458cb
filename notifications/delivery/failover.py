"""Who sends for a channel: its own provider or, while that is down, the one that stands in."""

from collections.abc import Collection
from enum import Enum
from functools import lru_cache
from typing import Final

import redis
from django.conf import settings

from notifications.channels.base import Channel
from notifications.channels.outcomes import NotSent, Outcome, Reason, Unknown
from notifications.channels.registry import stand_in
from notifications.delivery.alarms import alarm_over, alarm_raise
from notifications.delivery.models import Alarm

# So many messages in a row without one answer mean that the provider is down.
TROUBLE: Final = 20
TROUBLE_SECONDS: Final = 600
# For so long it is left alone; then a few messages find out whether it is back.
DOWN_SECONDS: Final = 15
PROBE: Final = 5
# A provider that says these is there, and says no.
ANSWERS: Final = frozenset({Reason.RATE_LIMITED, Reason.QUOTA, Reason.OTHER})


class ProviderHealth(Enum):
    """How a provider has answered of late."""

    UP = "up"
    TROUBLED = "troubled"
    DOWN = "down"
    NOT_SET_UP = "not_set_up"


def health_of(provider: Channel) -> ProviderHealth:
    """How it has answered within the last ten minutes; one that was not asked is up.

    Raises:
        redis.RedisError: Redis is away.
    """
    if not provider.configured():
        return ProviderHealth.NOT_SET_UP
    down, trouble = _client().mget(_down(provider), _trouble(provider))
    if down or int(trouble or 0) >= TROUBLE:
        return ProviderHealth.DOWN
    return ProviderHealth.TROUBLED if trouble else ProviderHealth.UP


def provider_of(channel: Channel) -> Channel | None:
    """Who sends now; None when nobody can, or ought to: messages to a provider that is down would
    all become unknown. What may have gone out stays with the provider that was asked.

    Raises:
        redis.RedisError: Redis is away.
    """
    candidates = (channel, stand_in(channel.name))
    able = (one for one in candidates if one and one.configured())
    return next((one for one in able if not _client().exists(_down(one))), None)


def most_at_once(provider: Channel) -> int:
    """How many messages a provider may be trusted with: all of a batch, or a few to try it.

    Raises:
        redis.RedisError: Redis is away.
    """
    trouble = int(_client().get(_trouble(provider)) or 0)
    return PROBE if trouble >= TROUBLE else settings.DELIVERY_BATCH


def note(provider: Channel, outcomes: Collection[Outcome]) -> None:
    """Take note of a batch's outcomes.

    Raises:
        redis.RedisError: Redis is away.
    """
    if not outcomes:
        return
    if not all(_no_answer(one) for one in outcomes):
        _back(provider)
    elif _more_trouble(provider, len(outcomes)) >= TROUBLE:
        _client().set(_down(provider), 1, ex=DOWN_SECONDS)
        alarm_raise(Alarm.Kind.PROVIDER_DOWN, provider.name)


def _no_answer(outcome: Outcome) -> bool:
    return isinstance(outcome, NotSent | Unknown) and outcome.reason not in ANSWERS


def _more_trouble(provider: Channel, count: int) -> int:
    with _client().pipeline() as pipe:
        pipe.incrby(_trouble(provider), count)
        pipe.expire(_trouble(provider), TROUBLE_SECONDS)
        return int(pipe.execute()[0])


def _back(provider: Channel) -> None:
    if _client().delete(_trouble(provider), _down(provider)):
        alarm_over(Alarm.Kind.PROVIDER_DOWN, provider.name)


def _trouble(provider: Channel) -> str:
    return f"trouble:{provider.name}"


def _down(provider: Channel) -> str:
    return f"down:{provider.name}"


@lru_cache(maxsize=1)
def _client() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL)
