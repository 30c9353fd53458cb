"""The product's settings with its sweeps so frequent that a test need not wait for them."""

from typing import Any

from statuspage.settings import *  # noqa: F403
from statuspage.settings import CELERY_BEAT_SCHEDULE as REAL

EVERY_SECONDS = {"delivery.sweep": 0.4, "delivery.resolve_unknown": 0.7}
CELERY_BEAT_SCHEDULE: dict[str, Any] = {
    name: {**entry, "schedule": EVERY_SECONDS[entry["task"]]}
    for name, entry in REAL.items()
    if entry["task"] in EVERY_SECONDS
}
