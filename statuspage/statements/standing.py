"""Which statements still stand, and which of their facts were corrected: pure, for any subject."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol

from statuspage.statements.documents import CORRECTED, CORRECTION, WITHDRAWAL

# In a withdrawal: what the statement did is undone. Withdrawals of before version 1.0 do not have
# it; they took back words alone.
UNDONE: Final = "undone"
COMPONENTS: Final = "components"


class Answering(Protocol):
    """A statement that may answer another one."""

    @property
    def number(self) -> int:
        """Its number in the log."""

    @property
    def kind(self) -> str:
        """Its kind."""

    @property
    def corrects(self) -> int | None:
        """The number of what it answers, if it answers something."""

    @property
    def content(self) -> Mapping[str, Any]:
        """What it says."""


@dataclass(frozen=True)
class Said:
    """One statement, as far as a fold over statements needs it."""

    number: int
    kind: str
    subject_type: str
    subject_id: str
    published_at: datetime
    content: Mapping[str, Any]
    corrects: int | None = None

    @property
    def changes_state(self) -> bool:
        """True for an answer that undoes what was done, or corrects a fact."""
        return bool(self.content.get(UNDONE if self.kind == WITHDRAWAL else CORRECTED))


@dataclass(frozen=True)
class Standing:
    """A statement that stands, and its facts as corrected since; `components` by public id."""

    said: Said
    facts: Mapping[str, Any] = field(default_factory=dict)


def standing(said: Iterable[Said]) -> list[Standing]:
    """Return the statements that are no answers and were not withdrawn, in order."""
    statements = sorted(said, key=lambda one: one.number)
    gone = {one.corrects for one in statements if _undoes(one) and one.corrects}
    facts = facts_corrected(statements, gone)
    return [
        Standing(one, facts.get(one.number, {}))
        for one in statements
        if one.corrects is None and one.number not in gone
    ]


def facts_corrected(
    statements: Iterable[Answering], gone: Collection[int]
) -> dict[int, dict[str, Any]]:
    """Return the facts that corrections changed, by the number of the statement corrected first.

    `statements` are in order, `gone` the numbers of those that were withdrawn: what answers one
    of them counts no more.
    """
    first: dict[int, int] = {}
    found: dict[int, dict[str, Any]] = {}
    for one in statements:
        if one.kind == CORRECTION and one.corrects:
            if one.number in gone or one.corrects in gone or first.get(one.corrects) == 0:
                first[one.number] = 0
                continue
            first[one.number] = of = first.get(one.corrects, one.corrects)
            _correct(found.setdefault(of, {}), one.content.get(CORRECTED) or {})
    return found


def standing_answers(said: Sequence[Said]) -> list[Said]:
    """Return the answers that change the state and were not withdrawn themselves, in order."""
    gone = {one.corrects for one in said if _undoes(one)}
    return [one for one in said if one.corrects and one.changes_state and one.number not in gone]


def _undoes(one: Said) -> bool:
    return one.kind == WITHDRAWAL and one.changes_state


def _correct(facts: dict[str, Any], corrected: Mapping[str, Any]) -> None:
    for name, pair in corrected.items():
        if name == COMPONENTS:
            states = {public_id: each["to"] for public_id, each in pair.items()}
            facts[COMPONENTS] = {**facts.get(COMPONENTS, {}), **states}
        else:
            facts[name] = pair["to"]
