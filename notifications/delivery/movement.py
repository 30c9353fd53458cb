"""Notice queues at a halt: a broadcast being expanded, or a channel with messages that are due."""

from typing import Final

from django.conf import settings
from django.db import connection

from notifications.channels import media
from notifications.delivery.alarms import Trouble
from notifications.delivery.models import Alarm

# A queue is known by how far it has got, or by what is first in it. A claim changes the first, by
# its fence even if it comes back; so that only a queue of which nobody takes anything stays as it
# is, however long it is and however slowly its provider may be asked.
NOTE: Final = """
    WITH first (channel, id, fence) AS (
        (SELECT DISTINCT ON (due.channel) due.channel, due.id, due.fence
         FROM unnest(%(channels)s::text[], %(routes)s::text[]) AS of (channel, route)
         CROSS JOIN LATERAL (
             SELECT channel, due_at, id, fence FROM delivery_delivery
             WHERE state = 'pending' AND channel = of.channel AND route = of.route
               AND due_at <= now()
             ORDER BY due_at, id LIMIT 1) AS due
         ORDER BY due.channel, due.due_at, due.id)
        UNION ALL
        (SELECT channel, id, fence FROM delivery_delivery
         WHERE state = 'sending' AND lease_until <= now() ORDER BY lease_until LIMIT 1)
        UNION ALL
        (SELECT channel, id, fence FROM delivery_delivery
         WHERE state = 'unknown' AND due_at <= now() ORDER BY due_at LIMIT 1)
    ), queue (kind, subject, mark) AS (
        SELECT %(broadcast)s, statement_id::text, cursor::text
        FROM delivery_broadcast WHERE state = 'expanding'
        UNION ALL
        SELECT %(channel)s, channel, string_agg(id || '.' || fence, ' ' ORDER BY id)
        FROM first GROUP BY channel
    ), gone AS (
        DELETE FROM delivery_movement m
        WHERE NOT EXISTS (
            SELECT FROM queue WHERE queue.kind = m.kind AND queue.subject = m.subject)
    )
    INSERT INTO delivery_movement (kind, subject, mark, moved_at)
    SELECT queue.*, now() FROM queue LEFT JOIN delivery_movement m USING (kind, subject)
    WHERE m.mark IS DISTINCT FROM queue.mark
    ORDER BY queue.kind, queue.subject  -- so that two who note do not wait for each other
    ON CONFLICT (kind, subject) DO UPDATE SET mark = excluded.mark, moved_at = now()
"""
STILL: Final = """
    SELECT kind, subject, extract(epoch FROM now() - moved_at)::float8
    FROM delivery_movement ORDER BY moved_at
"""
QUEUES: Final = (Alarm.Kind.BROADCAST_STUCK, Alarm.Kind.CHANNEL_STUCK)


def movements_note() -> None:
    """Record which queues have moved since anybody last looked; cheap however long they are."""
    # By route, as the index is: else all that waits on a medium would be read and sorted.
    queues = [(one.name, route) for one in media() for route in one.routes]
    with connection.cursor() as cursor:
        cursor.execute(
            NOTE,
            {
                "channels": [channel for channel, _ in queues],
                "routes": [route for _, route in queues],
                "broadcast": Alarm.Kind.BROADCAST_STUCK,
                "channel": Alarm.Kind.CHANNEL_STUCK,
            },
        )


def still_queues() -> list[Trouble]:
    """Return every queue that has something to do, with the seconds since it last moved."""
    with connection.cursor() as cursor:
        cursor.execute(STILL)
        return [Trouble(Alarm.Kind(kind), *rest) for kind, *rest in cursor.fetchall()]


def stuck_queues() -> list[Trouble]:
    """Return the queues that have stood still for ALARM_STUCK_SECONDS."""
    return [one for one in still_queues() if one.seconds >= settings.ALARM_STUCK_SECONDS]
