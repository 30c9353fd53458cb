"""Counts over many rows, remembered for half a minute: a preview counts at each pause in typing."""

import time
from collections.abc import Callable, Hashable
from typing import Final, Generic, TypeVar

# A million rows take both cores more than a second.
MANY: Final = 100_000
KEPT_SECONDS: Final = 30
MOST_KEPT: Final = 100

KeyT = TypeVar("KeyT", bound=Hashable)
RowT = TypeVar("RowT")


class Remembered(Generic[KeyT, RowT]):
    """What was counted by key; only large results are remembered, the others are exact."""

    def __init__(self, size: Callable[[RowT], int]) -> None:
        self._size = size
        self._kept: dict[KeyT, tuple[float, list[RowT]]] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: KeyT, count: Callable[[KeyT], list[RowT]]) -> list[RowT]:
        """Return what `count` returns for the key; a large result may be half a minute old."""
        until, rows = self._kept.get(key, (0.0, []))
        if time.monotonic() < until:
            return rows
        rows = count(key)
        self._kept.pop(key, None)
        if sum(map(self._size, rows)) >= MANY:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[key] = time.monotonic() + KEPT_SECONDS, rows
        return rows
