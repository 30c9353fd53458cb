"""The types of value that a notice's payload is made of: how each is read, said and described."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from statuspage.settlement.money import (
    amount_json,
    parse_amount,
    parse_fee,
    yuan,
)
from statuspage.settlement.phrases import full_day, full_moment, listed
from statuspage.statements.canonical import Json
from statuspage.statements.choices import clean_choice
from statuspage.statements.texts import clean_text, in_language
from statuspage.statements.times import iso

MOST_DECIMALS: Final = 6
COUNT_DIGITS: Final = 12
MOST_NAMES: Final = 50
NAME_LENGTH: Final = 60
YEARS: Final = range(2000, 2101)
CYCLE_FORM: Final = re.compile(r"[TD]\+\d{1,2}", re.ASCII)

Choices = Callable[[], Sequence[tuple[str, str | Promise]]]


@dataclass(frozen=True)
class Value:
    """A type of value.

    `read` takes what came (from a form, or as JSON) to its canonical form and raises
    ValidationError; `say` words that form in a language, which is the active one as well; `schema`
    is its JSON schema. `choices` lists what may be chosen, where that is all there is.
    """

    name: str
    read: Callable[[object], Json]
    say: Callable[[Any, str], str]
    schema: Mapping[str, Any]
    choices: Choices | None = None


def choice_of(enumeration: type[TextChoices]) -> Value:
    """One of an enumeration."""
    return Value(
        "choice",
        lambda value: clean_choice(enumeration, value),
        lambda value, language: str(enumeration(value).label),
        {"type": "string", "enum": list(enumeration.values)},
        lambda: [(str(value), label) for value, label in enumeration.choices],
    )


def row_of(named: Callable[[], Iterable[tuple[str, Mapping[str, str]]]]) -> Value:
    """The code of one of the rows that there are; `named` gives codes with their names."""

    def read(value: object) -> Json:
        known = [code for code, _name in named()]
        if value in known:
            return str(value)
        raise ValidationError(
            _("“%(value)s” is not possible. Choose one of: %(choices)s."),
            code="choice",
            params={"value": value, "choices": ", ".join(known)},
        )

    return Value(
        "choice",
        read,
        lambda code, language: in_language(dict(named())[code], language),
        {"type": "string"},
        lambda: [(code, in_language(name, get_language() or "")) for code, name in named()],
    )


def read_moment(value: object) -> Json:
    """An ISO 8601 time with offset, kept as UTC; without an offset it is Shanghai's time."""
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
        return iso(timezone.make_aware(moment) if timezone.is_naive(moment) else moment)
    except (ValueError, OverflowError) as error:  # the latter: beyond the calendar in UTC
        raise ValidationError(
            _("Write a date and time, such as 2025-02-21T15:30:00+08:00."), code="moment"
        ) from error


def read_date(value: object) -> Json:
    """An ISO 8601 date."""
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError as error:
        raise ValidationError(_("Write a date, such as 2025-02-21."), code="date") from error


def read_dates(value: object) -> Json:
    """A list of ISO 8601 dates, in order."""
    if not isinstance(value, list) or len(value) > MOST_NAMES:
        raise ValidationError(_("Write a date, such as 2025-02-21."), code="date")
    return sorted({str(read_date(one)) for one in value})  # type: ignore[return-value]


def read_clock(value: object) -> Json:
    """A time of day in Shanghai, to the minute."""
    try:
        clock = value if isinstance(value, time) else time.fromisoformat(str(value))
    except ValueError as error:
        raise ValidationError(_("Write a time of day, such as 23:00."), code="clock") from error
    return f"{clock:%H:%M}"


def read_year(value: object) -> Json:
    """A year; a number, or its digits."""
    if not isinstance(value, bool) and re.fullmatch(r"\d{4}", str(value), re.ASCII):
        year = int(str(value))
        if year in YEARS:
            return year
    raise ValidationError(_("Write a year from 2000 to 2100."), code="year")


def read_count(value: object) -> Json:
    """A whole number from 0 up; a number, or its digits."""
    if not isinstance(value, bool) and re.fullmatch(
        rf"\d{{1,{COUNT_DIGITS}}}", str(value), re.ASCII
    ):
        return int(str(value))
    raise ValidationError(_("Write a whole number from 0 up."), code="count")


def read_percent(value: object) -> Json:
    """A share from 0 to 100, exact, as a decimal string: JSON's numbers are not exact."""
    try:
        percent = Decimal(str(value))
    except InvalidOperation as error:
        raise ValidationError(_("Write a percentage from 0 to 100."), code="percent") from error
    # Written out, 1e-999999 would be a million digits.
    if (
        not percent.is_finite()
        or not 0 <= percent <= 100
        or percent != round(percent, MOST_DECIMALS)
    ):
        raise ValidationError(_("Write a percentage from 0 to 100."), code="percent")
    return format(percent.normalize(), "f")


def read_names(value: object) -> Json:
    """Short names: a list of them, or a text with one on each line."""
    lines = value.splitlines() if isinstance(value, str) else value
    if not isinstance(lines, list) or not all(isinstance(one, str) for one in lines):
        raise ValidationError(_("Write one name on each line."), code="names")
    names = list(dict.fromkeys(" ".join(one.split()) for one in lines if one.strip()))
    if not names or len(names) > MOST_NAMES or any(len(one) > NAME_LENGTH for one in names):
        raise ValidationError(
            _("Write 1 to %(count)d names of at most %(length)d characters."),
            code="names",
            params={"count": MOST_NAMES, "length": NAME_LENGTH},
        )
    # The same care for characters that cannot be stored as texts take.
    return [clean_text({"zh-hans": one})["zh-hans"] for one in names]


def read_cycle(value: object) -> Json:
    """A settlement cycle such as T+1 or D+0."""
    written = unicodedata.normalize("NFKC", str(value)).upper().replace(" ", "")
    if not CYCLE_FORM.fullmatch(written):
        raise ValidationError(_("Write a settlement cycle, such as T+1 or D+0."), code="cycle")
    return written


def _read_amount(value: object) -> Json:
    return amount_json(parse_amount(value))


def _read_fee(value: object) -> Json:
    return dict(parse_fee(value).as_json())


def _say_amount(value: str, language: str) -> str:
    return _("%(amount)s yuan") % {"amount": yuan(Decimal(value))}


_STRING: Final = {"type": "string"}

MOMENT: Final = Value(
    "moment",
    read_moment,
    lambda value, language: full_moment(value),
    {**_STRING, "format": "date-time"},
)
DATE: Final = Value(
    "date",
    read_date,
    lambda value, language: full_day(value),
    {**_STRING, "format": "date"},
)
DATES: Final = Value(
    "dates",
    read_dates,
    lambda value, language: listed(map(full_day, value)),
    {"type": "array", "items": {**_STRING, "format": "date"}},
)
CLOCK: Final = Value(
    "clock", read_clock, lambda value, language: value, {**_STRING, "example": "23:00"}
)
YEAR: Final = Value(
    "year", read_year, lambda value, language: str(value), {"type": "integer", "example": 2025}
)
COUNT: Final = Value(
    "count",
    read_count,
    lambda value, language: f"{value:,}",
    {"type": "integer", "minimum": 0, "example": 1200},
)
PERCENT: Final = Value(
    "percent",
    read_percent,
    lambda value, language: f"{value}%",
    {**_STRING, "format": "decimal", "example": "100"},
)
AMOUNT: Final = Value(
    "amount", _read_amount, _say_amount, {**_STRING, "format": "decimal", "example": "1234.56"}
)
FEE: Final = Value(
    "fee",
    _read_fee,
    lambda value, language: str(parse_fee(value)),
    {
        "oneOf": [
            {**_STRING, "example": "万100+3"},
            {
                "type": "object",
                "properties": {"percent": _STRING, "fixed": _STRING},
                "required": ["percent"],
                "additionalProperties": False,
            },
        ]
    },
)
TEXT: Final = Value(
    "text",
    lambda value: dict(clean_text(value)),
    in_language,
    {
        "type": "object",
        "properties": {"zh-hans": _STRING, "en": _STRING},
        "required": ["zh-hans"],
        "additionalProperties": False,
    },
)
NAMES: Final = Value(
    "names",
    read_names,
    lambda value, language: listed(value),
    {"type": "array", "items": _STRING, "minItems": 1, "maxItems": MOST_NAMES},
)
CYCLE: Final = Value(
    "cycle", read_cycle, lambda value, language: value, {**_STRING, "example": "T+1"}
)
