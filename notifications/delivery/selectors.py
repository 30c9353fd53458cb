"""Reading broadcasts and deliveries."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.db import connection
from django.db.models import Count, Min, QuerySet
from django.utils import timezone

from notifications.delivery import quiet
from notifications.delivery.audience import FROM, MATCHES, audience_of
from notifications.delivery.models import Alarm, Broadcast, Delivery, DeliveryCount
from notifications.delivery.policy import channels_for, may_wake
from notifications.delivery.states import DeliveryState

ASLEEP: Final = f"""
    SELECT count(*)
    FROM (VALUES (%(topic)s::varchar, %(components)s::varchar[], %(categories)s::varchar[],
                  %(channels)s::varchar[], %(named)s::bigint, false))
         AS b (topic, components, categories, channels, named, wakes),
    {FROM}
    WHERE a.channel = ANY(%(ringing)s) AND {quiet.UNTIL} IS NOT NULL AND {MATCHES}
"""


def progress(statement_number: int) -> dict[str, int]:
    """How many deliveries of a statement are in each state, and `total`."""
    by_channel = progress_by_channel(statement_number).values()
    counts = {
        state: sum(channel[state] for channel in by_channel) for state in DeliveryState.values
    }
    return {**counts, "total": sum(counts.values())}


def progress_by_channel(statement_number: int) -> dict[str, dict[str, int]]:
    """The same for each channel that has any; what has been folded since counts as well."""
    live = (
        Delivery.objects.filter(statement_id=statement_number)
        .order_by()
        .values_list("channel", "state")
        .annotate(count=Count("id"))
    )
    folded = DeliveryCount.objects.filter(broadcast_id=statement_number)
    counts: dict[str, dict[str, int]] = {}
    for channel, state, count in [*live, *folded.values_list("channel", "state", "count")]:
        counts.setdefault(channel, dict.fromkeys(DeliveryState.values, 0))[state] += count
    return dict(sorted(counts.items()))


def held_back(statement_number: int) -> tuple[int, datetime | None]:
    """How many of a statement's messages wait for a later hour, and when the first is due.

    They wait for the end of their readers' quiet hours, or for another try.
    """
    waiting = Delivery.objects.filter(
        statement_id=statement_number, state=DeliveryState.PENDING, due_at__gt=timezone.now()
    ).aggregate(count=Count("id"), first=Min("due_at"))
    return waiting["count"], waiting["first"]


def deliveries_of(statement_number: int) -> QuerySet[Delivery]:
    """The deliveries of one statement, in the order in which they were made."""
    return (
        Delivery.objects.filter(statement_id=statement_number)
        .select_related("address")
        .order_by("id")
    )


def recent_broadcasts(limit: int) -> QuerySet[Broadcast]:
    """The newest broadcasts with their statements."""
    return Broadcast.objects.select_related("statement").order_by("-statement_id")[:limit]


def open_alarms() -> QuerySet[Alarm]:
    """What staff must know now, the newest first."""
    return Alarm.objects.filter(over_at=None).order_by("-pk")


def asleep(document: Mapping[str, Any]) -> int:
    """How many of a draft's messages would wait until morning, if it were published now."""
    if settings.QUIET_HOURS is None or may_wake(document):
        return 0
    audience = audience_of(document, tuple(channels_for(document)))
    parameters: dict[str, Any] = {
        "topic": audience.topic,
        "components": [*audience.components],
        "categories": [*audience.categories],
        "channels": [*audience.channels],
        "named": audience.named,
        **quiet.parameters(),
    }
    with connection.cursor() as cursor:
        cursor.execute(ASLEEP, parameters)
        return int(cursor.fetchone()[0])
