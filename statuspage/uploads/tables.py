"""A CSV file as rows: encodings as spreadsheets save them, and what is wrong with which line."""

import csv
import io
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache, partial
from itertools import islice
from typing import Any, BinaryIO, Final, Generic, NamedTuple, TypeVar

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

HEADER: Final = 1
REMEMBERED: Final = 100
# Characters. A file without line ends must not be read into memory as one line.
LONGEST_LINE: Final = 1 << 17
# Lines that are decoded together.
TOGETHER: Final = 1_000
# Chinese Excel still writes GB18030.
ENCODINGS: Final = ("utf-8-sig", "gb18030")
NOT_CSV: Final = _("This line is not valid CSV.")
MISSING: Final = _("This column is missing.")
TWICE: Final = _("Two columns mean the same. Keep one of them.")

RowT = TypeVar("RowT")
ValueT = TypeVar("ValueT")


class Problem(NamedTuple):
    """Something wrong with a line; the message never repeats a value, which may be a number."""

    line: int
    column: str
    message: str


class UploadLine(NamedTuple, Generic[RowT]):
    """A line that was read: a row, or the problems with it, or neither where it is empty."""

    number: int
    row: RowT | None
    problems: list[Problem]


class UploadTable(ABC, Generic[RowT]):
    """The columns of a kind of file, and how to read one row of it."""

    # By column, the function that reads its stripped cell; it raises ValidationError.
    readers: Mapping[str, Callable[[str], Any]]
    optional: Collection[str] = ()
    # Other headings in lower case, and the columns that they stand for.
    headings: Mapping[str, str] = {}

    @abstractmethod
    def build(self, values: Mapping[str, Any]) -> RowT:
        """Return the row that holds these values, by column.

        Raises:
            ValidationError: by column, why they do not fit together.
        """

    def lines(self, stream: BinaryIO, encoding: str, after: int = 0) -> Iterator[UploadLine[RowT]]:
        """Check the header, and iterate over the lines after number `after`.

        Raises:
            ValidationError: by column, what is wrong with the header.
        """
        found = _records(stream, encoding)
        _number, header = next(found, (HEADER, None))
        columns = self.columns(header or [])
        return (self._line(one, columns, cells) for one, cells in found if one > after)

    def columns(self, header: Sequence[str]) -> list[str]:
        """Return the columns in the file's order, unknown ones as they are.

        Raises:
            ValidationError: by column, that it is missing or there twice.
        """
        names = [cell.removeprefix("\ufeff").strip().lower() for cell in header]
        found = [self.headings.get(name, name) for name in names]
        wrong: dict[str, Any] = {
            one: [MISSING] for one in self.readers if one not in found and one not in self.optional
        }
        if wrong := wrong | {one: [TWICE] for one in self.readers if found.count(one) > 1}:
            raise ValidationError(wrong)
        return found

    def row(self, columns: Sequence[str], cells: Sequence[str]) -> RowT:
        """Return the row.

        Raises:
            ValidationError: by column, everything that is wrong with it.
        """
        given = dict(zip(columns, map(str.strip, cells), strict=False))
        values: dict[str, Any] = {}
        wrong: dict[str, Any] = {}
        for column, read in self._remembering.items():
            try:
                values[column] = read(given.get(column, ""))
            except ValidationError as error:
                wrong[column] = error
        if wrong:
            raise ValidationError(wrong)
        return self.build(values)

    @cached_property
    def _remembering(self) -> Mapping[str, Callable[[str], Any]]:
        """The readers; most cells of a list repeat one of a few values."""
        return {column: lru_cache(REMEMBERED)(read) for column, read in self.readers.items()}

    def _line(
        self, number: int, columns: Sequence[str], cells: list[str] | None
    ) -> UploadLine[RowT]:
        if cells is None:
            return UploadLine(number, None, [Problem(number, "", str(NOT_CSV))])
        try:
            row = self.row(columns, cells) if any(map(str.strip, cells)) else None
        except ValidationError as error:
            return UploadLine(number, None, problems_of(error, number))
        return UploadLine(number, row, [])


def problems_of(error: ValidationError, line: int = HEADER) -> list[Problem]:
    """Return the problems of a line from an error by column, in the active language."""
    found = error.message_dict.items()
    return [Problem(line, column, said) for column, messages in found for said in messages]


def one_of(
    words: Mapping[str, ValueT], message: str | Promise, code: str
) -> Callable[[str], ValueT]:
    """Return a reader of cells that hold one of some words, in any case."""

    def read(cell: str) -> ValueT:
        try:
            return words[cell.lower()]
        except KeyError as error:
            raise ValidationError(message, code) from error  # type: ignore[arg-type]

    return read


def best_encoding(stream: BinaryIO) -> str:
    """Return the encoding with the fewest unreadable lines; the stream is read to its end.

    Not decided line by line: 小微 in GB18030 happens to be valid UTF-8 for something else. In no
    encoding is a line feed part of another character.
    """
    unreadable = dict.fromkeys(ENCODINGS, 0)
    lines = iter(partial(stream.readline, LONGEST_LINE), b"")
    while some := list(islice(lines, TOGETHER)):
        for encoding in ENCODINGS:
            if not _readable(b"".join(some), encoding):
                unreadable[encoding] += sum(not _readable(line, encoding) for line in some)
    return min(ENCODINGS, key=lambda encoding: unreadable[encoding])


def _readable(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _records(stream: BinaryIO, encoding: str) -> Iterator[tuple[int, list[str] | None]]:
    """Iterate over records with the number of the line on which each begins; None is no CSV.

    What does not fit the encoding becomes U+FFFD, and makes no other line unusable.
    """
    text = io.TextIOWrapper(stream, encoding, errors="replace", newline="")
    reader = csv.reader(iter(partial(text.readline, LONGEST_LINE), ""))
    while True:
        number = reader.line_num + 1
        try:
            yield number, next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield number, None
