"""Open a statement's broadcast, create its deliveries, and count whom it has reached."""

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max, Q
from django.db.models.functions import Now
from django.utils.functional import Promise, lazy

from notifications.channels import media, medium
from notifications.delivery.alarms import alarm_over, alarm_raise, alarms_forget
from notifications.delivery.answered import made_void
from notifications.delivery.audience import audience_of, channels_for, may_wake
from notifications.delivery.matching import (
    FROM,
    MATCHES,
    QUIET_UNTIL,
    ROUTE,
    quiet_parameters,
    route_parameters,
)
from notifications.delivery.models import Alarm, Broadcast, BroadcastState
from notifications.delivery.partitions import ensure_partition
from notifications.delivery.selectors import progress_by_channel
from notifications.delivery.states import DeliveryState
from notifications.hints import hint, wake_send
from notifications.subscribers.models import Address
from statuspage.statements.models import Statement

logger = logging.getLogger(__name__)

# An update replaces the updates before it, and a correction what it corrects. A withdrawal also
# replaces the corrections, or all that was said of what never was. No update replaces a correction:
# readers of something wrong need it, whatever has happened since.
SUPERSEDE: Final = """
    UPDATE delivery_broadcast b
    SET superseded_by = b.superseded_by || %(number)s::bigint
    FROM statements_statement s
    WHERE b.statement_id = s.number
      AND (s.number = ANY(%(answered)s)
           OR (%(corrects)s IS NULL AND s.corrects_id IS NULL AND s.number < %(number)s
               AND s.subject_type = %(subject_type)s AND s.subject_id = %(subject_id)s))
"""
# Addresses looked at in one transaction: short enough to be cheap to repeat after a crash.
CHUNK: Final = 20_000

BOUNDARY: Final = """
    SELECT max(id) FROM (
        SELECT id FROM subscribers_address WHERE id > %s AND id <= %s ORDER BY id LIMIT %s
    ) AS chunk
"""
INSERT: Final = f"""
    INSERT INTO delivery_delivery
        (statement_id, published_at, address_id, channel, route, language, state, due_at)
    SELECT b.statement_id, %(published_at)s, a.id, a.channel, {ROUTE}, p.language,
           CASE b.state WHEN 'held' THEN 'held' ELSE 'pending' END,
           coalesce(CASE b.state WHEN 'held' THEN now() ELSE {QUIET_UNTIL} END, now())
    FROM delivery_broadcast b, {FROM}
    WHERE b.statement_id = %(statement)s
      AND a.id > %(cursor)s AND a.id <= %(boundary)s
      AND s.address_id > %(cursor)s AND s.address_id <= %(boundary)s  -- lets the planner merge
      AND {MATCHES}
    ORDER BY a.id
    ON CONFLICT (statement_id, address_id, published_at) DO NOTHING
"""
# A superseded delivery that waits, for a provider or for the morning, must not seem under way.
SUPERSEDE_WAITING: Final = """
    UPDATE delivery_delivery d
    SET state = CASE WHEN d.may_be_sent THEN 'unconfirmed' ELSE 'superseded' END,
        sent_at = CASE WHEN d.may_be_sent THEN d.first_tried_at ELSE d.sent_at END,
        settled_at = now(), updated_at = now()
    FROM delivery_broadcast older, delivery_delivery newer
    WHERE %(statement)s = ANY(older.superseded_by)
      AND d.statement_id = older.statement_id AND d.state = 'pending'
      AND newer.statement_id = %(statement)s AND newer.address_id = d.address_id
      AND d.address_id > %(cursor)s AND d.address_id <= %(boundary)s
"""
# A provider accepted it, or the recipient has it; not what was reported undelivered afterwards.
REACHED: Final = (DeliveryState.SENT, DeliveryState.UNCONFIRMED, DeliveryState.DELIVERED)
MISSED: Final = (DeliveryState.FAILED, DeliveryState.UNDELIVERED)
# Receipts still arrive for about so long.
STILL_MOVING: Final = timedelta(hours=24)
AT_ONCE: Final = 50


def broadcast_open(statement: Statement) -> None:
    """Open the statement's broadcast and, once it is committed, wake a worker.

    Waking is only a hint: the sweep finds an open broadcast when the hint is lost.
    """
    number = statement.number
    audience = audience_of(statement.document, tuple(channels_for(statement.document)))
    Broadcast.objects.create(
        statement=statement,
        **audience.parameters(),
        wakes=may_wake(statement.document),
        upper=Address.objects.aggregate(last=Max("id"))["last"] or 0,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            SUPERSEDE,
            {
                "number": number,
                "corrects": statement.corrects_id,
                "answered": made_void(statement),
                "subject_type": statement.subject_type,
                "subject_id": statement.subject_id,
            },
        )

    def wake() -> None:
        logger.info("statement %d is published", number, extra={"statement": number})
        hint("delivery.expand", number)

    transaction.on_commit(wake)


def expand(statement_number: int) -> None:
    """Create every delivery of a broadcast; safe to repeat after a crash at any instant.

    Rows and cursor move in one transaction. Senders are woken after the first chunk, so that the
    first message leaves at once, and after the last; in between the sender of each channel keeps
    going by itself, and leaves the rest of the machine to the expansion.
    """
    broadcast = Broadcast.objects.select_related("statement").get(pk=statement_number)
    ensure_partition(broadcast.statement.published_at)
    channels = broadcast.channels or [one.name for one in media()]
    if _expand_chunk(statement_number):
        _wake(channels)
        while _expand_chunk(statement_number):
            pass
    _wake(channels)


def expand_on_hold(statement_number: int) -> None:
    """Create the deliveries that a broadcast on hold still lacks; they are on hold as well."""
    while _expand_chunk(statement_number, BroadcastState.HELD):
        pass


def _wake(channels: Iterable[str]) -> None:
    for channel in channels:
        wake_send(channel)


def _expand_chunk(statement_number: int, state: BroadcastState = BroadcastState.EXPANDING) -> bool:
    """Expand one chunk; return False when none is left or another worker holds the broadcast."""
    with transaction.atomic():
        broadcast = (
            Broadcast.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("statement")
            .filter(pk=statement_number, state=state, expanded_at=None)
            .first()
        )
        if broadcast is None:
            return False
        with connection.cursor() as cursor:
            cursor.execute(BOUNDARY, [broadcast.cursor, broadcast.upper, CHUNK])
            boundary = cursor.fetchone()[0]
            if boundary is None:
                held = state == BroadcastState.HELD
                Broadcast.objects.filter(pk=broadcast.pk).update(
                    state=state if held else BroadcastState.SENDING, expanded_at=Now()
                )
                return False
            parameters = {
                "statement": broadcast.pk,
                "published_at": broadcast.statement.published_at,
                "cursor": broadcast.cursor,
                "boundary": boundary,
                **quiet_parameters(),
                **route_parameters(),
            }
            cursor.execute(INSERT, parameters)
            if Broadcast.objects.filter(superseded_by__contains=[broadcast.pk]).exists():
                cursor.execute(SUPERSEDE_WAITING, parameters)
        broadcast.cursor = boundary
        broadcast.save(update_fields=["cursor"])
    return True


def count_told() -> int:
    """Count the broadcasts that are recent or never counted; return how many there were.

    Pages are rendered with the stored result: a million deliveries take a second to count.
    """
    moving = Q(counted_at=None) | Q(statement__published_at__gte=Now() - STILL_MOVING)
    unfinished = ~Q(state=BroadcastState.FINISHED)
    due = Broadcast.objects.filter(moving | unfinished).order_by("-statement_id")[:AT_ONCE]
    for broadcast in due:
        _count(broadcast)
    numbers = [str(one.pk) for one in due]
    alarms_forget(Q(kind=Alarm.Kind.MANY_FAILED) & ~Q(subject__in=numbers))
    return len(due)


def _count(broadcast: Broadcast) -> None:
    """Count whom a broadcast has reached and whom not, and raise an alarm if these are many."""
    by_channel = progress_by_channel(broadcast.pk)
    counts = {name: sum(states[one] for one in REACHED) for name, states in by_channel.items()}
    failed = sum(states[one] for states in by_channel.values() for one in MISSED)
    tried = sum(counts.values()) + failed
    Broadcast.objects.filter(pk=broadcast.pk).update(
        told={name: count for name, count in counts.items() if count},
        tried=tried,
        failed=failed,
        counted_at=Now(),
    )
    enough = failed >= settings.ALARM_FAILED_AT_LEAST
    if enough and failed >= settings.ALARM_FAILED_SHARE * tried:
        alarm_raise(Alarm.Kind.MANY_FAILED, str(broadcast.pk), f"{failed}/{tried}")
    else:
        alarm_over(Alarm.Kind.MANY_FAILED, str(broadcast.pk))


def told_of(numbers: Collection[int]) -> Mapping[int, Sequence[str]]:
    """Return how many recipients each statement has reached in which way, in one query.

    Statements that have reached nobody are left out.
    """
    found = Broadcast.objects.filter(pk__in=numbers).exclude(told={}).values_list("pk", "told")
    return {number: _ways(told) for number, told in found}


def _ways(told: Mapping[str, int]) -> list[str]:
    """Return `4 by SMS` for each medium; worded when it is read, as languages share the pages."""
    return [_worded(medium(name).reached, f"{count:,}") for name, count in sorted(told.items())]


def _in_words(phrase: str | Promise, count: str) -> str:
    return str(phrase) % {"count": count}


_worded = lazy(_in_words, str)
