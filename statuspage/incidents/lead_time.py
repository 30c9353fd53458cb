"""How long ahead maintenance is announced: who knows the calendar hooks in here."""

from collections.abc import Callable
from datetime import date, datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from statuspage.statements.texts import Text

# How many working days lie between two dates, the first left out and the second as well.
Count = Callable[[date, date], int]
_COUNTS: list[Count] = []


def counts_working_days(count: Count) -> Count:
    """Hook in whoever can count; without anyone no lead time is asked for."""
    _COUNTS[:] = [count]
    return count


def working_days_ahead(announced: datetime, starts: datetime) -> int | None:
    """The working days that merchants have to prepare; None while nobody can count them."""
    dates = timezone.localdate(announced), timezone.localdate(starts)
    return _COUNTS[0](*dates) if _COUNTS else None


def check_lead_time(announced: datetime, starts: datetime, reason: Text | None) -> None:
    """Pass when it is announced in time (domain.md, duties), or the page can say why not.

    Raises:
        ValidationError: it is too soon and no reason is given.
    """
    least = settings.MAINTENANCE_NOTICE_WORKDAYS
    days = working_days_ahead(announced, starts)
    if days is None or days >= least or reason:
        return
    problem = _(
        "This is %(days)d working days ahead; maintenance is announced %(least)d ahead. Choose a"
        " later time, or give the reason: the page will show it."
    )
    raise ValidationError({"short_notice_reason": problem % {"days": days, "least": least}})
