"""What follows from statements: a pure fold, without a query, a clock or a row.

Every statement about an incident or a maintenance says what its row then shows, and so does an
answer that changes that. So the newest decides here, and nothing has to be held in memory. Whether
an answer says what the standing statements give is compared for the subjects that have one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from statuspage.incidents.folding import BACKFILLED, BACKFILLED_UPDATE, STEPS
from statuspage.statements.standing import Said

# About the past only: they change no present state.
OF_THE_PAST: Final = frozenset({BACKFILLED, BACKFILLED_UPDATE})
# What a row of each kind of subject takes from its newest statement.
FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "incident": ("name", "status", "impact", "started_at", "next_update_by"),
    "maintenance": ("name", "status", "scheduled_for", "scheduled_until"),
}


@dataclass
class Shown:
    """What a row shows, by field, and which statement said so last."""

    number: int
    values: Mapping[str, Any]


# A component's state: of which component, which state, from when, and the number of the statement.
Change = tuple[str, str, datetime, int]
# A kind of subject and a public id.
Subject = tuple[str, str]


@dataclass
class Fold:
    """What all statements together say."""

    shown: dict[Subject, Shown] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    # The state of each component that was ever named, and the statement that said so.
    states: dict[str, tuple[str, int]] = field(default_factory=dict)
    # The subjects of which something was taken back or corrected.
    answered: set[Subject] = field(default_factory=set)


def folded(statements: Iterable[Said]) -> Fold:
    """Return what statements say; they are in the order of their numbers."""
    found = Fold()
    for said in statements:
        if said.subject_type not in FIELDS or not _tells(said):
            continue
        subject = said.subject_type, said.subject_id
        values = {name: said.content.get(name) for name in FIELDS[said.subject_type]}
        found.shown[subject] = Shown(said.number, values)
        if said.corrects:
            found.answered.add(subject)
        if said.kind not in OF_THE_PAST:
            _follow(found, said)
    return found


def _tells(said: Said) -> bool:
    """Return whether a statement says in which state its subject is; a postmortem does not."""
    return said.kind in STEPS or said.kind.startswith("maintenance.") or said.changes_state


def _follow(found: Fold, said: Said) -> None:
    for one in said.content.get("components") or ():
        found.states[one["id"]] = (one["new_status"], said.number)
        if one["old_status"] != one["new_status"]:
            change = (one["id"], one["new_status"], said.published_at, said.number)
            found.changes.append(change)
