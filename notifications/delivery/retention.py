"""Old deliveries fold into counts: who was told is nobody's business for ever, how many were is."""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from notifications.delivery.models import Receipt
from notifications.delivery.partitions import Partition, partitions

RECEIPTS_AT_ONCE: Final = 10_000

FOLD: Final = """
    INSERT INTO delivery_deliverycount
        (broadcast_id, channel, state, count, segments, within_one_minute, within_five_minutes)
    SELECT statement_id, channel, state, count(*), sum(segments),
           count(*) FILTER (WHERE sent_at <= published_at + interval '1 minute'),
           count(*) FILTER (WHERE sent_at <= published_at + interval '5 minutes')
    FROM {partition}
    GROUP BY statement_id, channel, state
"""


def deliveries_fold(now: datetime | None = None) -> list[str]:
    """Fold every month that ended DELIVERY_KEEP_DAYS ago; returns the partitions that went.

    A whole month goes at once, so that it costs one aggregate and one DROP, not a DELETE a row.
    """
    limit = (now or timezone.now()) - timedelta(days=settings.DELIVERY_KEEP_DAYS)
    old = [one for one in partitions() if one.until <= limit]
    for one in old:
        _fold(one)
    _forget_receipts(limit)
    return [one.name for one in old]


def _fold(partition: Partition) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {partition.name} IN ACCESS EXCLUSIVE MODE")
        cursor.execute(FOLD.format(partition=partition.name))
        cursor.execute(f"DROP TABLE {partition.name}")


def _forget_receipts(limit: datetime) -> None:
    """In batches by id, which grows with time: no index on the hour is needed for that."""
    while True:
        oldest = Receipt.objects.order_by("pk").values_list("pk", "received_at")[:RECEIPTS_AT_ONCE]
        old = [pk for pk, received_at in oldest if received_at < limit]
        Receipt.objects.filter(pk__in=old).delete()
        if len(old) < RECEIPTS_AT_ONCE:
            return
