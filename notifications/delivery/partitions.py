"""Monthly partitions of deliveries: made for a month's first statement, folded when it is old."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import connection, transaction

from notifications.delivery.models import Receipt
from statuspage.lib.database_clock import database_now

# Any constant; it keeps two workers from creating the same partition.
PARTITION_LOCK: Final = 7_301_002
PREFIX: Final = "delivery_delivery_"

LIST: Final = """
    SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
    WHERE inhparent = 'delivery_delivery'::regclass
    ORDER BY relname
"""
FOLD: Final = """
    INSERT INTO delivery_deliverycount
        (broadcast_id, channel, state, count, segments, within_one_minute, within_five_minutes)
    SELECT statement_id, channel, state, count(*), sum(segments),
           count(*) FILTER (WHERE sent_at <= published_at + interval '1 minute'),
           count(*) FILTER (WHERE sent_at <= published_at + interval '5 minutes')
    FROM {partition}
    GROUP BY statement_id, channel, state
"""
RECEIPTS_AT_ONCE: Final = 10_000


@dataclass(frozen=True)
class Partition:
    """One month, in UTC: from its first moment until that of the next."""

    start: datetime

    @property
    def name(self) -> str:
        """The table's name."""
        return f"{PREFIX}{self.start:%Y_%m}"

    @property
    def until(self) -> datetime:
        """Return the beginning of the next month."""
        return (self.start + timedelta(days=31)).replace(day=1)


def partitions() -> list[Partition]:
    """Return every month that has a partition, the oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(LIST)
        return [
            Partition(datetime.strptime(name, f"{PREFIX}%Y_%m").replace(tzinfo=UTC))
            for (name,) in cursor.fetchall()
        ]


def ensure_partition(moment: datetime) -> None:
    """Create the partition for the month of `moment`, unless it exists."""
    first = moment.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    month = Partition(first)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [month.name])
        if cursor.fetchone()[0]:
            return
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PARTITION_LOCK])
        cursor.execute(
            f"CREATE TABLE IF NOT EXISTS {month.name} PARTITION OF delivery_delivery"
            f" FOR VALUES FROM ('{month.start.isoformat()}') TO ('{month.until.isoformat()}')"
        )


def deliveries_fold(now: datetime | None = None) -> list[str]:
    """Fold every month that ended DELIVERY_KEEP_DAYS ago; return the dropped partitions.

    A whole month at once costs one aggregate and one DROP instead of a DELETE per row.
    """
    limit = (now or database_now()) - timedelta(days=settings.DELIVERY_KEEP_DAYS)
    old = [one for one in partitions() if one.until <= limit]
    for one in old:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"LOCK TABLE {one.name} IN ACCESS EXCLUSIVE MODE")
            cursor.execute(FOLD.format(partition=one.name))
            cursor.execute(f"DROP TABLE {one.name}")
    _forget_receipts(limit)
    return [one.name for one in old]


def _forget_receipts(limit: datetime) -> None:
    """Delete old receipts in batches by id, which grows with time and needs no other index."""
    while True:
        oldest = Receipt.objects.order_by("pk").values_list("pk", "received_at")[:RECEIPTS_AT_ONCE]
        old = [pk for pk, received_at in oldest if received_at < limit]
        Receipt.objects.filter(pk__in=old).delete()
        if len(old) < RECEIPTS_AT_ONCE:
            return
