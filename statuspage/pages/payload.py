"""A notice's payload as label and value, by the kind's own list of fields."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from statuspage.pages.moments import day, moment
from statuspage.pages.words import words
from statuspage.settlement.notices import notice_kind
from statuspage.settlement.notices.base import (
    PayloadField,
    read_date,
    read_moment,
    read_percent,
    read_text,
)
from statuspage.statements.times import from_iso

Show = Callable[[Any, str], object]

# How a value is shown follows from how it was read.
SHOWN: Final[Mapping[object, Show]] = {
    read_moment: lambda value, language: moment(from_iso(value)),
    read_date: lambda value, language: day(date.fromisoformat(value)),
    read_percent: lambda value, language: format_html("{}%", value),
    read_text: lambda value, language: words(value, language),
}
# A time that was left out is a time not known yet, and the reader is told so.
UNKNOWN: Final[Mapping[object, Promise | str]] = {
    read_moment: _("Not yet known"),
    read_date: _("Not yet known"),
}


@dataclass(frozen=True)
class Detail:
    """One line of the notice's details."""

    label: str | Promise
    value: object


def details(kind: str, payload: Mapping[str, Any], language: str) -> list[Detail]:
    """The payload's lines in the kind's order; what was left out and is no time is left out."""
    try:
        fields = notice_kind(kind).fields
    except ValidationError:
        return []
    shown = (Detail(one.label, _show(one, payload.get(one.name), language)) for one in fields)
    return [detail for detail in shown if detail.value is not None]


def _show(one: PayloadField, value: Any, language: str) -> object:
    if value is None:
        return UNKNOWN.get(one.read)
    return SHOWN.get(one.read, _plain)(value, language)


def _plain(value: Any, language: str) -> object:
    return str(value)
