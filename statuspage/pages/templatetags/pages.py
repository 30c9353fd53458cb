"""Filters and tags for times and statuses."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from statuspage.pages import moments
from statuspage.pages.addresses import statement_path
from statuspage.pages.linked_data import script_text
from statuspage.pages.look import icon
from statuspage.pages.sharing import page_url, qr_code
from statuspage.settlement.money import yuan
from statuspage.statements.times import iso

ALL: Final = Decimal(100)
# Pages hold hundreds of these two: a template each would take a tenth of the time of rendering.
ICON: Final = '<svg class="icon" aria-hidden="true"><use href="#icon-{}"/></svg>'
BADGE: Final = f'<span class="badge badge-{{}}">{ICON}{{}}</span>'

register = template.Library()

register.filter("moment", moments.moment)
register.filter("clock", moments.clock)
register.filter("until", moments.until)
register.filter("day", moments.day)
register.filter("month", moments.month)
register.filter("iso", iso)
register.filter("script_text", script_text)
register.filter("yuan", yuan)
register.filter("place", statement_path)


@register.filter
def percent(value: Decimal) -> str:
    """With two digits, unless it is all of it: that is rare enough to stand out."""
    return "100%" if value == ALL else f"{value:.2f}%"


@register.filter
def duration(span: timedelta) -> str:
    """A span in words."""
    return moments.duration(span)


@register.filter
def at(found: Mapping[Any, Any], key: Any) -> Any:
    """What a mapping holds under a key that a template has in a variable; None without it."""
    return found.get(key)


@register.simple_tag
def span_words() -> SafeString:
    """How spans are written in this language, for the script that counts on: 0 is the number."""
    spans = {"day": timedelta(days=1), "hour": timedelta(hours=1), "minute": timedelta(minutes=1)}
    words = {unit: moments.duration(span).replace("1", "0") for unit, span in spans.items()}
    words["moment"] = moments.duration(timedelta(0))
    return format_html_join(" ", 'data-{}="{}"', words.items())


@register.inclusion_tag("pages/parts/share.html", takes_context=True)
def share(context: Mapping[str, Any], name: Any = "") -> dict[str, Any]:
    """How to pass this page on: its address, as a link and as a QR code."""
    url = page_url(context["request"].path)
    return {
        "url": url,
        "qr": qr_code(url),
        "name": str(name),
        "operator_name": context["operator_name"],
        "log_head": context["log_head"],
    }


@register.simple_tag
def badge(status: str, label: str) -> SafeString:
    """A status in words, with its icon and colours."""
    return format_html(BADGE, str(status), icon(str(status)), label)


@register.simple_tag
def status_icon(status: str) -> SafeString:
    """The icon alone, for where the words stand beside it."""
    return format_html(ICON, icon(str(status)))
