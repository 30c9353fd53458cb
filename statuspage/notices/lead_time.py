"""How long ahead something must be announced, and the reason that is shown where it is not."""

from datetime import date, datetime
from typing import Final

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from statuspage.notices.fields import Payload, PayloadField, optional
from statuspage.notices.values import TEXT

REASON: Final = "short_notice_reason"


def reason_field(help_text: str | Promise) -> PayloadField:
    """Return the field for the reason, which the page shows."""
    return optional(REASON, _("Reason for short notice"), TEXT, help=help_text)


def check_lead_time(
    payload: Payload, day: str, moment: datetime, least: int, problem: str | Promise
) -> None:
    """Raise ValidationError for an ISO day fewer than `least` days ahead, without a reason.

    `problem` names %(days)d, how far ahead it is, and %(least)d.
    """
    days = days_ahead(day, moment)
    if days < least and payload[REASON] is None:
        raise ValidationError({REASON: problem % {"days": max(days, 0), "least": least}})


def days_ahead(day: str, moment: datetime) -> int:
    """Return how many days after that moment an ISO day is; negative where it is before."""
    return (date.fromisoformat(day) - timezone.localdate(moment)).days
