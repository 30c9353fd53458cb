"""Tables of pages: each cell with the name of its column, which a phone shows beside it."""

from collections.abc import Iterable
from itertools import zip_longest
from typing import TypeVar

T = TypeVar("T")


def beneath(cells: Iterable[T], columns: Iterable[object]) -> list[tuple[object, T]]:
    """Return each cell of a row with its column's name, empty where there is no such column."""
    cells = list(cells)
    return [*zip_longest([*columns][: len(cells)], cells, fillvalue="")]  # type: ignore[list-item]
