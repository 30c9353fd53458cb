"""Finding out what became of messages that may or may not have gone out."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from notifications.channels import channel as find_channel
from notifications.channels.base import Channel, Message
from notifications.channels.outcomes import Found, Trace
from notifications.delivery import loop
from notifications.delivery.claim import Claimed
from notifications.delivery.send import contents, message_of

logger = logging.getLogger(__name__)

LOOKS_NEEDED: Final = 2
# Between two looks passes this part of the time that passes before the first one.
LOOK_AGAIN_PART: Final = 0.25
LOOKS_AT_ONCE: Final = 50
# How many times as long as one answer may take a whole look may take, listing and all.
LOOK_TIMEOUTS: Final = 4

# A look holds the row for as long as it may take: moving due_at on is the lease.
TAKE: Final = """
    WITH due AS (
        SELECT d.id, d.published_at, a.sealed, a.sealed_secret, a.kind
        FROM delivery_delivery d
        LEFT JOIN subscribers_address a ON a.id = d.address_id
        WHERE d.state = 'unknown' AND d.due_at <= now()
        ORDER BY d.due_at
        LIMIT %s
        FOR UPDATE OF d SKIP LOCKED
    )
    UPDATE delivery_delivery d
    SET fence = d.fence + 1, due_at = now() + make_interval(secs => %s), updated_at = now()
    FROM due
    WHERE d.id = due.id AND d.published_at = due.published_at
    RETURNING d.channel, coalesce(nullif(d.provider, ''), d.channel), d.id, d.published_at,
              d.statement_id, d.address_id, d.language, d.attempts, d.attempt_id, d.fence,
              d.first_tried_at, due.sealed, due.sealed_secret, due.kind
"""
FOUND: Final = """
    UPDATE delivery_delivery
    SET state = 'sent', provider_id = %s, reason = '', code = '',
        sent_at = coalesce(sent_at, now()), updated_at = now()
    WHERE id = %s AND published_at = %s AND fence = %s AND state = 'unknown'
"""
ABSENT: Final = """
    UPDATE delivery_delivery
    SET looks = CASE WHEN looks + 1 >= %s THEN 0 ELSE looks + 1 END,
        state = CASE WHEN looks + 1 >= %s THEN 'pending' ELSE 'unknown' END,
        due_at = CASE WHEN looks + 1 >= %s THEN now() ELSE now() + make_interval(secs => %s) END,
        updated_at = now()
    WHERE id = %s AND published_at = %s AND fence = %s AND state = 'unknown'
"""
# The receiver recognises a repetition: sending it again is the way to find out.
REPEAT: Final = """
    UPDATE delivery_delivery SET state = 'pending', due_at = now(), updated_at = now()
    WHERE id = %s AND published_at = %s AND fence = %s AND state = 'unknown'
"""
# The provider does not answer now: that says nothing about the message, and is asked again.
ASK_AGAIN: Final = """
    UPDATE delivery_delivery SET due_at = now() + make_interval(secs => %s), updated_at = now()
    WHERE id = %s AND published_at = %s AND fence = %s AND state = 'unknown'
"""
NEVER: Final = datetime(9999, 1, 1, tzinfo=UTC)
# Nobody can tell: it stays `unknown`, never due again, in the list for people to review.
REVIEW: Final = """
    UPDATE delivery_delivery SET due_at = %s, updated_at = now()
    WHERE id = %s AND published_at = %s AND fence = %s AND state = 'unknown'
"""


def resolve_unknown() -> int:
    """Look for unknown messages that are due, a batch of them; returns how many those were."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(TAKE, [LOOKS_AT_ONCE, settings.DELIVERY_TIMEOUT_SECONDS * LOOK_TIMEOUTS])
        taken = [Claimed(*row) for row in cursor.fetchall()]
    askable = [one for one in taken if not _settled_unasked(one)]
    asked = [(one, message) for one in askable if (message := _message(one))]
    traces = loop.run(_look_all(asked))
    for (one, _), trace in zip(asked, traces, strict=True):
        _settle(one, trace)
    return len(taken)


def _settled_unasked(one: Claimed) -> bool:
    """Whether it could be settled without asking: repeated, or left to people."""
    provider = find_channel(one.provider)
    if timezone.now() - one.first_tried_at < provider.recognises_repeats_for:
        _write(REPEAT, one)
    elif one.sealed is None:  # the address was erased since
        _write(REVIEW, one, NEVER)
    elif type(provider).look_up is Channel.look_up:
        _prefer(one)
    else:
        return False
    return True


def _prefer(one: Claimed) -> None:
    """Nobody can be asked: it may get lost, or be doubled, and the settings say which."""
    again = one.channel in settings.DELIVERY_PREFER_DUP
    if again and one.attempts < settings.DELIVERY_MAX_ATTEMPTS:
        _write(REPEAT, one)
    else:
        _write(REVIEW, one, NEVER)


def _message(one: Claimed) -> Message | None:
    """What to look for; one that cannot be made again is left to people."""
    try:
        return message_of(one, contents(find_channel(one.provider))(one))
    except Exception as error:
        # Neither message nor traceback: both may quote the address.
        logger.error(  # noqa: TRY400
            "delivery %d: %s", one.id, type(error).__name__, extra={"delivery": one.id}
        )
        _write(REVIEW, one, NEVER)
        return None


async def _look_all(asked: Sequence[tuple[Claimed, Message]]) -> list[Found | Trace]:
    return await asyncio.gather(*(_look(one, message) for one, message in asked))


async def _look(one: Claimed, message: Message) -> Found | Trace:
    """An error of our own must not keep the others from being looked for."""
    try:
        return await find_channel(one.provider).look_up(message, one.first_tried_at)
    except Exception as error:
        logger.error(  # noqa: TRY400
            "delivery %d: %s", one.id, type(error).__name__, extra={"delivery": one.id}
        )
        return Trace.CANNOT_TELL


def _settle(one: Claimed, trace: Found | Trace) -> None:
    again = settings.DELIVERY_RESOLVE_AFTER_SECONDS * LOOK_AGAIN_PART
    if isinstance(trace, Found):
        _write(FOUND, one, trace.provider_id)
    elif trace is Trace.ABSENT:
        _write(ABSENT, one, *[LOOKS_NEEDED] * 3, again)
    else:
        _write(ASK_AGAIN, one, again)


def _write(sql: str, one: Claimed, *parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, [*parameters, one.id, one.published_at, one.fence])
