"""The product's settings with everything that it waits for as short as safety allows.

A lease still exceeds two timeouts, and a look still comes after any request has ended; the least
values that operators may set leave room for networks that these tests do not have.
"""

from typing import Any

from statuspage.operations.beat import every
from statuspage.settings import *  # noqa: F403
from statuspage.settings import CELERY_BEAT_SCHEDULE as REAL

EVERY_SECONDS = {"delivery.sweep": 0.4, "delivery.resolve_unknown": 0.6}
CELERY_BEAT_SCHEDULE: dict[str, Any] = {
    name: {**entry, "schedule": every(EVERY_SECONDS[entry["task"]])}
    for name, entry in REAL.items()
    if entry["task"] in EVERY_SECONDS
}
WEB_STATEMENT_SECONDS = 3
DELIVERY_LEASE_SECONDS = 2
DELIVERY_TIMEOUT_SECONDS = 0.8
DELIVERY_RESOLVE_AFTER_SECONDS = 1
# Nobody is told of what is done here on purpose.
ALARM_SILENT_SECONDS = 86_400
