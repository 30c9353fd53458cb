"""Times as the log writes them."""

from datetime import UTC, datetime


def iso(moment: datetime) -> str:
    """UTC with milliseconds, e.g. `2025-02-21T02:42:00.000Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def iso_or_none(moment: datetime | None) -> str | None:
    """The same, for a moment that may be absent."""
    return iso(moment) if moment else None


def from_iso(text: str) -> datetime:
    """The moment that `iso` wrote."""
    return datetime.fromisoformat(text)
