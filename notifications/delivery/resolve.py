"""Pick up unfinished work, and find out what became of messages that may have gone out."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now

from notifications.channels import media
from notifications.channels.base import Message
from notifications.channels.outcomes import Accepted, LookupResult
from notifications.delivery import budget, loop
from notifications.delivery.acts import Resending
from notifications.delivery.claim import Claimed, expire_leases, take_for_look_up
from notifications.delivery.consents import consents_sweep
from notifications.delivery.messages import contents, log_error, message_of, sender_of
from notifications.delivery.models import Broadcast, BroadcastState, Delivery, Hold, Receipt
from notifications.delivery.routes import routes_follow_settings
from notifications.delivery.states import HOLD_MOVING, NEVER, UNFINISHED, DeliveryState
from notifications.hints import hint, wake_receipts, wake_send
from notifications.templates.services import defaults_note
from statuspage.lib.database_clock import database_now

LOOKS_NEEDED: Final = 2
# The time between two looks, as a part of the time before the first one.
LOOK_AGAIN_PART: Final = 0.25
LOOKS_AT_ONCE: Final = 50
# The time limit of a whole look, in timeouts of a single answer.
LOOK_TIMEOUTS: Final = 4

TAKE: Final = take_for_look_up("d.state = 'unknown'", since="d.first_tried_at")
WRITE: Final = """
    UPDATE delivery_delivery SET {changes}, updated_at = now()
    WHERE id = %s AND published_at = %s AND fence = %s AND state = 'unknown'
"""
FOUND: Final = """
    state = 'sent', provider_id = %s, reason = '', code = '', sent_at = coalesce(sent_at, now())
"""
ABSENT: Final = """
    looks = CASE WHEN looks + 1 >= %s THEN 0 ELSE looks + 1 END,
    state = CASE WHEN looks + 1 >= %s THEN 'pending' ELSE 'unknown' END,
    may_be_sent = looks + 1 < %s,
    due_at = CASE WHEN looks + 1 >= %s THEN now() ELSE now() + make_interval(secs => %s) END
"""
# The receiver recognises a repetition for so long: sending it again is the way to find out.
REPEAT: Final = """
    state = 'pending', due_at = now(), repeat_until = first_tried_at + make_interval(secs => %s),
    cost = 0, booked_in = NULL
"""
# It may arrive twice, which the settings prefer to its being lost.
# What the try before may have cost stays spent.
RISK: Final = """
    state = 'pending', due_at = now(), repeat_until = NULL, cost = 0, booked_in = NULL
"""
# The provider does not answer now, which says nothing about the message: it is asked again, for as
# long as anything is tried. One that was switched off since never answers; then staff decide.
ASK_AGAIN: Final = """
    due_at = CASE WHEN first_tried_at < now() - make_interval(hours => %s) THEN %s
                  ELSE now() + make_interval(secs => %s) END
"""
# It cannot be found out: it stays `unknown`, never due again, and is listed for staff to review.
REVIEW: Final = "due_at = %s"


def resolve_unknown() -> int:
    """Look up a batch of unknown messages that are due; return how many there were."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(TAKE, [LOOKS_AT_ONCE, settings.DELIVERY_TIMEOUT_SECONDS * LOOK_TIMEOUTS])
        taken = [Claimed(*row) for row in cursor.fetchall()]
    now = database_now()
    askable = [one for one in taken if not _settled_unasked(one, now)]
    asked = [(one, message) for one in askable if (message := _message(one))]
    traces = loop.run(_look_all(asked))
    for (one, _), trace in zip(asked, traces, strict=True):
        _settle(one, trace)
    return len(taken)


def _settled_unasked(one: Claimed, now: datetime) -> bool:
    """Settle it without asking the provider, if possible: repeat it, or leave it to staff."""
    try:
        provider = sender_of(one)
    except KeyError:  # its file is gone
        _write(REVIEW, one, NEVER)
        return True
    if provider.recognises(one.first_tried_at, now):
        _write(REPEAT, one, provider.recognises_repeats_for.total_seconds())
    elif one.sealed is None:  # the address was erased since
        _write(REVIEW, one, NEVER)
    elif provider.can_be_asked():
        return False
    elif (
        # The provider cannot be asked: the settings decide whether to risk a loss or a duplicate.
        one.channel in settings.DELIVERY_PREFER_DUP
        and one.attempts < settings.DELIVERY_MAX_ATTEMPTS
    ):
        _write(RISK, one)
    else:
        _write(REVIEW, one, NEVER)
    return True


def _message(one: Claimed) -> Message | None:
    """Return what to look for, or None and leave it to staff when it cannot be composed again."""
    try:
        return message_of(one, contents(sender_of(one))(one))
    except Exception as error:
        log_error(one, error)
        _write(REVIEW, one, NEVER)
        return None


async def _look_all(asked: Sequence[tuple[Claimed, Message]]) -> list[Accepted | LookupResult]:
    return await asyncio.gather(*(_look(one, message) for one, message in asked))


async def _look(one: Claimed, message: Message) -> Accepted | LookupResult:
    """Look one up; an error of our own must not keep the others from being looked up."""
    try:
        return await sender_of(one).look_up(message, one.first_tried_at)
    except Exception as error:
        log_error(one, error)
        return LookupResult.CANNOT_TELL


def _settle(one: Claimed, trace: Accepted | LookupResult) -> None:
    again = settings.DELIVERY_RESOLVE_AFTER_SECONDS * LOOK_AGAIN_PART
    if isinstance(trace, Accepted):
        _write(FOUND, one, trace.provider_id)
    elif trace is LookupResult.ABSENT:
        with transaction.atomic():
            _write(ABSENT, one, *[LOOKS_NEEDED] * 4, again)
            budget.release([one.this_try])  # if it is to be sent again
    else:
        _write(ASK_AGAIN, one, settings.DELIVERY_GIVE_UP_HOURS, NEVER, again)


def _write(changes: str, one: Claimed, *parameters: Any) -> None:
    with connection.cursor() as cursor:
        key = (one.id, one.published_at, one.fence)
        cursor.execute(WRITE.format(changes=changes), [*parameters, *key])


def sweep() -> None:
    """Wake workers for all unfinished work; cheap when there is none."""
    for broadcast in Broadcast.objects.filter(state=BroadcastState.EXPANDING):
        hint("delivery.expand", broadcast.pk)
    expire_leases()
    consents_sweep()
    defaults_note()
    routes_follow_settings()
    due = Delivery.objects.filter(state=DeliveryState.PENDING, due_at__lte=Now())
    for one in media():
        # By route, as the index is: one row answers it, however many are due.
        if any(due.filter(channel=one.name, route=route).exists() for route in one.routes):
            wake_send(one.name)
    if Receipt.objects.filter(applied_at=None, look_at__lte=Now()).exists():
        wake_receipts()
    if Hold.objects.filter(step__in=HOLD_MOVING).exists():
        hint("delivery.work_on_holds")
    if Resending.objects.filter(finished_at=None).exists():
        hint("delivery.work_on_resendings")
    finish_broadcasts()


def finish_broadcasts() -> None:
    """Finish expanded broadcasts without deliveries that wait, are in flight or are looked up.

    What only people can decide never becomes due, and does not keep its broadcast open.
    """
    for broadcast in Broadcast.objects.filter(state=BroadcastState.SENDING):
        busy = Delivery.objects.filter(
            statement_id=broadcast.pk, state__in=UNFINISHED, due_at__lt=NEVER
        )
        if not busy.exists():
            Broadcast.objects.filter(pk=broadcast.pk, state=BroadcastState.SENDING).update(
                state=BroadcastState.FINISHED, finished_at=Now()
            )
