"""Reading a CSV of subscribers: encodings as Excel writes them, rows as people write them."""

import csv
import io
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import IO, BinaryIO, Final, TextIO

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from notifications.channels.addresses import AddressKind
from notifications.subscribers.choices import (
    Choices,
    clean_language,
    clean_merchant,
    clean_timezone,
)
from notifications.subscribers.contacts import Contact, contact_for_code
from notifications.subscribers.services.addresses import clean_source
from notifications.subscribers.topics import ALL_TOPICS, Topic
from statuspage.settlement.affected.hashes import merchant_key
from statuspage.settlement.audience import MerchantCategory

REQUIRED: Final = ("phone", "language", "category", "consent_source")
OPTIONAL: Final = ("email", "components", "topics", "timezone", "one_by_one", "merchant")
SEPARATORS: Final = re.compile(r"[\s;,|\u3001\uff0c\uff1b]+")
# As spreadsheets save them; Chinese Excel still writes GB18030.
ENCODINGS: Final = ("utf-8", "gb18030")
COPY_IN_MEMORY: Final = 1 << 20
ANSWERS: Final = {
    "": None,
    **dict.fromkeys(("yes", "true", "1", "是"), True),
    **dict.fromkeys(("no", "false", "0", "否"), False),
}
CATEGORIES: Final = {
    "": "",
    "小微": MerchantCategory.MICRO,
    "小微商户": MerchantCategory.MICRO,
    "行业": MerchantCategory.INDUSTRY,
    "行业商户": MerchantCategory.INDUSTRY,
    **{value: value for value in MerchantCategory.values},
}


@dataclass(frozen=True)
class Row:
    """One line that can be used."""

    line: int
    phone: Contact
    email: Contact | None
    choices: Choices
    source: str
    # What a row leaves empty stays as it is, or as it is for everyone.
    timezone: str = ""
    one_by_one: bool | None = None
    # Of the merchant number and the last four digits of `phone`.
    merchant_key: bytes | None = None


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a line. The message never repeats a value: it might be a number."""

    line: int
    field: str
    message: str


def read_rows(
    stream: TextIO | BinaryIO, *, default_language: str, known_components: frozenset[str]
) -> Iterator[Row | Problem]:
    """Each line as a Row, or the problems with it; a missing column ends the reading."""
    lines = _lines(_text(stream))
    _line, first = next(lines, (1, []))
    header = [] if isinstance(first, Problem) else [_column(name) for name in first]
    missing = [name for name in REQUIRED if name not in header]
    for name in missing:
        yield Problem(1, name, str(_("This column is missing.")))
    if missing:
        return
    for line, values in lines:
        if isinstance(values, Problem):
            yield values
        elif any(value.strip() for value in values):
            fields = dict(zip(header, values, strict=False))
            yield from _row(line, fields, default_language, known_components)


def _column(name: str) -> str:
    return name.removeprefix("\ufeff").strip().lower()


def _lines(text: Iterator[str]) -> Iterator[tuple[int, list[str] | Problem]]:
    """Lines with their numbers; one that CSV cannot hold is a problem, not the end."""
    reader = csv.reader(text)
    while True:
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error:
            line = reader.line_num
            yield line, Problem(line, "", str(_("This line is not valid CSV.")))
        else:
            yield reader.line_num, values


def _row(
    line: int, fields: Mapping[str, str], default_language: str, known: frozenset[str]
) -> Iterator[Row | Problem]:
    problems: list[Problem] = []

    def read(name: str, parse: Callable[[str], object]) -> object:
        try:
            return parse(fields.get(name, "").strip())
        except ValidationError as error:
            problems.append(Problem(line, name, " ".join(error.messages)))
            return None

    phone = read("phone", lambda raw: contact_for_code(AddressKind.PHONE, raw))
    email = read("email", _email)
    language = read("language", lambda raw: clean_language(raw or default_language))
    category = read("category", _category)
    topics = read("topics", _topics)
    components = read("components", lambda raw: _components(raw, known))
    source = read("consent_source", clean_source)
    zone = read("timezone", lambda raw: clean_timezone(raw) if raw else "")
    one_by_one = read("one_by_one", _answer)
    merchant = read("merchant", clean_merchant)
    if problems:
        yield from problems
    else:
        choices = Choices(language, category, topics, components)  # type: ignore[arg-type]
        key = merchant_key(merchant, phone.clear[-4:]) if merchant else None  # type: ignore[arg-type, attr-defined]
        yield Row(line, phone, email, choices, source, zone, one_by_one, key)  # type: ignore[arg-type]


def _email(raw: str) -> Contact | None:
    return contact_for_code(AddressKind.EMAIL, raw) if raw else None


def _category(raw: str) -> str:
    try:
        return CATEGORIES[raw.lower()]
    except KeyError as error:
        raise ValidationError(
            _("Write micro or industry, or leave it empty."), code="category"
        ) from error


def _answer(raw: str) -> bool | None:
    try:
        return ANSWERS[raw.lower()]
    except KeyError as error:
        raise ValidationError(_("Write yes or no, or leave it empty."), code="answer") from error


def _topics(raw: str) -> tuple[str, ...]:
    wanted = {part.lower() for part in SEPARATORS.split(raw) if part}
    if wanted - set(Topic.values):
        raise ValidationError(
            _("Write incident, maintenance or notice, separated by semicolons."), code="topics"
        )
    return tuple(topic for topic in ALL_TOPICS if topic in wanted) or ALL_TOPICS


def _components(raw: str, known: frozenset[str]) -> tuple[str, ...]:
    wanted = tuple(dict.fromkeys(part for part in SEPARATORS.split(raw) if part))
    if set(wanted) - known:
        raise ValidationError(_("One of these components does not exist."), code="components")
    return wanted


def _text(stream: TextIO | BinaryIO) -> Iterator[str]:
    """The lines of a stream: text as it is, bytes in the encoding that fits them best.

    In both encodings a line feed is never part of another character. What does not fit makes
    its own line unusable, and no other.
    """
    if isinstance(stream, io.TextIOBase):
        yield from stream
        return
    with _seekable(stream) as lines:  # type: ignore[arg-type]
        encoding = _encoding(lines)
        for line in lines:
            yield line.decode(encoding, "replace")


@contextmanager
def _seekable(stream: BinaryIO) -> Iterator[IO[bytes]]:
    """The stream itself, or a copy of one that can be read only once (an upload, a pipe)."""
    if stream.seekable():
        yield stream
        return
    with tempfile.SpooledTemporaryFile(max_size=COPY_IN_MEMORY) as copy:
        shutil.copyfileobj(stream, copy)
        copy.seek(0)
        yield copy


def _encoding(lines: IO[bytes]) -> str:
    """The encoding with the fewest unreadable lines.

    Not decided line by line: 小微 in GB18030 happens to be valid UTF-8 for something else.
    """
    start = lines.tell()
    unreadable = dict.fromkeys(ENCODINGS, 0)
    for line in lines:
        for encoding in ENCODINGS:
            try:
                line.decode(encoding)
            except UnicodeDecodeError:
                unreadable[encoding] += 1
    lines.seek(start)
    return min(ENCODINGS, key=lambda encoding: unreadable[encoding])


def batches(rows: Iterator[Row | Problem], size: int) -> Iterator[list[Row | Problem]]:
    """The rows in lists of up to `size`."""
    while batch := list(islice(rows, size)):
        yield batch
