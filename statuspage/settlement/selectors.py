"""Reading notices."""

from django.db.models import QuerySet

from statuspage.settlement.models import Notice


def notices() -> QuerySet[Notice]:
    """All notices, the newest first."""
    return Notice.objects.all()


def recent_notices(limit: int = 5) -> QuerySet[Notice]:
    """The `limit` newest."""
    return Notice.objects.all()[:limit]


def notices_of_incident(incident_id: str) -> QuerySet[Notice]:
    """Notices that belong to the incident with this public id."""
    return Notice.objects.filter(incident_id=incident_id)
