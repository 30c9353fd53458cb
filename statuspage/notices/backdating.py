"""Notices that were published before: on which day, under which number, and where."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from statuspage.notices.fields import Line
from statuspage.notices.phrases import full_day
from statuspage.statements.texts import CHINESE, clean_text
from statuspage.statements.times import midnight

# {"published_on": "2025-02-19", "document_number": "〔2025〕3号", "link": "https://…"}
Originally = dict[str, str]
PARTS: Final = frozenset({"published_on", "document_number", "link"})
NUMBER_LENGTH: Final = 60
LINK_LENGTH: Final = 500
SHAPE: Final = _(
    'Enter the original publication as {"published_on": "2025-02-19", "document_number": "3", '
    '"link": "https://www.example.com/3"}.'
)
# Before it no operator had a licence, and years of one digit are beyond what clocks can convert.
FIRST_DAY: Final = date(2000, 1, 1)
LINKS: Final = URLValidator(schemes=["https"], message=_("Enter a link that begins with https://."))


def clean_originally(value: object, now: datetime) -> Originally | None:
    """Return the original publication without empty parts; None where there is none.

    Raises:
        ValidationError: by part, everything that is wrong with it.
    """
    if value is None or value == {}:
        return None
    if not isinstance(value, Mapping) or set(value) - PARTS:
        raise ValidationError({"originally": SHAPE})
    errors: dict[str, Any] = {}
    found: Originally = {}
    for name, read in (
        ("published_on", lambda given: _past_day(given, now)),
        ("document_number", _number),
        ("link", _link),
    ):
        try:
            if part := read(value.get(name) or ""):
                found[name] = part
        except ValidationError as error:
            errors[name] = error
    if errors:
        raise ValidationError(errors)
    return found


def day_of(originally: Mapping[str, str]) -> date:
    """Return the day on which it was published."""
    return date.fromisoformat(originally["published_on"])


def said_at(originally: Mapping[str, str] | None, moment: datetime) -> datetime:
    """Return the moment that “today” means for a notice: the end of its original day, if any."""
    if not originally:
        return moment
    return midnight(day_of(originally) + timedelta(days=1)) - timedelta(seconds=1)


def originally_line(originally: Mapping[str, str]) -> Line:
    """Return the line of the details that says when and as what it was published."""
    values = {"day": full_day(originally["published_on"])}
    if number := originally.get("document_number"):
        text = _("%(day)s, document no. %(number)s") % {**values, "number": number}
        return Line(_("Originally published"), text)
    return Line(_("Originally published"), values["day"])


def _past_day(given: object, now: datetime) -> str:
    if not given:
        raise ValidationError(_("Enter the day on which it was published."), code="required")
    try:
        day = date.fromisoformat(str(given))
    except ValueError as error:
        raise ValidationError(_("Enter a date, such as 2025-02-21."), code="date") from error
    if not FIRST_DAY <= day < timezone.localdate(now):
        raise ValidationError(_("Enter a day in the past, from 2000 on."), code="future")
    return day.isoformat()


def _number(given: object) -> str:
    number = " ".join(str(given).split())
    return clean_text({CHINESE: number}, max_length=NUMBER_LENGTH)[CHINESE] if number else ""


def _link(given: object) -> str:
    link = str(given).strip()
    if link and len(link) > LINK_LENGTH:
        raise ValidationError(
            _("Enter a link of at most %(length)d characters.") % {"length": LINK_LENGTH}
        )
    if link:
        LINKS(link)
    return link
