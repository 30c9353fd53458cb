"""What the form of an incident knows of the operator's promises."""

import json

from django.conf import settings

from statuspage.components.statuses import IMPACT_OF


def promise_minutes() -> str:
    """Minutes until the next update by impact and by component status, as JSON.

    For the script that fills in the time as either changes.
    """
    minutes = settings.PROMISE_UPDATE_MINUTES
    known = {status: impact for status, impact in IMPACT_OF.items() if impact in minutes}
    by_component = {str(status): minutes[impact] for status, impact in known.items()}
    return json.dumps({**by_component, **minutes})
