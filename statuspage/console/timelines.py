"""What was said about a subject, with what was said about each statement."""

from collections.abc import Sequence
from dataclasses import dataclass

from statuspage.postmortems.selectors import KINDS
from statuspage.statements.models import Statement
from statuspage.statements.selectors import timeline
from statuspage.statements.services import CORRECTION, WITHDRAWAL

ANSWERS = (CORRECTION, WITHDRAWAL)


@dataclass(frozen=True)
class Entry:
    """A statement on its subject's timeline."""

    statement: Statement
    corrected: Sequence[int]
    withdrawn: bool

    @property
    def answerable(self) -> bool:
        """True while it can still be corrected or withdrawn."""
        return not self.withdrawn and self.statement.kind != WITHDRAWAL


def entries(subject_type: str, public_id: str) -> list[Entry]:
    """The statements about one subject, newest first."""
    statements = timeline(subject_type, public_id)
    return [_entry(one, statements) for one in reversed(statements)]


def updates(subject_type: str, public_id: str) -> list[Statement]:
    """The statements that moved a subject on, oldest first; its version counts exactly these."""
    besides = {*ANSWERS, *KINDS}
    return [one for one in timeline(subject_type, public_id) if one.kind not in besides]


def _entry(statement: Statement, statements: Sequence[Statement]) -> Entry:
    answers = [one for one in statements if one.corrects_id == statement.number]
    return Entry(
        statement=statement,
        corrected=[one.number for one in answers if one.kind == CORRECTION],
        withdrawn=any(one.kind == WITHDRAWAL for one in answers),
    )
