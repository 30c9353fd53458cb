"""What is odd about a notice, and possible: its author must confirm it."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from statuspage.notices.audience import Audience
from statuspage.notices.fields import Payload, far_away
from statuspage.notices.incidents import closed_in_error
from statuspage.notices.kind import NoticeKind
from statuspage.notices.telling import Told
from statuspage.notices.windows import Window
from statuspage.statements.times import iso


def oddities(
    kind: NoticeKind,
    payload: Payload,
    moment: datetime,
    *,
    audience: Audience,
    window: Window,
    incident_id: str,
    told: str,
) -> list[str]:
    """Return all that the author of a notice must confirm, if it is published at that moment."""
    found = [
        *kind.oddities(payload, moment),
        *kind.warnings_for(audience, payload, moment),
        *_far(kind, payload, window, moment),
    ]
    if kind.for_agents and told == Told.ALL:
        found.append(_("This is for agents, and would be sent to merchants’ phones too."))
    if closed_in_error(incident_id):
        found.append(_("Its incident was published in error and is closed. Is the notice right?"))
    return [*dict.fromkeys(found)]


def _far(kind: NoticeKind, payload: Payload, window: Window, moment: datetime) -> Iterator[str]:
    """Yield a warning for each time in effect that is far away and not that of the details."""
    for at, known in zip(window, kind.window(payload), strict=True):
        if at and known is None and (far := far_away(iso(at), moment)):
            yield far
