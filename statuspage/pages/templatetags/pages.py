"""Filters and tags for times and statuses."""

from datetime import timedelta

from django import template

from statuspage.pages import moments
from statuspage.pages.addresses import statement_path
from statuspage.pages.look import icon
from statuspage.settlement.money import yuan

register = template.Library()

register.filter("moment", moments.moment)
register.filter("clock", moments.clock)
register.filter("until", moments.until)
register.filter("day", moments.day)
register.filter("month", moments.month)
register.filter("yuan", yuan)
register.filter("place", statement_path)


@register.filter
def duration(span: timedelta) -> str:
    """A span in words."""
    return moments.duration(span)


@register.inclusion_tag("pages/parts/badge.html")
def badge(status: str, label: str) -> dict[str, str]:
    """A status in words, with its icon and colours."""
    return {"status": str(status), "label": label, "icon": icon(str(status))}


@register.inclusion_tag("pages/parts/icon.html")
def status_icon(status: str) -> dict[str, str]:
    """The icon alone, for where the words stand beside it."""
    return {"icon": icon(str(status))}
