"""Merged cells of a spreadsheet: pasted, only their first line has the text, those below are empty.

Merchants are needed in every line, so an empty cell there can only be the one above. Any other
empty cell already means "any": below a filled one it may be either, and its author has to say.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import takewhile
from typing import Final, NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from statuspage.settlement.prices.table_words import ANYTHING

CATEGORY: Final = "category"


class TableLine(NamedTuple):
    """A line of a pasted table; `merged` where its merchants are those of the line above."""

    number: int
    cells: Mapping[str, str]
    merged: bool = False


def with_merged(lines: Iterable[TableLine], columns: Sequence[str]) -> Iterator[TableLine]:
    """Yield the lines, each with its merchants; `columns` are in the order of the table.

    Raises:
        ValidationError: another cell is empty too, and the one above it is not.
    """
    above: Mapping[str, str] = {}
    for line in lines:
        read = _below(line, above, columns)
        above = read.cells
        yield read


def _below(line: TableLine, above: Mapping[str, str], columns: Sequence[str]) -> TableLine:
    """Return a line as it is read below the cells of another."""
    empty = [*takewhile(lambda name: not line.cells.get(name), columns)]
    if CATEGORY not in empty or not above.get(CATEGORY):
        return line
    _check(line.number, [name for name in empty if name != CATEGORY], above)
    return TableLine(line.number, {**line.cells, CATEGORY: above[CATEGORY]}, merged=True)


def _check(number: int, empty: Iterable[str], above: Mapping[str, str]) -> None:
    for name in empty:
        written = above.get(name, "")
        if written.strip().lower() not in ANYTHING:
            problem = _(
                "Line %(n)d: the cell below “%(written)s” is empty. Write “%(written)s” again, or "
                "“any”."
            )
            raise ValidationError(problem, "merged", {"n": number, "written": written})
