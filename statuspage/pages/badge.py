"""How statuses look: icons, colours, and the overall state as a small SVG."""

import unicodedata
from typing import Final

from django.utils.html import format_html

from statuspage.lib.punctuation import colon

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
    "cancelled": "undo",
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
HEIGHT: Final = 24
PADDING: Final = 10
WIDE: Final = 12.0
NARROW: Final = 6.8
FONT: Final = "system-ui,-apple-system,'PingFang SC','Microsoft YaHei',sans-serif"

# White text stands on each with a contrast of at least 4.5 : 1.
COLOURS: Final = {
    "none": "#17653e",
    "minor": "#745000",
    "major": "#93400a",
    "critical": "#a11a25",
    "maintenance": "#1f4d8c",
}

TEMPLATE: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" role="img"'
    ' aria-label="{title}"><title>{title}</title>'
    '<rect width="{width}" height="{height}" rx="5" fill="{colour}"/>'
    '<path d="M5 0h{inner}v{height}H5a5 5 0 0 1-5-5V5a5 5 0 0 1 5-5z" fill="#19211e"/>'
    '<g fill="#fff" font-family="{font}" font-size="12"><text x="{padding}" y="16">{label}</text>'
    '<text x="{start}" y="16">{state}</text></g></svg>'
)


def icon(status: str) -> str:
    """Return the name of the icon for a status, kind or impact."""
    return ICONS.get(status, DEFAULT_ICON)


def svg(label: str, state: str, indicator: str) -> str:
    """Return the picture: the label on the left, the state in words and colour on the right."""
    left = _width(label) + 2 * PADDING
    return format_html(
        TEMPLATE,
        width=left + _width(state) + 2 * PADDING,
        height=HEIGHT,
        inner=left - 5,
        start=left + PADDING,
        padding=PADDING,
        label=label,
        title=f"{label}{colon()}{state}",
        state=state,
        colour=COLOURS[indicator],
        font=FONT,
    )


def _width(text: str) -> int:
    """Return the text's approximate width at 12 pixels; a Chinese character is a square."""
    widths = (WIDE if unicodedata.east_asian_width(one) in "WF" else NARROW for one in text)
    return round(sum(widths))
