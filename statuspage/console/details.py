"""The payload of a notice as people read it."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import get_language

from statuspage.settlement.models import Notice
from statuspage.settlement.notices import NoticeKind
from statuspage.settlement.notices.base import read_moment, read_percent, read_text
from statuspage.statements.texts import in_language
from statuspage.statements.times import from_iso

# How a value is shown, by how it is read; anything else is shown as it is stored.
SHOWN: Final[Mapping[Callable[..., Any], Callable[[Any], str]]] = {
    read_moment: lambda value: date_format(localtime(from_iso(value)), "Y-m-d H:i"),
    read_percent: lambda value: f"{value} %",
    read_text: lambda value: in_language(value, get_language() or ""),
}


def details_of(notice: Notice, kind: NoticeKind) -> list[tuple[str | Promise, str]]:
    """Label and value of everything the notice's kind declares and the notice holds."""
    return [
        (one.label, SHOWN.get(one.read, str)(notice.payload[one.name]))
        for one in kind.fields
        if notice.payload.get(one.name) is not None
    ]
