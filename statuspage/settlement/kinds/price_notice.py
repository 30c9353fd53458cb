"""How long ahead a higher fee is announced."""

from datetime import date, datetime
from typing import Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from statuspage.notices.fields import optional
from statuspage.notices.values import TEXT

SHORT_NOTICE_REASON: Final = optional(
    "short_notice_reason",
    _("Reason for short notice"),
    TEXT,
    help=_("Required if a higher fee takes effect too soon. It is shown on the page."),
)


def check_notice_period(day: date, moment: datetime, reason: object) -> None:
    """Refuse a higher fee that takes effect too soon without a reason.

    FEE_NOTICE_DAYS are the merchants' time to leave. The duty is about raising or adding a fee
    (domain.md, duties); a lower fee may take effect at once.
    """
    days = (day - timezone.localdate(moment)).days
    if days >= settings.FEE_NOTICE_DAYS or reason is not None:
        return
    problem = _(
        "This is only %(days)d days ahead; a higher fee must be announced at least "
        "%(least)d days ahead. Choose a later day, or enter the reason: the page will "
        "show it."
    )
    values = {"days": max(days, 0), "least": settings.FEE_NOTICE_DAYS}
    raise ValidationError({"short_notice_reason": problem % values})
