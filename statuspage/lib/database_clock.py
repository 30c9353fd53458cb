"""PostgreSQL's clock, by which everything is decided: the clock of a process may be wrong."""

import time
from datetime import UTC, datetime, timedelta

from django.db import connection

# A moment by PostgreSQL's clock, and this process's monotonic clock just before it was read.
_read: tuple[datetime, float] | None = None


def database_now() -> datetime:
    """Return the present moment; it moves on within a transaction."""
    global _read
    before = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    _read = moment, before
    return moment


def database_now_reckoned() -> datetime:
    """Return the present moment without asking: the last one read, and the time since.

    For code that must not wait for the database. A process that has never read it has only its own
    clock.
    """
    if _read is None:
        return datetime.now(UTC)
    moment, before = _read
    return moment + timedelta(seconds=time.monotonic() - before)
