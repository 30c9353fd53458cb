"""What went out at once is read afterwards by a second person."""

from datetime import timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from statuspage.console.models import Review
from statuspage.settlement.services import check_second_person
from statuspage.staff.models import Staff
from statuspage.statements.models import Statement


def to_review() -> QuerySet[Statement]:
    """What somebody said and no second person has read, the oldest first."""
    since = timezone.now() - timedelta(days=settings.REVIEW_WITHIN_DAYS)
    said = Statement.objects.filter(
        kind__in=settings.REVIEWED_KINDS,
        author__isnull=False,
        published_at__gte=since,
        review=None,
    )
    return said.select_related("author").order_by("number")


def review(*, statement: Statement, staff: Staff) -> bool:
    """Note that they have read it; False where another did before.

    Raises:
        ValidationError: they wrote it themselves, or the role may not.
    """
    check_second_person(statement.author, staff)
    _review, made = Review.objects.get_or_create(statement=statement, defaults={"staff": staff})
    return made
