"""Times as the log writes them, and the beginnings of days."""

from datetime import UTC, date, datetime, time

from django.utils import timezone


def iso(moment: datetime) -> str:
    """Return the time in UTC with milliseconds, e.g. `2025-02-21T02:42:00.000Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def iso_or_none(moment: datetime | None) -> str | None:
    """Return the same as `iso`, or None for None."""
    return iso(moment) if moment else None


def from_iso(text: str) -> datetime:
    """Return the moment that `iso` wrote."""
    return datetime.fromisoformat(text)


def whole_minute(moment: datetime) -> datetime:
    """Return the minute in which it was: staff enter minutes, and moments have seconds."""
    return moment.replace(second=0, microsecond=0)


def midnight(day: date) -> datetime:
    """Return the beginning of a day in Beijing."""
    return timezone.make_aware(datetime.combine(day, time()))
