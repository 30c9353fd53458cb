"""Finding out what became of messages that may or may not have gone out."""

from typing import Any, Final

from django.db import connection, transaction
from django.utils import timezone

from notifications.channels import channel as find_channel
from notifications.channels.base import Channel
from notifications.channels.outcomes import Found, Trace
from notifications.delivery import loop
from notifications.delivery.claim import Claimed
from notifications.delivery.render import bulletin_of
from notifications.delivery.send import message_of
from statuspage.statements.models import Statement

LOOKS_NEEDED: Final = 2
LOOK_AGAIN_SECONDS: Final = 30
LOOKS_AT_ONCE: Final = 50

# A look holds the row for as long as it may take: moving due_at on is the lease.
TAKE: Final = """
    WITH due AS (
        SELECT d.id, d.published_at, a.sealed, a.sealed_secret, a.kind
        FROM delivery_delivery d
        JOIN subscribers_address a ON a.id = d.address_id
        WHERE d.state = 'unknown' AND d.due_at <= now()
        ORDER BY d.due_at
        LIMIT %s
        FOR UPDATE OF d SKIP LOCKED
    )
    UPDATE delivery_delivery d
    SET fence = d.fence + 1, due_at = now() + interval '60 seconds', updated_at = now()
    FROM due
    WHERE d.id = due.id AND d.published_at = due.published_at
    RETURNING d.channel, d.id, d.published_at, d.statement_id, d.address_id, d.language,
              d.attempts, d.attempt_id, d.fence, d.first_tried_at,
              due.sealed, due.sealed_secret, due.kind
"""
FOUND: Final = """
    UPDATE delivery_delivery
    SET state = 'sent', provider_id = %s, sent_at = coalesce(sent_at, now()), updated_at = now()
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
# Nobody can tell: it stays `unknown`, never due again, in the list for people to review.
REVIEW: Final = """
    UPDATE delivery_delivery SET due_at = '9999-01-01', updated_at = now()
    WHERE id = %s AND published_at = %s AND fence = %s AND state = 'unknown'
"""


def resolve_unknown() -> int:
    """Look for every unknown message that is due; returns how many were looked for."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(TAKE, [LOOKS_AT_ONCE])
        rows = cursor.fetchall()
    for row in rows:
        claimed = Claimed(*row)
        _resolve(find_channel(claimed.channel), claimed)
    return len(rows)


def _resolve(channel: Channel, claimed: Claimed) -> None:
    key: list[Any] = [claimed.id, claimed.published_at, claimed.fence]
    if timezone.now() - claimed.first_tried_at < channel.recognises_repeats_for:
        _write(REPEAT, key)
        return
    trace = _look(channel, claimed)
    if isinstance(trace, Found):
        _write(FOUND, [trace.provider_id, *key])
    elif trace is Trace.ABSENT:
        _write(ABSENT, [*[LOOKS_NEEDED] * 3, LOOK_AGAIN_SECONDS, *key])
    else:
        _write(REVIEW, key)


def _look(channel: Channel, claimed: Claimed) -> Found | Trace:
    document = Statement.objects.values_list("document", flat=True).get(pk=claimed.statement_number)
    content = channel.compose(bulletin_of(document, claimed.language))
    return loop.run(channel.look_up(message_of(claimed, content), claimed.first_tried_at))


def _write(sql: str, parameters: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
