"""Reading notices."""

from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from statuspage.settlement.models import Notice
from statuspage.statements.models import Statement
from statuspage.statements.services import WITHDRAWAL


def notices() -> QuerySet[Notice]:
    """All notices, the newest first."""
    return Notice.objects.all()


def recent_notices(limit: int = 5) -> QuerySet[Notice]:
    """The `limit` newest."""
    return Notice.objects.all()[:limit]


def notices_of_incident(incident_id: str) -> QuerySet[Notice]:
    """Notices that belong to the incident with this public id."""
    return Notice.objects.filter(incident_id=incident_id)


def standing_notices(as_of: datetime) -> QuerySet[Notice]:
    """The notices that were published by then and not withdrawn by then, the newest first."""
    taken_back = Statement.objects.filter(
        kind=WITHDRAWAL,
        # A correction may be taken back as well; the notice itself then stands.
        corrects__kind__startswith="notice.",
        subject_type="notice",
        subject_id=OuterRef("public_id"),
        published_at__lte=as_of,
    )
    return Notice.objects.filter(~Exists(taken_back), published_at__lte=as_of)
