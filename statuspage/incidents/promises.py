"""What the operator promises by impact (settings), and by when that makes each thing due."""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils import timezone

from statuspage.incidents.working_days import working_days_after


def first_update_by(impact: str, detected_at: datetime) -> datetime | None:
    """When the first public word is due after a detection; None where nothing is promised."""
    minutes = settings.PROMISE_FIRST_MINUTES.get(impact)
    return detected_at + timedelta(minutes=minutes) if minutes else None


def promised_by(impact: str, now: datetime) -> datetime | None:
    """When the next update is due, to the full minute; None where nothing is promised."""
    minutes = settings.PROMISE_UPDATE_MINUTES.get(impact)
    if not minutes:
        return None
    return (now + timedelta(minutes=minutes)).replace(second=0, microsecond=0)


def postmortem_by(impact: str, resolved_at: datetime) -> date | None:
    """The day by which a postmortem is due, by the calendar's working days.

    None where none is promised, or the calendar does not reach so far yet.
    """
    days = settings.PROMISE_POSTMORTEM_DAYS.get(impact)
    return working_days_after(timezone.localdate(resolved_at), days) if days else None
