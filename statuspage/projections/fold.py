"""What follows from statements: a pure fold, without a query, a clock or a row.

Whoever leaves out the statements that no longer stand gets what stands.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

# About the past only: they change no present state.
OF_THE_PAST: Final = frozenset({"incident.backfilled", "incident.backfilled_update"})
# What a row of each kind of subject takes from its newest statement.
FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "incident": ("name", "status", "impact", "started_at", "next_update_by"),
    "maintenance": ("name", "status", "scheduled_for", "scheduled_until"),
}
FAMILIES: Final = {f"{subject}.": subject for subject in FIELDS}


@dataclass(frozen=True)
class Said:
    """One statement, as far as the fold needs it."""

    number: int
    kind: str
    subject_id: str
    published_at: datetime
    content: Mapping[str, Any]

    @property
    def subject_type(self) -> str:
        """Return which kind of row it is about; empty where it is about none."""
        family, _dot, _rest = self.kind.partition(".")
        return FAMILIES.get(f"{family}.", "")


@dataclass
class Shown:
    """What a row shows, by field, and which statement said so last."""

    number: int
    values: Mapping[str, Any]


# A component's state: of which component, which state, from when, and the number of the statement.
Change = tuple[str, str, datetime, int]


@dataclass
class Fold:
    """What all statements together say."""

    shown: dict[tuple[str, str], Shown] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    # The state of each component that was ever named, and the statement that said so.
    states: dict[str, tuple[str, int]] = field(default_factory=dict)


def folded(statements: Iterable[Said]) -> Fold:
    """Return what statements say; they are in the order of their numbers."""
    found = Fold()
    for said in statements:
        if kind := said.subject_type:
            values = {name: said.content.get(name) for name in FIELDS[kind]}
            found.shown[kind, said.subject_id] = Shown(said.number, values)
            if said.kind not in OF_THE_PAST:
                _follow(found, said)
    return found


def _follow(found: Fold, said: Said) -> None:
    for one in said.content.get("components") or ():
        found.states[one["id"]] = (one["new_status"], said.number)
        if one["old_status"] != one["new_status"]:
            change = (one["id"], one["new_status"], said.published_at, said.number)
            found.changes.append(change)
