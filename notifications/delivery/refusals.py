"""A breaker for each provider and fault: one that refuses our account is left alone for a while.

A fault of the account, the sender or a template refuses every message, and a million tries do not
repair it. An odd recipient refuses only its own. So what counts is how many different messages were
refused since one was accepted, and a single one stops nobody.

Every function raises redis.RedisError while Redis is away.
"""

import logging
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Final
from uuid import UUID

import redis
from django.db.models.functions import Now

from notifications.channels.base import Provider
from notifications.channels.outcomes import Accepted, NotSent, Outcome, Reason
from notifications.channels.templated import UNWRITTEN, TemplatedProvider
from notifications.delivery.alarms import alarm_raise, alarms_over
from notifications.delivery.models import Alarm, Delivery
from notifications.delivery.states import DeliveryState
from notifications.delivery.template_work import ask_now
from statuspage.lib.redis_client import client

FAULTS: Final = (Reason.NO_CREDENTIALS, Reason.UNKNOWN_CODE, Reason.UNAVAILABLE)
# A provider is left alone after so many different messages in a row were refused for one fault.
STOP_AFTER: Final = 20
# Staff are told after so many tries, also of one message.
TELL_AFTER: Final = 5
# It is left alone for so long; then a few messages find out whether the fault is repaired.
ALONE_SECONDS: Final = 60
REMEMBERED_SECONDS: Final = 3600
REFUSED, TRIES, ASKED = "refused:", "refusals:", "templates-asked:"
# A provider that refuses a template is asked what it has of them, at most so often.
ASK_EVERY_SECONDS: Final = 600
SEPARATOR: Final = ":"

# By the delivery, or by the try of a message that is none.
Told = Sequence[tuple[int | UUID, Outcome]]

logger = logging.getLogger(__name__)


def is_fault(outcome: Outcome) -> bool:
    """Return whether an outcome may be that of every message."""
    return isinstance(outcome, NotSent) and outcome.reason in FAULTS


def note(provider: Provider, told: Told) -> Reason | None:
    """Record what a provider did with deliveries, given by id; return a fault that stops it.

    It works again once it has accepted half of what it was given: an acceptance now and then ends
    no fault.
    """
    _note_templates(provider, told)
    accepted = sum(isinstance(outcome, Accepted) for _, outcome in told)
    refused = [(key, one) for key, one in told if isinstance(one, NotSent) and is_fault(one)]
    if accepted and accepted >= len(refused):
        _repaired(provider)
        return None
    if accepted and in_a_row(provider) < STOP_AFTER:
        _forget(provider)
    stopping = None
    for reason in FAULTS:
        of_it = [(key, one) for key, one in refused if one.reason == reason]
        if of_it and _count(provider, reason, of_it) >= STOP_AFTER:
            stopping = reason
    return stopping


def _note_templates(provider: Provider, told: Told) -> None:
    """Tell staff of refused templates, and ask about them: they were changed or deleted there.

    It stops no provider: its other templates may be as they were. Where the templates themselves
    rest (template_faults.py) staff are told of each.
    """
    if isinstance(provider, TemplatedProvider) and provider.id_key:
        return
    refused = [(key, one) for key, one in told if isinstance(one, NotSent) and _of_template(one)]
    if not refused:
        return
    _count(provider, Reason.NO_TEMPLATE, refused)
    if _client().set(f"{ASKED}{provider.name}", 1, nx=True, ex=ASK_EVERY_SECONDS):
        ask_now(provider.name)


def _of_template(outcome: NotSent) -> bool:
    return outcome.reason == Reason.NO_TEMPLATE and outcome.code not in UNWRITTEN


def in_a_row(provider: Provider) -> int:
    """Return how many different messages were refused for one fault since one was accepted."""
    with _client().pipeline() as pipe:
        for reason in FAULTS:
            pipe.scard(_name(REFUSED, provider, reason))
        return max(int(count) for count in pipe.execute())


def fault_of(subject: str) -> tuple[str, str]:
    """Return the provider and the reason that an alarm is about."""
    name, _, reason = subject.partition(SEPARATOR)
    return name, reason


def _count(
    provider: Provider, reason: Reason, refused: Sequence[tuple[int | UUID, NotSent]]
) -> int:
    """Count refusals; return how many different messages there were in a row."""
    ids, tries = _name(REFUSED, provider, reason), _name(TRIES, provider, reason)
    with _client().pipeline() as pipe:
        pipe.sadd(ids, *(str(key) for key, _ in refused))
        pipe.incrby(tries, len(refused))
        pipe.expire(ids, REMEMBERED_SECONDS)
        pipe.expire(tries, REMEMBERED_SECONDS)
        pipe.scard(ids)
        _, tried, _, _, different = pipe.execute()
    if int(tried) >= TELL_AFTER:
        code = refused[-1][1].code
        alarm_raise(Alarm.Kind.PROVIDER_REFUSES, _subject(provider, reason), code[:40])
    return int(different)


def _repaired(provider: Provider) -> None:
    """End the alarms, whatever Redis still knows, and have what waits tried at once."""
    stopped = in_a_row(provider) >= STOP_AFTER
    _forget(provider)
    subjects = [_subject(provider, reason) for reason in FAULTS]
    if alarms_over(Alarm.Kind.PROVIDER_REFUSES, subjects) or stopped:
        _try_at_once(provider, FAULTS)


def _try_at_once(provider: Provider, reasons: Collection[str]) -> None:
    waiting = Delivery.objects.filter(
        state=DeliveryState.PENDING, due_at__gt=Now(), provider=provider.name, reason__in=reasons
    )
    count = waiting.update(due_at=Now())
    logger.info("%s works again: %d messages that it refused are due", provider.name, count)


def _forget(provider: Provider) -> None:
    names = [_name(one, provider, reason) for one in (REFUSED, TRIES) for reason in FAULTS]
    _client().delete(*names)


def _name(kind: str, provider: Provider, reason: Reason) -> str:
    return f"{kind}{provider.name}{SEPARATOR}{reason}"


def _subject(provider: Provider, reason: Reason) -> str:
    return f"{provider.name}{SEPARATOR}{reason}"


@lru_cache(maxsize=1)
def _client() -> redis.Redis:
    return client()
