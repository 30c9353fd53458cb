"""Filters and tags for times and statuses: Beijing time in the text, UTC in the markup."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

import segno
from django import template
from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, gettext_lazy, pgettext

from statuspage.lib.money import yuan
from statuspage.lib.punctuation import in_parentheses
from statuspage.lib.render_cache import present
from statuspage.lib.tables import beneath
from statuspage.notices.phrases import short_end
from statuspage.pages.addresses import statement_path
from statuspage.pages.badge import icon
from statuspage.pages.linked_data import script_text
from statuspage.pages.parts import part
from statuspage.statements.times import iso

ALL: Final = Decimal(100)
# Pages hold hundreds of these two: a template each would take a tenth of the time of rendering.
ICON: Final = '<svg class="icon" aria-hidden="true"><use href="#icon-{}"/></svg>'
BADGE: Final = f'<span class="badge badge-{{}}">{ICON}{{}}</span>'
# White modules around a QR code; the standard asks for four, and the page adds the rest as padding.
QUIET_ZONE: Final = 2
# Many pages are rendered every minute, and a QR code takes some milliseconds.
CACHED_QR_CODES: Final = 2000

UNITS: Final = {
    "days": gettext_lazy("%(days)d d"),
    "hours": gettext_lazy("%(hours)d h"),
    "minutes": gettext_lazy("%(minutes)d min"),
}

register = template.Library()
register.simple_tag(part)
register.filter("in_parentheses", in_parentheses)

register.filter("iso", iso)
register.filter(beneath)
register.filter("script_text", script_text)
register.filter("yuan", yuan)
register.filter("place", statement_path)


@register.filter
def moment(value: datetime) -> SafeString:
    """Return day and time, with the year only where it is not the current one."""
    local = timezone.localtime(value)
    this_year = pgettext("date format", "j M, H:i")
    pattern = this_year if _is_this_year(local) else pgettext("date format", "j M Y, H:i")
    return _time(iso(value), date_format(local, pattern))


@register.filter
def clock(value: datetime) -> SafeString:
    """Return the time alone when it is today's, else with its day."""
    local = timezone.localtime(value)
    today = local.date() == timezone.localdate(present())
    return _time(iso(value), date_format(local, "H:i")) if today else moment(value)


@register.filter
def end(value: datetime) -> SafeString:
    """Return a time at which something ends; midnight is 24:00 of the day before."""
    return _time(iso(value), short_end(iso(value)))


@register.filter
def until(value: datetime, begin: datetime) -> SafeString:
    """Return the end of a span: the time alone when it ends on the day on which it began."""
    local = timezone.localtime(value)
    midnight = local.time() == time()
    last = local.date() - timedelta(days=midnight)
    if last != timezone.localtime(begin).date():
        return end(value)
    return _time(iso(value), "24:00" if midnight else date_format(local, "H:i"))


@register.filter
def day(value: date) -> SafeString:
    """Return a date without the time."""
    this_year = pgettext("date format", "j M")
    pattern = this_year if _is_this_year(value) else pgettext("date format", "j M Y")
    return _time(value.isoformat(), date_format(value, pattern))


@register.filter
def month(value: date) -> str:
    """Return a month with its year."""
    return date_format(value, pgettext("date format", "F Y"))


@register.filter
def month_named(written: str) -> str:
    """Return a month that is written as 2025-02."""
    return month(date.fromisoformat(f"{written}-01"))


@register.filter
def minutes(count: float) -> str:
    """Return a number of minutes, which may have a fraction, as a duration."""
    return duration(timedelta(minutes=round(count)))


@register.filter
def duration(span: timedelta) -> str:
    """Return the two largest units; less than a minute is said as such."""
    whole = int(span.total_seconds()) // 60
    counts = {"days": whole // 1440, "hours": whole // 60 % 24, "minutes": whole % 60}
    parts = [str(UNITS[unit]) % {unit: count} for unit, count in counts.items() if count]
    return " ".join(parts[:2]) or gettext("less than a minute")


def _is_this_year(value: date) -> bool:
    return value.year == timezone.localdate(present()).year


def _time(machine: str, shown: str) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', machine, shown)


@register.filter
def percent(value: Decimal) -> str:
    """Return a percentage with two digits, or without any if it is 100."""
    return "100%" if value == ALL else f"{value:.2f}%"


@register.filter
def at(found: Mapping[Any, Any], key: Any) -> Any:
    """Return what a mapping holds under a key in a variable, or None."""
    return found.get(key)


@register.simple_tag
def span_words() -> SafeString:
    """Return this language's units as data attributes for the countdown script; 0 is the number."""
    spans = {"day": timedelta(days=1), "hour": timedelta(hours=1), "minute": timedelta(minutes=1)}
    words = {unit: duration(span).replace("1", "0") for unit, span in spans.items()}
    words["moment"] = duration(timedelta(0))
    return format_html_join(" ", 'data-{}="{}"', words.items())


@register.inclusion_tag("pages/parts/share.html", takes_context=True)
def share(context: Mapping[str, Any], name: Any = "") -> dict[str, Any]:
    """Render the address of this page as a link and as a QR code."""
    url = settings.SITE_URL + context["request"].path
    return {
        "url": url,
        "qr": qr_code(url),
        "name": str(name),
        "operator_name": context["operator_name"],
        "log_head": context["log_head"],
    }


@lru_cache(CACHED_QR_CODES)
def qr_code(url: str) -> SafeString:
    """Draw an address as an SVG, black on white in every theme, as scanners expect."""
    picture = segno.make(url, error="m", micro=False).svg_inline(
        border=QUIET_ZONE, omitsize=True, light="#fff", svgclass=None, lineclass=None
    )
    picture = picture.replace("<svg ", '<svg class="qr" shape-rendering="crispEdges" ', 1)
    return mark_safe(picture)  # noqa: S308 - made of squares alone


@register.simple_tag
def badge(status: str, label: str) -> SafeString:
    """Return a status in words, with its icon and colours."""
    return format_html(BADGE, str(status), icon(str(status)), label)


@register.simple_tag
def status_icon(status: str) -> SafeString:
    """Return the icon alone, for where the words stand beside it."""
    return format_html(ICON, icon(str(status)))
