"""What taking a statement back undoes in other rooms; it runs inside the publishing transaction."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from django.db import transaction
from django.utils import timezone

from statuspage.statements.authors import Author
from statuspage.statements.canonical import Json
from statuspage.statements.models import Statement

# Sees the statement that is taken back, the moment and who does it; what it returns is said too.
Undo = Callable[[Statement, datetime, Author | None], Mapping[str, Json]]
_UNDOES: Final[dict[str, Undo]] = {}


def undoes(subject_type: str) -> Callable[[Undo], Undo]:
    """Register what undoes statements about that type of subject; called once by its room."""

    def register(undo: Undo) -> Undo:
        _UNDOES[subject_type] = undo
        return undo

    return register


def undone(statement: Statement, moment: datetime, author: Author | None) -> Mapping[str, Json]:
    """Undo what the statement did; returns what the withdrawal has to say about that."""
    undo = _UNDOES.get(statement.subject_type)
    return undo(statement, moment, author) if undo else {}


def would_undo(statement: Statement) -> Mapping[str, Json]:
    """What a withdrawal would have to say; nothing of it is kept."""
    with transaction.atomic():
        said = undone(statement, timezone.now(), None)
        transaction.set_rollback(True)
        return said
