"""Monthly partitions of deliveries: made months ahead, and folded into counts when they are old.

No statement here makes others wait. Attaching takes a lock that ordinary work and pg_dump do not
conflict with, detaching takes its lock in a moment in which nobody has one, and what cannot have
its lock soon gives up until the next run.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.models import QuerySet

from notifications.delivery.models import MessagePart, Receipt
from statuspage.lib.database_clock import database_now

# Any constants that no other lock has: two workers never make, or fold, the same partition.
MAKING_LOCK: Final = 7_301_003
FOLDING_LOCK: Final = 7_301_004
PREFIX: Final = "delivery_delivery_"
# How many months after the present one have a partition.
AHEAD: Final = 3
MAKING_TIMEOUT: Final = "2s"
# So long it looks for a moment in which nobody reads or writes; nobody waits for it.
FOLDING_SECONDS: Final = 10.0
LOOKING_SECONDS: Final = 0.05

LIST: Final = """
    SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
    WHERE inhparent = 'delivery_delivery'::regclass
    ORDER BY relname
"""
MAKE: Final = "SELECT candor_make_deliveries(%s)"
# With one whose detaching was interrupted, and those that are detached already.
OLD: Final = r"""
    SELECT relname, inhrelid IS NOT NULL, coalesce(inhdetachpending, false)
    FROM pg_class
    LEFT JOIN pg_inherits ON inhrelid = oid AND inhparent = 'delivery_delivery'::regclass
    WHERE relkind = 'r' AND relname ~ '^delivery_delivery_\d{4}_\d\d$'
      AND relnamespace = (SELECT relnamespace FROM pg_class
                          WHERE oid = 'delivery_delivery'::regclass)
    ORDER BY inhdetachpending DESC NULLS LAST, relname
"""
# Functions of the role that owns the tables, which no program is: see the migrations.
COUNT: Final = "SELECT candor_count_deliveries(%s)"
DETACH: Final = "SELECT candor_detach_deliveries(%s)"
FINALIZE: Final = "SELECT candor_finalize_deliveries(%s)"
DROP: Final = "SELECT candor_drop_deliveries(%s)"
RECEIPTS_AT_ONCE: Final = 10_000

logger = logging.getLogger(__name__)


@dataclass(frozen=True, order=True)
class Partition:
    """One month, in UTC: from its first moment until that of the next."""

    start: datetime

    @classmethod
    def of(cls, moment: datetime) -> "Partition":
        """Return the month of a moment."""
        first = moment.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        return cls(first)

    @classmethod
    def named(cls, name: str) -> "Partition":
        """Return the month by its table's name."""
        return cls(datetime.strptime(name, f"{PREFIX}%Y_%m").replace(tzinfo=UTC))

    @property
    def name(self) -> str:
        """The table's name."""
        return f"{PREFIX}{self.start:%Y_%m}"

    @property
    def until(self) -> datetime:
        """Return the beginning of the next month."""
        return (self.start + timedelta(days=31)).replace(day=1)


class OldMonth(NamedTuple):
    """A month's table, and how far its detaching has come."""

    name: str
    attached: bool
    detaching: bool


def partitions() -> list[Partition]:
    """Return every month that has a partition, the oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(LIST)
        return [Partition.named(name) for (name,) in cursor.fetchall()]


def is_there() -> bool:
    """Return whether the migrations have created the table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('delivery_delivery') IS NOT NULL")
        return bool(cursor.fetchone()[0])


def partitions_make(now: datetime | None = None) -> list[str]:
    """Make what is missing for the present month and the AHEAD next; return the new names.

    One that cannot be made soon is left to the next run.
    """
    months = [Partition.of(now or database_now())]
    while len(months) <= AHEAD:
        months.append(Partition(months[-1].until))
    made = []
    for month in sorted(set(months) - set(partitions())):
        try:
            if ensure_partition(month.start):
                made.append(month.name)
        except OperationalError as error:
            logger.warning("%s is not made yet: %s", month.name, error)
    return made


def ensure_partition(moment: datetime) -> bool:
    """Make the partition for the month of `moment`; return False if it exists.

    Raises:
        OperationalError: its lock is held by somebody else for long; try again later.
    """
    month = Partition.of(moment)
    if month in partitions():
        return False
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{MAKING_TIMEOUT}'")
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [MAKING_LOCK])
        if month in partitions():  # somebody was faster
            return False
        cursor.execute(MAKE, [month.start.date()])
    return True


def deliveries_fold(now: datetime | None = None) -> list[str]:
    """Fold every month that ended DELIVERY_KEEP_DAYS ago; return the dropped partitions.

    A whole month at once costs one aggregate and one DROP instead of a DELETE per row. What a
    crash or a backup interrupts is continued by the next run. Call it outside of transactions.
    """
    limit = (now or database_now()) - timedelta(days=settings.DELIVERY_KEEP_DAYS)
    with _alone() as alone:
        folded = [month.name for month in _old(limit) if _fold(month)] if alone else []
    _forget_old(Receipt.objects.order_by("pk").values_list("pk", "received_at"), limit)
    _forget_old(MessagePart.objects.order_by("pk").values_list("pk", "added_at"), limit)
    return folded


@contextmanager
def _alone() -> Iterator[bool]:
    """Hold the lock for folding, if nobody does, and wait for no other lock for long."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [FOLDING_LOCK])
        if not cursor.fetchone()[0]:
            yield False
            return
        cursor.execute(f"SET lock_timeout = {int(1000 * FOLDING_SECONDS)}")
        try:
            yield True
        finally:
            cursor.execute("RESET lock_timeout")
            cursor.execute("SELECT pg_advisory_unlock(%s)", [FOLDING_LOCK])


def _old(limit: datetime) -> list[OldMonth]:
    """Return the months that ended before `limit`, and what is left to be done with them."""
    with connection.cursor() as cursor:
        cursor.execute(OLD)
        found = [OldMonth(*row) for row in cursor.fetchall()]
    return [month for month in found if Partition.named(month.name).until <= limit]


def _fold(month: OldMonth) -> bool:
    """Fold one month; return False when somebody holds a lock on it for long.

    Readers are given the counts instead of the rows as soon as there are counts, so that nothing
    is counted twice or not at all while the rows are detached. The last count is of rows that
    nobody can change any more.
    """
    try:
        if month.attached and not month.detaching:
            _execute(COUNT, month)
            _detach(month)
        elif month.detaching:
            _execute(FINALIZE, month)
        with transaction.atomic():
            _execute(COUNT, month)
            _execute(DROP, month)
    except OperationalError as error:
        logger.warning("%s is folded later: %s", month.name, error)
        return False
    return True


def _detach(month: OldMonth) -> None:
    """Try again and again for a while: between two transactions of others there is room.

    Raises:
        OperationalError: there was none.
    """
    deadline = time.monotonic() + FOLDING_SECONDS
    while True:
        try:
            _execute(DETACH, month)
        except OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(LOOKING_SECONDS)
        else:
            return


def _execute(statement: str, month: OldMonth) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [Partition.named(month.name).start.date()])


def _forget_old(rows: QuerySet[Any, tuple[int, datetime]], limit: datetime) -> None:
    """Delete old rows in batches by id, which grows with time and needs no other index."""
    while True:
        old = [pk for pk, moment in rows[:RECEIPTS_AT_ONCE] if moment < limit]
        rows.model.objects.filter(pk__in=old).delete()
        if len(old) < RECEIPTS_AT_ONCE:
            return
