"""The words of a notice: those of its author, or those that its kind makes from its payload."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from statuspage.lib.render_cache import saying_at
from statuspage.statements.placeholders import clean_said
from statuspage.statements.short import Short, clean_said_short
from statuspage.statements.texts import Text

if TYPE_CHECKING:
    from statuspage.notices.kind import NoticeKind

TITLE_LENGTH: Final = 120
REASON_LENGTH: Final = 500
NO_REASON: Final = _("Say why the text is right all the same, or change it.")


class NoticeWords(NamedTuple):
    """A headline, a text, and shorter words by medium, in each language."""

    title: Text
    body: Text
    short: Short


def generated_at(
    kind: "NoticeKind", payload: Mapping[str, Any], moment: datetime
) -> NoticeWords | None:
    """Return the words that the kind makes from a cleaned payload, if published at that moment."""
    with saying_at(moment):
        return kind.generated(payload)


def words_said(
    kind: "NoticeKind", payload: Mapping[str, Any], given: Mapping[str, Any], moment: datetime
) -> NoticeWords:
    """Return what a notice says; what was left out is made by the kind, if it makes words.

    The shorter words are made only where the text is: to another text they might not fit.

    Raises:
        ValidationError: a text is unusable, has a placeholder left, or is missing.
    """
    title, body, short = (given.get(name) or None for name in ("title", "body", "short"))
    made = None if title and body else generated_at(kind, payload, moment)
    if made:
        short = short or (None if body else made.short)
        title, body = title or made.title, body or made.body
    return NoticeWords(
        clean_said(title, max_length=TITLE_LENGTH), clean_said(body), clean_said_short(short)
    )


def clean_reason(reason: object, findings: Sequence[str]) -> str:
    """Return why the words are published although the kind found something; empty if it did not.

    Raises:
        ValidationError: it found something, and nobody says why.
    """
    said = str(reason or "").replace("\x00", "").strip()[:REASON_LENGTH]
    if findings and not said:
        raise ValidationError({"confirmed_reason": ValidationError(NO_REASON, "unconfirmed")})
    return said if findings else ""
