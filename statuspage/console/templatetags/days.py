"""How the console's templates name a day of the calendar."""

from typing import Any

from django import template
from django.utils.translation import get_language

from statuspage.settlement.calendar.models import DayKind
from statuspage.settlement.workdays import Day
from statuspage.statements.texts import in_language

register = template.Library()


@register.filter
def day_said(day: Day) -> Any:
    """Its own name, or what kind of day it is."""
    return in_language(day.label, get_language() or "") or DayKind(day.kind).label
