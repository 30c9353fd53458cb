"""Times and spans as readers see them: Beijing time on the page, UTC in the markup."""

from datetime import date, datetime, timedelta
from typing import Final

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy, pgettext

from statuspage.statements.times import iso

UNITS: Final = {
    "days": gettext_lazy("%(days)d d"),
    "hours": gettext_lazy("%(hours)d h"),
    "minutes": gettext_lazy("%(minutes)d min"),
}


def moment(value: datetime) -> SafeString:
    """Day and time; the year only where it is not the present one."""
    local = timezone.localtime(value)
    if local.year == timezone.localdate().year:
        shown = date_format(local, pgettext("date format", "j M, H:i"))
    else:
        shown = date_format(local, pgettext("date format", "j M Y, H:i"))
    return _time(iso(value), shown)


def clock(value: datetime) -> SafeString:
    """The time alone when it is today's, else with its day."""
    return until(value, timezone.now())


def until(end: datetime, begin: datetime) -> SafeString:
    """The end of a span: the time alone when it ends on the day on which it began."""
    local = timezone.localtime(end)
    if local.date() != timezone.localtime(begin).date():
        return moment(end)
    return _time(iso(end), date_format(local, "H:i"))


def day(value: date) -> SafeString:
    """A date without the time."""
    if value.year == timezone.localdate().year:
        shown = date_format(value, pgettext("date format", "j M"))
    else:
        shown = date_format(value, pgettext("date format", "j M Y"))
    return _time(value.isoformat(), shown)


def month(value: date) -> str:
    """A month with its year."""
    return date_format(value, pgettext("date format", "F Y"))


def duration(span: timedelta) -> str:
    """The two largest units; less than a minute is said as such."""
    minutes = int(span.total_seconds()) // 60
    counts = {"days": minutes // 1440, "hours": minutes // 60 % 24, "minutes": minutes % 60}
    parts = [str(UNITS[unit]) % {unit: count} for unit, count in counts.items() if count]
    return " ".join(parts[:2]) or gettext("less than a minute")


def _time(machine: str, shown: str) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', machine, shown)
