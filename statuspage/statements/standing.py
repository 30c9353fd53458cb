"""Which statements still stand, and which of their facts were corrected: pure, for any subject."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from statuspage.statements.documents import CORRECTED, CORRECTION, WITHDRAWAL

# In a withdrawal: what the statement did is undone. Withdrawals of before version 1.0 do not have
# it; they took back words alone.
UNDONE: Final = "undone"
COMPONENTS: Final = "components"


@dataclass(frozen=True)
class Said:
    """One statement, as far as a fold over statements needs it."""

    number: int
    kind: str
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
    known = {one.number: one for one in said}
    gone = {one.corrects for one in known.values() if _undoes(one)}
    facts: dict[int, dict[str, Any]] = {}
    for one in sorted(known.values(), key=lambda one: one.number):
        chain = [*_chain(one, known)]
        if one.kind == CORRECTION and not gone & {each.number for each in chain}:
            _correct(facts.setdefault(chain[-1].number, {}), one.content.get(CORRECTED) or {})
    return [
        Standing(one, facts.get(one.number, {}))
        for one in sorted(known.values(), key=lambda one: one.number)
        if one.corrects is None and one.number not in gone
    ]


def standing_answers(said: Sequence[Said]) -> list[Said]:
    """Return the answers that change the state and were not withdrawn themselves, in order."""
    gone = {one.corrects for one in said if _undoes(one)}
    return [one for one in said if one.corrects and one.changes_state and one.number not in gone]


def _undoes(one: Said) -> bool:
    return one.kind == WITHDRAWAL and one.changes_state


def _chain(one: Said, known: Mapping[int, Said]) -> Iterator[Said]:
    """Yield the statement, the one it answers, and so on to the first."""
    following: Said | None = one
    while following:
        yield following
        following = known.get(following.corrects or 0)


def _correct(facts: dict[str, Any], corrected: Mapping[str, Any]) -> None:
    for name, pair in corrected.items():
        if name == COMPONENTS:
            states = {public_id: each["to"] for public_id, each in pair.items()}
            facts[COMPONENTS] = {**facts.get(COMPONENTS, {}), **states}
        else:
            facts[name] = pair["to"]
