"""How soon the next update is promised, by impact; the defaults of the operator's promises."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from statuspage.components.statuses import IMPACT_OF, Impact

PROMISES: Final[Mapping[str, timedelta]] = {
    Impact.CRITICAL: timedelta(minutes=30),
    Impact.MAJOR: timedelta(minutes=60),
    Impact.MINOR: timedelta(hours=4),
    Impact.NONE: timedelta(hours=4),
}


def promised_by(impact: str, now: datetime) -> datetime:
    """When the next update is due, to the full minute."""
    return (now + PROMISES[impact]).replace(second=0, microsecond=0)


def promise_minutes() -> str:
    """Minutes by impact and by component status, as JSON.

    For the script that fills in the time as either changes.
    """
    minutes = {str(impact): int(wait.total_seconds() // 60) for impact, wait in PROMISES.items()}
    by_component = {str(status): minutes[impact] for status, impact in IMPACT_OF.items()}
    return json.dumps({**by_component, **minutes})
