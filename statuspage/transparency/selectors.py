"""Reads the log and computes the monthly figures."""

from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from statuspage.lib.render_cache import once
from statuspage.statements.models import Statement
from statuspage.transparency.figures import LoggedStatement, MonthFigures, months

# Maintenance has no figures.
COUNTED = Q(subject_type__in=("incident", "notice"))


@once
def monthly_figures(now: datetime) -> list[MonthFigures]:
    """Return every month's figures, newest first; one query."""
    rows = Statement.objects.filter(COUNTED).order_by("number")
    fields = ("number", "kind", "subject_id", "corrects_id", "published_at", "document__content")
    log = (LoggedStatement(*row) for row in rows.values_list(*fields).iterator(chunk_size=2000))
    return months(log, now, timezone.get_current_timezone())
