"""Tables of pages: each cell with the name of its column, which a phone shows beside it."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import zip_longest
from typing import Any, TypeVar

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

T = TypeVar("T")


def beneath(cells: Iterable[T], columns: Iterable[object]) -> list[tuple[object, T]]:
    """Return each cell of a row with its column's name, empty where there is no such column."""
    cells = list(cells)
    return [*zip_longest([*columns][: len(cells)], cells, fillvalue="")]  # type: ignore[list-item]


def in_lines(tables: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield tables of the log as lines of text, for mail and feeds: caption, then a row a line."""
    for table in tables:
        yield table["caption"]
        for row in table["rows"]:
            first, *rest = beneath(row, table["columns"])
            cells = pgettext("between names", ", ").join(f"{name} {cell}" for name, cell in rest)
            yield _("%(label)s: %(text)s") % {"label": first[1], "text": cells}
