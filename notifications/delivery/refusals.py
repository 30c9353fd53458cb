"""A breaker for each provider, route and fault: one that refuses us is left alone for a while.

A fault of the account or the sender refuses every message, and a million tries do not repair it. An
odd recipient refuses only its own. So what counts is how many different messages were refused since
one was accepted, and a single one stops nobody. Countries with a sender or providers of their own
(a route) are counted apart: the sender to one may be refused while the others work.

Every function raises redis.RedisError while Redis is away.
"""

import logging
from collections.abc import Sequence
from functools import lru_cache
from typing import Final
from uuid import UUID

import redis
from django.db.models.functions import Now

from notifications.channels import medium
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
# What receipts say is repeated at most every few hours (returned.py).
REPORTED_SECONDS: Final = 86_400
REFUSED, TRIES, REPORTED = "refused:", "refusals:", "reported:"
# A provider that refuses a template is asked what it has of them, at most so often.
ASKED: Final = "templates-asked:"
ASK_EVERY_SECONDS: Final = 600
SEPARATOR: Final = ":"
# Of a provider's code beside an alarm.
LONGEST_CODE: Final = 35

# By the delivery, by the try of a message that is none, or by a reader's own server.
Key = int | UUID | str
Told = Sequence[tuple[Key, Outcome]]

logger = logging.getLogger(__name__)


def is_fault(outcome: Outcome) -> bool:
    """Return whether an outcome may be that of every message."""
    return isinstance(outcome, NotSent) and outcome.reason in FAULTS


def note(provider: Provider, told: Told, route: str = "") -> Reason | None:
    """Record what a provider did with a route's messages, by id; return a fault that stops it.

    It works again once it has accepted half of what it was given: an acceptance now and then ends
    no fault.
    """
    _note_templates(provider, told)
    note_not_permitted(provider, told)
    accepted = sum(isinstance(outcome, Accepted) for _, outcome in told)
    refused = [(key, one) for key, one in told if isinstance(one, NotSent) and is_fault(one)]
    if accepted and accepted >= len(refused):
        _repaired(provider, route)
        return None
    if accepted and in_a_row(provider, route) < STOP_AFTER:
        _forget(provider, route)
    stopping = None
    for reason in FAULTS:
        of_it = [(key, one) for key, one in refused if one.reason == reason]
        if of_it and _count(provider, reason, of_it, route) >= STOP_AFTER:
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


def note_not_permitted(provider: Provider, told: Told) -> None:
    """Tell staff at once of countries that our account may not send to: no second try is needed.

    It stops nothing to other countries. The alarm ends once nothing waits for it (shares.py).
    """
    refused = {
        key: one
        for key, one in told
        if isinstance(one, NotSent) and one.reason == Reason.NOT_PERMITTED
    }
    if not refused:
        return
    ids = [key for key in refused if isinstance(key, int)]
    rows = Delivery.objects.filter(pk__in=ids).order_by("address__country")
    codes = [code for code in rows.values_list("address__country", flat=True).distinct() if code]
    said = " ".join([next(iter(refused.values())).code, *(f"+{code}" for code in codes)])
    subject = _subject(provider, Reason.NOT_PERMITTED)
    alarm_raise(Alarm.Kind.PROVIDER_REFUSES, subject, said[:LONGEST_CODE])


def _of_template(outcome: NotSent) -> bool:
    return outcome.reason == Reason.NO_TEMPLATE and outcome.code not in UNWRITTEN


def in_a_row(provider: Provider, route: str | None = None) -> int:
    """Return how many different messages were refused for one fault since one was accepted.

    Of one route, or, without any, the most of all of them.
    """
    routes = _routes(provider) if route is None else [route]
    with _client().pipeline() as pipe:
        for one in routes:
            for reason in FAULTS:
                pipe.scard(_name(REFUSED, provider, reason, one))
        return max(int(count) for count in pipe.execute())


def note_reported(provider: Provider, codes: Sequence[str], *, worked: bool) -> None:
    """Record what receipts say: a fault of the account, by its codes, or that messages arrived.

    A provider that accepts everything, and sends none of it, must not look like one that works.
    """
    name = _name(REPORTED, provider, Reason.NO_CREDENTIALS)
    if worked and not codes:
        if _client().delete(name) and not _is_refused(provider, Reason.NO_CREDENTIALS):
            alarms_over(Alarm.Kind.PROVIDER_REFUSES, [_subject(provider, Reason.NO_CREDENTIALS)])
    elif codes and not worked:
        with _client().pipeline() as pipe:
            pipe.incrby(name, len(codes))
            pipe.expire(name, REPORTED_SECONDS)
            reported = int(pipe.execute()[0])
        if reported >= TELL_AFTER:
            subject = _subject(provider, Reason.NO_CREDENTIALS)
            alarm_raise(Alarm.Kind.PROVIDER_REFUSES, subject, codes[-1][:LONGEST_CODE])


def fault_of(subject: str) -> tuple[str, str]:
    """Return the provider and the reason that an alarm is about."""
    name, _, reason = subject.partition(SEPARATOR)
    return name, reason


def _count(
    provider: Provider,
    reason: Reason,
    refused: Sequence[tuple[Key, NotSent]],
    route: str = "",
) -> int:
    """Count refusals; return how many different messages there were in a row."""
    ids, tries = (_name(kind, provider, reason, route) for kind in (REFUSED, TRIES))
    with _client().pipeline() as pipe:
        pipe.sadd(ids, *(str(key) for key, _ in refused))
        pipe.incrby(tries, len(refused))
        pipe.expire(ids, REMEMBERED_SECONDS)
        pipe.expire(tries, REMEMBERED_SECONDS)
        pipe.scard(ids)
        _, tried, _, _, different = pipe.execute()
    if int(tried) >= TELL_AFTER:
        said = f"{refused[-1][1].code[:LONGEST_CODE]}{f' +{route}' if route.isdecimal() else ''}"
        alarm_raise(Alarm.Kind.PROVIDER_REFUSES, _subject(provider, reason), said)
    return int(different)


def _repaired(provider: Provider, route: str) -> None:
    """End the alarms, whatever Redis still knows, and have what waits tried at once.

    What another route is still refused keeps its alarm.
    """
    stopped = in_a_row(provider, route) >= STOP_AFTER
    _forget(provider, route)
    over = [one for one in FAULTS if not _is_refused(provider, one)]
    ended = alarms_over(Alarm.Kind.PROVIDER_REFUSES, [_subject(provider, one) for one in over])
    if ended or stopped:
        _try_at_once(provider, route)


def _is_refused(provider: Provider, reason: Reason) -> bool:
    """Return whether any route's messages were refused often enough to tell staff."""
    names = [_name(TRIES, provider, reason, one) for one in _routes(provider)]
    names.append(_name(REPORTED, provider, reason))
    return any(int(tries or 0) >= TELL_AFTER for tries in _client().mget(names))


def _try_at_once(provider: Provider, route: str) -> None:
    waiting = Delivery.objects.filter(
        state=DeliveryState.PENDING,
        due_at__gt=Now(),
        provider=provider.name,
        route=route,
        reason__in=FAULTS,
    )
    count = waiting.update(due_at=Now())
    logger.info("%s works again: %d messages that it refused are due", provider.name, count)


def _forget(provider: Provider, route: str) -> None:
    names = [_name(one, provider, reason, route) for one in (REFUSED, TRIES) for reason in FAULTS]
    _client().delete(*names)


def _routes(provider: Provider) -> Sequence[str]:
    return medium(provider.medium).routes


def _name(kind: str, provider: Provider, reason: Reason, route: str = "") -> str:
    behind = f"{SEPARATOR}{route}" if route else ""
    return f"{kind}{provider.name}{SEPARATOR}{reason}{behind}"


def _subject(provider: Provider, reason: Reason) -> str:
    return f"{provider.name}{SEPARATOR}{reason}"


@lru_cache(maxsize=1)
def _client() -> redis.Redis:
    return client()
