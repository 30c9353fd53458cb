"""A line of the public log."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise

from statuspage.pages.addresses import subject_path
from statuspage.pages.timeline import tone_and_label
from statuspage.pages.words import Words, words
from statuspage.statements.models import Statement


@dataclass(frozen=True)
class LogRow:
    """One statement: what it is, when, its digest, and where it is shown."""

    number: int
    tone: str
    label: str | Promise
    name: Words
    at: datetime
    sha256: str
    path: str


def log_row(statement: Statement, language: str) -> LogRow:
    """The line of one statement."""
    tone, label = tone_and_label(statement)
    return LogRow(
        number=statement.number,
        tone=tone,
        label=label,
        name=words(statement.content["name"], language),
        at=statement.published_at,
        sha256=statement.sha256,
        path=f"{subject_path(statement.subject_type, statement.subject_id)}"
        f"#statement-{statement.number}",
    )
