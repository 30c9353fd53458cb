"""The line of a notice's details that says which transactions it is about."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from statuspage.notices.fields import Line, Payload
from statuspage.notices.phrases import span


def affected_line(payload: Payload) -> Iterator[Line]:
    """Yield the line with both times, or none where the payload does not name the first."""
    if payload["transactions_from"]:
        times = span(payload["transactions_from"], payload["transactions_until"])
        yield Line(_("Affected transactions"), times)
