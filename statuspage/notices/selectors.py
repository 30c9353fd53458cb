"""Reading notices."""

from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Now

from statuspage.notices.models import Notice
from statuspage.statements.models import Statement
from statuspage.statements.services import WITHDRAWAL


def notices() -> QuerySet[Notice]:
    """Return all notices, newest first."""
    return Notice.objects.all()


def standing_notices(as_of: datetime | Now) -> QuerySet[Notice]:
    """Return the notices that were published by then and not withdrawn by then, the newest
    first.
    """
    taken_back = Statement.objects.filter(
        kind=WITHDRAWAL,
        # A correction may be taken back as well; the notice itself then stands.
        corrects__kind__startswith="notice.",
        subject_type="notice",
        subject_id=OuterRef("public_id"),
        published_at__lte=as_of,
    )
    return Notice.objects.filter(~Exists(taken_back), published_at__lte=as_of)
