"""Monthly partitions of the delivery table, made when a month's first statement needs one."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from django.db import connection, transaction

# Any constant; it keeps two workers from making the same partition.
PARTITION_LOCK: Final = 7_301_002
PREFIX: Final = "delivery_delivery_"

LIST: Final = """
    SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
    WHERE inhparent = 'delivery_delivery'::regclass
    ORDER BY relname
"""


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
        """When the next month begins."""
        year, month = self.start.year + self.start.month // 12, self.start.month % 12 + 1
        return self.start.replace(year=year, month=month)


def partition_of(moment: datetime) -> Partition:
    """The month of a moment."""
    return Partition(
        moment.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    )


def partitions() -> list[Partition]:
    """Every month that has a partition, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(LIST)
        names = [name for (name,) in cursor.fetchall()]
    return [
        Partition(datetime.strptime(name, f"{PREFIX}%Y_%m").replace(tzinfo=UTC)) for name in names
    ]


def ensure_partition(moment: datetime) -> None:
    """Make the partition for the month of `moment`, unless it is there."""
    month = partition_of(moment)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [month.name])
        if cursor.fetchone()[0]:
            return
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PARTITION_LOCK])
        cursor.execute(
            f"CREATE TABLE IF NOT EXISTS {month.name} PARTITION OF delivery_delivery"
            f" FOR VALUES FROM ('{month.start.isoformat()}') TO ('{month.until.isoformat()}')"
        )
