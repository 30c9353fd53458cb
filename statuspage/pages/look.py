"""Which icon stands beside which status; the words say it, the icon only helps."""

from typing import Final

DEFAULT_ICON: Final = "notice"

ICONS: Final = {
    "operational": "check",
    "degraded_performance": "slow",
    "partial_outage": "half",
    "major_outage": "cross",
    "under_maintenance": "tool",
    "investigating": "search",
    "identified": "target",
    "monitoring": "pulse",
    "resolved": "check",
    "scheduled": "calendar",
    "in_progress": "tool",
    "verifying": "pulse",
    "completed": "check",
    "none": "check",
    "minor": "alert",
    "major": "alert",
    "critical": "alert",
    "maintenance": "tool",
    "postmortem": "notice",
    "correction": "pen",
    "withdrawal": "undo",
}

# The overall state's colours, taken from the component status that reads the same.
INDICATOR_TONE: Final = {
    "none": "operational",
    "minor": "degraded_performance",
    "major": "partial_outage",
    "critical": "major_outage",
    "maintenance": "under_maintenance",
}


def icon(status: str) -> str:
    """The name of the icon for a status, kind or impact."""
    return ICONS.get(status, DEFAULT_ICON)
