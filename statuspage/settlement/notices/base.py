"""What a kind of notice declares, and the registry that finds it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Final, TypeVar

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from statuspage.statements.canonical import Json
from statuspage.statements.texts import clean_text
from statuspage.statements.times import iso

Payload = dict[str, Json]
MOST_DECIMALS: Final = 6
Check = Callable[[Mapping[str, Json]], None]


@dataclass(frozen=True)
class PayloadField:
    """One value of a notice's payload: how it is labelled, read and whether it may be left out."""

    name: str
    label: str | Promise
    read: Callable[[object], Json]
    required: bool = True


@dataclass(frozen=True)
class NoticeKind:
    """One kind of notice. `check` sees the cleaned payload and raises ValidationError."""

    name: str
    label: str | Promise
    fields: Sequence[PayloadField] = ()
    checks: Sequence[Check] = field(default=())

    def clean(self, payload: object) -> Payload:
        """The payload with every value in its canonical form.

        Raises:
            ValidationError: by field name, everything that is wrong with it.
        """
        if not isinstance(payload, Mapping):
            raise ValidationError({"payload": _("Write the payload as an object.")})
        known = {one.name for one in self.fields}
        errors: dict[str, object] = {
            name: _("This kind of notice has no such field.") for name in set(payload) - known
        }
        cleaned: Payload = {}
        for one in self.fields:
            try:
                cleaned[one.name] = _read(one, payload.get(one.name))
            except ValidationError as error:
                errors[one.name] = error
        if errors:
            raise ValidationError(errors)
        for check in self.checks:
            check(cleaned)
        return cleaned


_KINDS: Final[dict[str, NoticeKind]] = {}
_Kind = TypeVar("_Kind", bound=NoticeKind)


def register(kind: _Kind) -> _Kind:
    """Add a kind; its file calls this once."""
    _KINDS[kind.name] = kind
    return kind


def kinds() -> Sequence[NoticeKind]:
    """Every kind there is, by name."""
    return [_KINDS[name] for name in sorted(_KINDS)]


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


def _read(one: PayloadField, value: object) -> Json:
    if value is None or value == "":
        if one.required:
            raise ValidationError(_("This field is required."), code="required")
        return None
    return one.read(value)


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


def read_text(value: object) -> Json:
    """A text in the operator's languages."""
    return dict(clean_text(value))


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


def in_order(earlier: str, later: str) -> Check:
    """A check that one ISO time or date of the payload does not come after another."""

    def check(payload: Mapping[str, Json]) -> None:
        first, second = payload.get(earlier), payload.get(later)
        if isinstance(first, str) and isinstance(second, str) and first > second:
            raise ValidationError({later: _("This must not be before the other date.")})

    return check
