"""Monthly partitions of the delivery table, made when a month's first statement needs one."""

from datetime import UTC, datetime

from django.db import connection, transaction

# Any constant; it keeps two workers from making the same partition.
PARTITION_LOCK = 7_301_002


def ensure_partition(moment: datetime) -> None:
    """Make the partition for the month (in UTC) of `moment`, unless it is there."""
    start = moment.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    following = start.replace(year=start.year + start.month // 12, month=start.month % 12 + 1)
    name = f"delivery_delivery_{start:%Y_%m}"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [name])
        if cursor.fetchone()[0]:
            return
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PARTITION_LOCK])
        cursor.execute(
            f"CREATE TABLE IF NOT EXISTS {name} PARTITION OF delivery_delivery"
            f" FOR VALUES FROM ('{start.isoformat()}') TO ('{following.isoformat()}')"
        )
