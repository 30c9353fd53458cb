"""The timeline of a subject: its statements, with corrections and withdrawals."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from statuspage.postmortems.selectors import KINDS
from statuspage.statements.models import Statement
from statuspage.statements.selectors import timeline
from statuspage.statements.services import CORRECTION, WITHDRAWAL


@dataclass(frozen=True)
class AnsweredStatement:
    """A statement on its subject's timeline, with the numbers of its corrections and withdrawal."""

    statement: Statement
    corrected: Sequence[int]
    withdrawn: Sequence[int]

    @property
    def answerable(self) -> bool:
        """True while it can still be corrected or withdrawn."""
        return not self.withdrawn and self.statement.kind != WITHDRAWAL


def entries(subject_type: str, public_id: str) -> list[AnsweredStatement]:
    """Return the statements about one subject, newest first."""
    statements = timeline(subject_type, public_id)
    answers: dict[tuple[int | None, str], list[int]] = defaultdict(list)
    for one in statements:
        answers[one.corrects_id, one.kind].append(one.number)
    return [
        AnsweredStatement(one, answers[one.number, CORRECTION], answers[one.number, WITHDRAWAL])
        for one in reversed(statements)
    ]


def updates(subject_type: str, public_id: str) -> list[Statement]:
    """Return the statements that updated a subject, oldest first; its version counts these."""
    besides = {CORRECTION, WITHDRAWAL, *KINDS}
    return [one for one in timeline(subject_type, public_id) if one.kind not in besides]
