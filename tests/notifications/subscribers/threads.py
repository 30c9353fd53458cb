"""Doing one thing many times at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connection

T = TypeVar("T")


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
