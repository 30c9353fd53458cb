"""What a kind of notice declares, and the registry that finds it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from statuspage.settlement.models import Notice
from statuspage.settlement.values import Value
from statuspage.statements.authors import Author
from statuspage.statements.canonical import Json
from statuspage.statements.models import Statement
from statuspage.statements.texts import CHINESE, Text

Payload = dict[str, Json]
Given = Mapping[str, Any]
# Sees the cleaned payload and the moment of publishing; raises ValidationError.
Check = Callable[[Given, datetime], None]

NOT_KNOWN: Final = _("Not yet known")


class Form(TextChoices):
    """What a notice is called in public, by weight (domain.md)."""

    DISCLOSURE = "disclosure", pgettext_lazy("form of a notice", "Disclosure")
    ANNOUNCEMENT = "announcement", pgettext_lazy("form of a notice", "Announcement")
    NOTICE = "notice", pgettext_lazy("form of a notice", "Notice")


@dataclass(frozen=True)
class PayloadField:
    """One value of a notice's payload.

    `unknown` is said where it was left out; without that, nothing is. A `derived` value is worked
    out and not typed in.
    """

    name: str
    label: str | Promise
    value: Value
    required: bool = True
    unknown: str | Promise = ""
    help: str | Promise = ""
    derived: bool = False


@dataclass(frozen=True)
class Line:
    """One thing a notice says: what it is about, and what; `notice` is another's public id."""

    label: str
    text: str
    language: str = ""
    notice: str = ""

    def as_json(self) -> dict[str, Json]:
        """As the log keeps it: nothing that is empty."""
        written = {"lang": self.language, "notice": self.notice}
        kept = {name: value for name, value in written.items() if value}
        return {"label": self.label, "text": self.text, **kept}


@dataclass(frozen=True)
class Table:
    """Figures that a notice gives; the first cell of each row is its heading."""

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]

    def as_json(self) -> dict[str, Json]:
        """As the log keeps it."""
        return {
            "caption": self.caption,
            "columns": [*self.columns],
            "rows": [[*row] for row in self.rows],
        }


def no_tables(payload: Given, language: str) -> Sequence[Table]:
    """There are no figures."""
    return ()


def no_clause(payload: Given, language: str) -> str:
    """Messages carry the text itself."""
    return ""


@dataclass(frozen=True)
class Hands:
    """Who wrote a notice and, where a second person must stand for it, who did."""

    author: Author | None
    approver: Author | None = None


def no_effect(notice: Notice, hands: Hands) -> Mapping[str, Json]:
    """Publishing changes nothing but the log."""
    return {}


def no_undoing(notice: Notice, moment: datetime, author: Author | None) -> Mapping[str, Json]:
    """Withdrawing changes nothing but the log, or what reads the log sees to it."""
    return {}


def no_warnings(payload: Given, moment: datetime) -> Sequence[str]:
    """Nothing is odd about it."""
    return ()


def no_record(notice: Notice, statement: Statement) -> None:
    """Nothing is kept beside the log."""


def no_findings(payload: Given, body: Text) -> Sequence[str]:
    """The text is not checked against the payload."""
    return ()


def no_window(payload: Given) -> tuple[Json, Json]:
    """The payload does not say from when to when the notice holds."""
    return None, None


@dataclass(frozen=True)
class NoticeKind:
    """One kind of notice: its fields, its checks, its words and what publishing it does.

    `complete` adds what is worked out to the payload, before the checks. `lines`, `tables` and
    `brief` word a payload in a language (the active one too); the last is what an SMS says in place
    of the text. `proofread` compares the text with the payload and returns a sentence for whatever
    is wrong. `window` gives from when to when the notice holds. `effect` runs inside the
    publishing transaction before the statement, to which it adds what it returns, so that `lines`
    and `tables` can word it; `record` runs after the statement. `undo` runs inside the transaction
    of a withdrawal, likewise before its statement. `warnings` says what is odd but may be meant:
    whoever publishes confirms it. With `four_eyes` a second person must approve. One that is
    `automatic` is published by the product itself: nobody writes it. One that goes `to_named` is
    told only to merchants whom affected/models.py names for it.
    """

    name: str
    label: str | Promise
    form: Form = Form.NOTICE
    fields: Sequence[PayloadField] = ()
    checks: Sequence[Check] = field(default=())
    complete: Callable[[Payload], Payload] = lambda payload: payload
    lines: Callable[[Given, str], Sequence[Line]] | None = None
    tables: Callable[[Given, str], Sequence[Table]] = no_tables
    brief: Callable[[Given, str], str] = no_clause
    proofread: Callable[[Given, Text], Sequence[str]] = no_findings
    window: Callable[[Given], tuple[Json, Json]] = no_window
    warnings: Callable[[Given, datetime], Sequence[str]] = no_warnings
    effect: Callable[[Notice, Hands], Mapping[str, Json]] = no_effect
    undo: Callable[[Notice, datetime, Author | None], Mapping[str, Json]] = no_undoing
    record: Callable[[Notice, Statement], None] = no_record
    four_eyes: bool = False
    automatic: bool = False
    to_named: bool = False

    def clean(self, payload: object, moment: datetime | None = None) -> Payload:
        """The payload with every value in its canonical form, as if published at `moment` (now).

        Raises:
            ValidationError: by field name, everything that is wrong with it.
        """
        if not isinstance(payload, Mapping):
            raise ValidationError({"payload": _("Write the payload as an object.")})
        known = {one.name for one in self.fields}
        errors: dict[str, object] = {
            str(name): _("This kind of notice has no such field.") for name in set(payload) - known
        }
        cleaned: Payload = {}
        for one in self.fields:
            try:
                cleaned[one.name] = _read(one, payload.get(one.name))
            except ValidationError as error:
                errors[one.name] = error
        if errors:
            raise ValidationError(errors)
        completed = self.complete(cleaned)
        for check in self.checks:
            check(completed, moment or timezone.now())
        return completed

    def said(self, payload: Given, language: str) -> Sequence[Line]:
        """What the payload says, line by line, in the active language."""
        return (self.lines or self.labelled)(payload, language)

    def labelled(self, payload: Given, language: str) -> Sequence[Line]:
        """Every field by its label; what was left out is left out, unless it is not known yet."""
        return [
            line for one in self.fields if (line := _line(one, payload.get(one.name), language))
        ]


_KINDS: Final[dict[str, NoticeKind]] = {}
_Kind = TypeVar("_Kind", bound=NoticeKind)


def register(kind: _Kind) -> _Kind:
    """Add a kind; its file calls this once."""
    _KINDS[kind.name] = kind
    return kind


def every_kind() -> Sequence[NoticeKind]:
    """Every kind there is, by name."""
    return [_KINDS[name] for name in sorted(_KINDS)]


def kinds() -> Sequence[NoticeKind]:
    """Those that people write."""
    return [one for one in every_kind() if not one.automatic]


def notice_kind(name: object) -> NoticeKind:
    """The kind of that name.

    Raises:
        ValidationError: there is none; the message lists those there are.
    """
    if isinstance(name, str) and name in _KINDS:
        return _KINDS[name]
    raise ValidationError(
        _("“%(value)s” is not possible. Choose one of: %(choices)s."),
        code="choice",
        params={"value": name, "choices": ", ".join(sorted(_KINDS))},
    )


def in_order(earlier: str, later: str) -> Check:
    """A check that one ISO time or date of the payload does not come after another."""

    def check(payload: Given, moment: datetime) -> None:
        first, second = payload.get(earlier), payload.get(later)
        if isinstance(first, str) and isinstance(second, str) and first > second:
            raise ValidationError({later: _("This must not be before the other date.")})

    return check


def _read(one: PayloadField, value: object) -> Json:
    if value is None or value == "":
        if one.required:
            raise ValidationError(_("This field is required."), code="required")
        return None
    return one.value.read(value)


def _line(one: PayloadField, value: Any, language: str) -> Line | None:
    if value is None:
        return Line(str(one.label), str(one.unknown)) if one.unknown else None
    falls_back = one.value.name == "text" and not value.get(language)
    return Line(
        str(one.label),
        one.value.say(value, language),
        language=CHINESE if falls_back and language != CHINESE else "",
        notice=value if one.value.name == "notice" else "",
    )
