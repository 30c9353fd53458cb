"""Doing one thing many times at the same moment."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Final, TypeVar

from django.db import connection

T = TypeVar("T")
# Not pg_stat_activity: a transaction sees it as it was when first asked.
WAITS: Final = "SELECT count(*) FROM pg_locks WHERE %s = ANY(pg_blocking_pids(pid))"
GIVE_UP_SECONDS: Final = 60


def all_at_once(how_many: int, act: Callable[[int], T]) -> list[T]:
    """Run `act(0)`, `act(1)`, … in as many threads, none before all are ready."""
    barrier = Barrier(how_many)

    def run(number: int) -> T:
        barrier.wait(timeout=30)
        try:
            return act(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(how_many) as pool:
        return list(pool.map(run, range(how_many)))


def until_somebody_waits() -> None:
    """Return once another session waits for a lock of ours.

    Raises:
        TimeoutError: none does.
    """
    end = time.monotonic() + GIVE_UP_SECONDS
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (ours,) = cursor.fetchone()
        while time.monotonic() < end:
            cursor.execute(WAITS, [ours])
            if cursor.fetchone()[0]:
                return
            time.sleep(0.02)
    raise TimeoutError("nobody waits for us")
