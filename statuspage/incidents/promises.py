"""The operator's promised times (from the settings), and checks of entered times."""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from statuspage.calendar.selectors import working_day_after, working_days_between
from statuspage.statements.texts import Text


def first_update_by(impact: str, detected_at: datetime) -> datetime | None:
    """Return when the first update is due after a detection, or None where none is promised."""
    minutes = settings.PROMISE_FIRST_MINUTES.get(impact)
    return detected_at + timedelta(minutes=minutes) if minutes else None


def promised_by(impact: str, now: datetime) -> datetime | None:
    """Return when the next update is due, to the full minute, or None where none is promised."""
    minutes = settings.PROMISE_UPDATE_MINUTES.get(impact)
    if not minutes:
        return None
    return (now + timedelta(minutes=minutes)).replace(second=0, microsecond=0)


def postmortem_by(impact: str, resolved_at: datetime) -> date | None:
    """Return the day by which a postmortem is due, or None if none is promised or computable."""
    days = settings.PROMISE_POSTMORTEM_DAYS.get(impact)
    return working_day_after(timezone.localdate(resolved_at), days) if days else None


def working_days_ahead(announced: datetime, starts: datetime) -> int:
    """Return the number of working days between the announcement and the start."""
    return working_days_between(timezone.localdate(announced), timezone.localdate(starts))


def check_lead_time(announced: datetime, starts: datetime, reason: Text | None) -> None:
    """Raise ValidationError for a late announcement (domain.md, duties) without a reason."""
    least = settings.MAINTENANCE_NOTICE_WORKDAYS
    days = working_days_ahead(announced, starts)
    if days >= least or reason:
        return
    problem = _(
        "This is only %(days)d working days ahead; maintenance must be announced at least "
        "%(least)d ahead. Choose a later time, or enter the reason: the page will show it."
    )
    raise ValidationError({"short_notice_reason": problem % {"days": days, "least": least}})


def check_incident_times(
    moment: datetime,
    *,
    next_update_by: datetime | None = None,
    started_at: datetime | None = None,
    detected_at: datetime | None = None,
) -> None:
    """Raise ValidationError for a start or detection in the future, or a promise in the past."""
    if next_update_by and next_update_by <= moment:
        raise ValidationError(_("The next update must be in the future."), code="past")
    if started_at and started_at > moment:
        raise ValidationError(_("The incident cannot start in the future."), code="future")
    if detected_at and detected_at > moment:
        problem = _("The detection time cannot be in the future.")
        raise ValidationError({"detected_at": problem}, code="future")
    if detected_at and started_at and detected_at < started_at:
        problem = _("The detection time cannot be before the start.")
        raise ValidationError({"detected_at": problem}, code="times")
