"""The transactions that a notice is about: their line among its details, and their end."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from statuspage.notices.fields import Line, Payload
from statuspage.notices.kind import NOT_OVER
from statuspage.notices.phrases import span
from statuspage.statements.times import from_iso

BEFORE_ITS_TRANSACTIONS: Final = _(
    "This is before the last of these transactions: money cannot arrive before it is earned."
)

NOT_BEGUN: Final = _("The first of these transactions is still to come. Is the time right?")


def affected_line(payload: Payload) -> Iterator[Line]:
    """Yield the line with both times, or none where the payload does not name the first."""
    if payload["transactions_from"]:
        times = span(payload["transactions_from"], payload["transactions_until"])
        yield Line(_("Affected transactions"), times)


def check_ended(payload: Payload, now: datetime) -> None:
    """Raise ValidationError unless the last of its transactions is past."""
    until = payload["transactions_until"]
    if not until or from_iso(until) > now:
        raise ValidationError({"transactions_until": NOT_OVER})


def to_come(payload: Payload, moment: datetime) -> Sequence[str]:
    """Return the warning about transactions that are still to come."""
    begins = payload["transactions_from"]
    return [str(NOT_BEGUN)] if begins and from_iso(begins) > moment else []


def check_after(payload: Payload, name: str) -> None:
    """Raise ValidationError where the field's day is before the last of the transactions.

    Of transactions whose end is not known yet, before the first.
    """
    day, until = payload[name], payload["transactions_until"] or payload["transactions_from"]
    if not day or not until:
        return
    # An end is no transaction of theirs any more: at midnight the last day is the one before.
    last = from_iso(until) - timedelta(seconds=bool(payload["transactions_until"]))
    if date.fromisoformat(day) < timezone.localdate(last):
        raise ValidationError({name: BEFORE_ITS_TRANSACTIONS})
