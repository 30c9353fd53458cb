"""Reading the log for the figures."""

from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from statuspage.once import once
from statuspage.statements.models import Statement
from statuspage.transparency.figures import Month, months
from statuspage.transparency.record import Said

# Maintenance says nothing that is counted.
COUNTED = Q(subject_type__in=("incident", "notice"))


@once
def monthly_figures(now: datetime) -> list[Month]:
    """Every month's figures, newest first; one query."""
    rows = Statement.objects.filter(COUNTED).order_by("number")
    fields = ("number", "kind", "subject_id", "corrects_id", "published_at", "document__content")
    log = (Said(*row) for row in rows.values_list(*fields).iterator(chunk_size=2000))
    return months(log, now, timezone.get_current_timezone())
