"""A notice's payload may name another notice: what it ends, or what it pays."""

from collections.abc import Callable, Iterable

from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from statuspage.settlement.models import Notice
from statuspage.settlement.values import Value
from statuspage.statements.canonical import Json
from statuspage.statements.texts import in_language

LONGEST_ID = 12


def reference_to(found: Callable[[], Iterable[Notice]]) -> Value:
    """The public id of one of the notices that `found` gives."""

    def read(value: object) -> Json:
        if isinstance(value, str) and value in {one.public_id for one in found()}:
            return value
        raise ValidationError(_("Choose one of the notices that this can follow."), code="notice")

    return Value(
        "notice",
        read,
        _title,
        {"type": "string", "maxLength": LONGEST_ID},
        lambda: [(one.public_id, _named(one)) for one in found()],
    )


def _title(public_id: str, language: str) -> str:
    return in_language(Notice.objects.get(public_id=public_id).title, language)


def _named(notice: Notice) -> str:
    return in_language(notice.title, get_language() or "")
