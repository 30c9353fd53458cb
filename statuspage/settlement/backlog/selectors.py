"""Reading what was said of a backlog."""

from typing import Final

from django.utils import timezone

from statuspage.settlement.models import Notice
from statuspage.settlement.selectors import standing_notices

BACKLOG: Final = "backlog"


def newest_backlog(incident_id: str) -> Notice | None:
    """The newest notice of an incident's backlog that was not withdrawn."""
    found = standing_notices(timezone.now()).filter(kind=BACKLOG, incident_id=incident_id)
    return found.first()
