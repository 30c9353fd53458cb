"""One typed fact each, read from what a statement says: pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from django.utils import dateformat
from django.utils.timezone import localtime
from django.utils.translation import pgettext

from notifications.channels import sms_text, wording
from notifications.channels.base import Bulletin
from statuspage.lib.money import parse_fee
from statuspage.notices.cycles import say_cycle


class FactType(StrEnum):
    """What a fact is; providers have a type of variable for each."""

    DATE = "date"
    TIME = "time"
    MOMENT = "moment"
    MONEY = "money"
    NUMBER = "number"
    CODE = "code"
    RATE = "rate"
    PRODUCT = "product"
    PHONE = "phone"
    TEXT = "text"


# Only words may be shortened: half of anything else would be another one.
WORDS: Final = frozenset({FactType.TEXT, FactType.PRODUCT})


@dataclass(frozen=True)
class Fact:
    """One fact: `text` says it in the reader's language, `value` is for a form of its own.

    Money is in yuan, without separators and unit: "200000" or "1234.50". `value` is a date, an
    aware datetime in Beijing's time, a Decimal, an int, or the text itself.
    """

    type: FactType
    text: str
    value: date | datetime | Decimal | int | str


Raw = Any
Reader = Callable[[Raw, Bulletin], Fact | None]


def bare(name: str) -> str:
    """Return a name without its last stop."""
    return name.rstrip("\u3002\uff01\uff1f.!? ").strip()


def words(given: Raw, bulletin: Bulletin) -> Fact | None:
    """Return words that carriers let through, on one line."""
    said = _in_language(given, bulletin)
    safe = sms_text.carrier_safe(said, chinese=wording.is_chinese(bulletin))
    return Fact(FactType.TEXT, safe, said)


def _in_language(given: Raw, bulletin: Bulletin) -> str:
    if isinstance(given, Mapping):
        return str(given.get(bulletin.language) or given.get("zh-hans") or "")
    return str(given)


def day_of(day: date, bulletin: Bulletin) -> Fact:
    """Return a date; its year only where it is not that of the bulletin."""
    near = localtime(bulletin.published_at).year
    form = pgettext("date format", "j M") if day.year == near else pgettext("date format", "j M Y")
    return Fact(FactType.DATE, dateformat.format(day, form), day)


def iso_day(given: Raw, bulletin: Bulletin) -> Fact:
    """Return the date of an ISO date, or of an ISO time in Beijing."""
    return day_of(_local_day(given), bulletin)


def _local_day(given: Raw) -> date:
    written = str(given)
    if "T" in written:
        return localtime(datetime.fromisoformat(written)).date()
    return date.fromisoformat(written)


def moment_of(moment: datetime, bulletin: Bulletin) -> Fact:
    """Return a time with its date; the date alone is left out where it is the bulletin's."""
    local = localtime(moment)
    return Fact(FactType.MOMENT, wording.moment(moment, bulletin.published_at), local)


def start(given: Raw, bulletin: Bulletin) -> Fact:
    """Return from when on: an ISO date, or an ISO time, whose midnight is the day alone."""
    if "T" not in str(given):
        return iso_day(given, bulletin)
    local = localtime(datetime.fromisoformat(str(given)))
    return moment_of(local, bulletin) if local.time() != time() else day_of(local.date(), bulletin)


def end(given: Raw, bulletin: Bulletin) -> Fact:
    """Return until when: midnight at the end of a day is that day."""
    if "T" not in str(given):
        return iso_day(given, bulletin)
    local = localtime(datetime.fromisoformat(str(given)))
    if local.time() != time():
        return moment_of(local, bulletin)
    return day_of(local.date() - timedelta(days=1), bulletin)


def money(given: Raw, _bulletin: Bulletin) -> Fact:
    """Return an amount as the clouds take it: digits alone, without fen where there are none."""
    amount = Decimal(str(given))
    whole = amount == amount.to_integral_value()
    return Fact(FactType.MONEY, f"{amount:.0f}" if whole else f"{amount:.2f}", amount)


def fee(given: Raw, _bulletin: Bulletin) -> Fact:
    """Return a fee as people read it."""
    said = str(parse_fee(given))
    return Fact(FactType.RATE, said, said)


def percent(given: Raw, _bulletin: Bulletin) -> Fact:
    """Return a share in percent."""
    return Fact(FactType.RATE, f"{given}%", Decimal(str(given)))


def cycle(given: Raw, _bulletin: Bulletin) -> Fact:
    """Return a settlement cycle as people say it."""
    said = say_cycle(str(given))
    return Fact(FactType.RATE, said, str(given))


def count(given: Raw, _bulletin: Bulletin) -> Fact:
    """Return a whole number, without separators."""
    return Fact(FactType.NUMBER, str(int(given)), int(given))


def names(given: Raw, bulletin: Bulletin) -> Fact | None:
    """Return a list of names; that of a component may be in several languages."""
    named = [one["name"] if isinstance(one, Mapping) and "name" in one else one for one in given]
    said = [_in_language(one, bulletin) for one in named]
    joined = pgettext("between names", ", ").join(dict.fromkeys(filter(None, said)))
    fact = words(joined, bulletin)
    return fact and Fact(FactType.PRODUCT, fact.text, fact.value)


def text_of(given: Raw, bulletin: Bulletin) -> Fact | None:
    """Return a text in the reader's language; a choice's code is no word for readers."""
    return words(given, bulletin) if isinstance(given, Mapping) else None


def last_day(given: Raw, bulletin: Bulletin) -> Fact:
    """Return the last whole or part day; midnight at its end belongs to it."""
    said = end(given, bulletin)
    moment = said.value
    return day_of(moment.date(), bulletin) if isinstance(moment, datetime) else said


def concerned(given: Raw, bulletin: Bulletin) -> Fact | None:
    """Return the names of the components of an incident or a maintenance."""
    return names(given, bulletin) if isinstance(given, Sequence) else None
