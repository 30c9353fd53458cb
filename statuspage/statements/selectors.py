"""Reading the log."""

from statuspage.lib.render_cache import once
from statuspage.statements.models import Statement


def timeline(subject_type: str, subject_id: str) -> list[Statement]:
    """Return every statement about one subject, oldest first, corrections included."""
    return timelines(subject_type, (subject_id,)).get(subject_id, [])


@once
def timelines(subject_type: str, subject_ids: tuple[str, ...]) -> dict[str, list[Statement]]:
    """Return the timelines of several subjects in one query; a subject without one is left out."""
    found: dict[str, list[Statement]] = {}
    said = Statement.objects.filter(subject_type=subject_type, subject_id__in=subject_ids)
    for statement in said.order_by("number"):
        found.setdefault(statement.subject_id, []).append(statement)
    return found


@once
def last_statement() -> Statement | None:
    """Return the newest statement; None before the first."""
    return Statement.objects.first()


@once
def last_statements(limit: int) -> list[Statement]:
    """Return the last `limit` statements, newest first."""
    return list(Statement.objects.all()[:limit])
