"""The transactions that a notice is about: their line among its details, and their end."""

from collections.abc import Iterator
from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from statuspage.notices.fields import Line, Payload
from statuspage.notices.kind import NOT_OVER
from statuspage.notices.phrases import span
from statuspage.statements.times import from_iso


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
