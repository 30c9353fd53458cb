"""Reading the log."""

from django.db.models import QuerySet

from statuspage.once import once
from statuspage.statements.models import Statement


def timeline(subject_type: str, subject_id: str) -> list[Statement]:
    """Every statement about one subject, oldest first, corrections included."""
    return list(
        Statement.objects.filter(subject_type=subject_type, subject_id=subject_id).order_by(
            "number"
        )
    )


def timelines(subject_type: str, subject_ids: list[str]) -> dict[str, list[Statement]]:
    """The timelines of several subjects in one query; a subject without one is left out."""
    return _timelines(subject_type, tuple(subject_ids))


@once
def _timelines(subject_type: str, subject_ids: tuple[str, ...]) -> dict[str, list[Statement]]:
    found: dict[str, list[Statement]] = {}
    statements = Statement.objects.filter(
        subject_type=subject_type, subject_id__in=subject_ids
    ).order_by("number")
    for statement in statements:
        found.setdefault(statement.subject_id, []).append(statement)
    return found


def newest(limit: int) -> QuerySet[Statement]:
    """The last `limit` statements, newest first."""
    return Statement.objects.order_by("-number")[:limit]


@once
def last_statement() -> Statement | None:
    """The newest statement; None before the first."""
    return newest(1).first()


@once
def last_statements(limit: int) -> list[Statement]:
    """The last `limit` statements, newest first, read at once."""
    return list(newest(limit))
