"""The types of values in a notice's payload: how each is parsed, worded and described."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from statuspage.lib.money import amount_json, parse_amount, parse_fee, yuan
from statuspage.notices.cycles import read_cycle, say_cycle
from statuspage.notices.models import Notice, Product
from statuspage.notices.phrases import listed, short_day, short_end, short_moment, transaction_count
from statuspage.statements.canonical import Json
from statuspage.statements.choices import clean_choice, one_of
from statuspage.statements.texts import CHINESE, clean_text, for_reader
from statuspage.statements.times import iso

MOST_DECIMALS: Final = 6
COUNT_DIGITS: Final = 12
MOST_NAMES: Final = 50
NAME_LENGTH: Final = 60
# A day outside of them is a slip of the pen, and some clocks cannot convert it.
YEARS: Final = range(2000, 2101)
LONGEST_ID: Final = 12
STRING: Final[dict[str, Any]] = {"type": "string"}
DAY: Final = {**STRING, "format": "date"}

Choices = Callable[[], Sequence[tuple[str, str | Promise]]]


@dataclass(frozen=True)
class Value:
    """A type of value.

    `parse` converts the input (from a form, or JSON) to its canonical form. It raises
    ValidationError for wrong input, or a ValueError or ArithmeticError, which `refusal` explains
    to people. `say` words the canonical form in the active language; `schema` is its JSON schema.
    `choices` lists the possible values, if they can be listed.
    """

    name: str
    parse: Callable[[Any], Json]
    say: Callable[[Any], str] = str
    schema: Mapping[str, Any] = field(default_factory=STRING.copy)
    refusal: str | Promise = ""
    choices: Choices | None = None

    def read(self, value: object) -> Json:
        """Return the canonical form.

        Raises:
            ValidationError: it is not such a value.
        """
        try:
            return self.parse(value)
        except (ValueError, ArithmeticError) as error:
            raise ValidationError(self.refusal, code=self.name) from error  # type: ignore[arg-type]


def choice_of(enumeration: type[TextChoices]) -> Value:
    """Return a value that accepts one member of the enumeration."""
    return Value(
        "choice",
        lambda value: clean_choice(enumeration, value),
        lambda value: str(enumeration(value).label),
        {**STRING, "enum": list(enumeration.values)},
        choices=lambda: [(str(value), label) for value, label in enumeration.choices],
    )


def row_of(named: Callable[[], Iterable[tuple[str, Mapping[str, str]]]]) -> Value:
    """Return a type whose values are codes of existing rows; `named` returns codes and names."""
    return Value(
        "choice",
        lambda value: one_of([code for code, _name in named()], value),
        lambda code: for_reader(dict(named())[code]),
        choices=lambda: [(code, for_reader(name)) for code, name in named()],
    )


def reference_to(found: Callable[[], Iterable[Notice]]) -> Value:
    """Return a type whose values are public ids of the notices `found`: one to end, or to pay."""

    def parse(value: object) -> Json:
        if value not in [one.public_id for one in found()]:
            raise ValueError("no such notice")
        return str(value)

    return Value(
        "notice",
        parse,
        lambda public_id: for_reader(Notice.objects.get(public_id=public_id).title),
        {**STRING, "maxLength": LONGEST_ID},
        _("Choose one of the notices listed."),
        lambda: [(one.public_id, for_reader(one.title)) for one in found()],
    )


def line_of(length: int) -> Value:
    """Return a value that is one text in no particular language, such as a document's number."""
    return Value(
        "line",
        lambda value: clean_text({CHINESE: str(value)}, max_length=length)[CHINESE],
        schema={**STRING, "maxLength": length},
    )


def written_as(pattern: str) -> Callable[[object], str]:
    """Return a parser of values that match the pattern."""
    form = re.compile(pattern, re.ASCII)

    def parse(value: object) -> str:
        if not form.fullmatch(str(value)):
            raise ValueError("written in another way")
        return str(value)

    return parse


def _moment(value: object) -> Json:
    """Return an ISO 8601 time as UTC; without an offset it is Shanghai's time."""
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    _check_year(moment)
    return iso(timezone.make_aware(moment) if timezone.is_naive(moment) else moment)


def _date(value: object) -> str:
    day = date.fromisoformat(str(value))
    _check_year(day)
    return day.isoformat()


def _check_year(day: date) -> None:
    if day.year not in YEARS:
        raise ValidationError(_("The year must be from 2000 to 2100."), code="year")


def _dates(value: object) -> Json:
    if not isinstance(value, list) or len(value) > MOST_NAMES:
        raise ValueError("not a list of dates")
    return sorted({_date(one) for one in value})  # type: ignore[return-value]


def _clock(value: object) -> Json:
    """Return a time of day in Shanghai, to the minute; another zone or seconds would be lost."""
    clock = value if isinstance(value, time) else time.fromisoformat(str(value))
    if clock.tzinfo or clock.second or clock.microsecond:
        raise ValueError("not a time of day to the minute")
    return f"{clock:%H:%M}"


def _percent(value: object) -> Json:
    """Return a share from 0 to 100, exact, as a decimal string: JSON's numbers are not exact."""
    percent = Decimal(str(value))
    # Written out, 1e-999999 would be a million digits.
    possible = percent.is_finite() and 0 <= percent <= 100
    if not possible or percent != round(percent, MOST_DECIMALS):
        raise ValueError("not a percentage")
    return format(percent.normalize(), "f")


def _above_zero(amount: Decimal) -> Decimal:
    if not amount:
        raise ValidationError(_("Enter more than zero."), code="zero")
    return amount


def _names(value: object) -> Json:
    """Return short names from a list, or from a text with one name on each line."""
    lines = value.splitlines() if isinstance(value, str) else value
    if not isinstance(lines, list) or not all(isinstance(one, str) for one in lines):
        raise ValueError("not a list of names")
    names = list(dict.fromkeys(" ".join(one.split()) for one in lines if one.strip()))
    if not names or len(names) > MOST_NAMES or any(len(one) > NAME_LENGTH for one in names):
        raise ValidationError(
            _("Enter 1 to %(count)d names of at most %(length)d characters."),
            code="names",
            params={"count": MOST_NAMES, "length": NAME_LENGTH},
        )
    # Refuse characters that cannot be stored, as texts do.
    return [clean_text({CHINESE: one})[CHINESE] for one in names]


_count = written_as(rf"\d{{1,{COUNT_DIGITS}}}")
_year = written_as(r"20\d\d|2100")

MOMENT: Final = Value(
    "moment",
    _moment,
    short_moment,
    {**STRING, "format": "date-time"},
    _("Enter a date and time, such as 2025-02-21T15:30:00+08:00."),
)
END: Final = replace(MOMENT, say=short_end)
DATE: Final = Value("date", _date, short_day, DAY, _("Enter a date, such as 2025-02-21."))
DATES: Final = Value(
    "dates",
    _dates,
    lambda value: listed(map(short_day, value)),
    {"type": "array", "items": DAY},
    DATE.refusal,
)
CLOCK: Final = Value(
    "clock", _clock, str, {**STRING, "example": "23:00"}, _("Enter a time, such as 23:00.")
)
YEAR: Final = Value(
    "year",
    lambda value: int(_year(value)),
    schema={"type": "integer", "example": 2025},
    refusal=_("Enter a year from 2000 to 2100."),
)
COUNT: Final = Value(
    "count",
    lambda value: int(_count(value)),
    "{:,}".format,
    {"type": "integer", "minimum": 0, "example": 1200},
    _("Enter a whole number, 0 or more."),
)
TRANSACTIONS: Final = replace(COUNT, say=transaction_count)
PERCENT: Final = Value(
    "percent",
    _percent,
    "{}%".format,
    {**STRING, "format": "decimal", "example": "100"},
    _("Enter a percentage from 0 to 100."),
)
SHARE: Final = replace(
    PERCENT, parse=lambda value: _percent(_above_zero(Decimal(str(value)))), refusal=PERCENT.refusal
)
AMOUNT: Final = Value(
    "amount",
    lambda value: amount_json(parse_amount(value)),
    lambda value: _("%(amount)s yuan") % {"amount": yuan(Decimal(value))},
    {**STRING, "format": "decimal", "example": "1234.56"},
)
PAID: Final = replace(AMOUNT, parse=lambda value: amount_json(_above_zero(parse_amount(value))))
FEE: Final = Value(
    "fee",
    lambda value: dict(parse_fee(value).as_json()),
    lambda value: str(parse_fee(value)),
    {
        "oneOf": [
            {**STRING, "example": "万100+3"},
            {
                "type": "object",
                "properties": dict.fromkeys(("percent", "fixed", "cap", "minimum"), STRING),
                "required": ["percent"],
                "additionalProperties": False,
            },
        ]
    },
)
TEXT: Final = Value(
    "text",
    lambda value: dict(clean_text(value)),
    for_reader,
    {
        "type": "object",
        "properties": {"zh-hans": STRING, "en": STRING},
        "required": ["zh-hans"],
        "additionalProperties": False,
    },
)
NAMES: Final = Value(
    "names",
    _names,
    listed,
    {"type": "array", "items": STRING, "minItems": 1, "maxItems": MOST_NAMES},
    _("Enter one name per line."),
)
CYCLE: Final = Value(
    "cycle",
    lambda value: read_cycle(str(value)),
    say_cycle,
    {**STRING, "example": "T+1"},
    _("Enter a settlement cycle, such as T+1, D+0, weekly-friday or monthly-15."),
)
PRODUCT: Final = row_of(lambda: Product.objects.values_list("code", "name"))
