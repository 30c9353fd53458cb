"""Statements about one subject as a reader sees them, newest first."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from statuspage.components.statuses import ComponentStatus
from statuspage.incidents.lifecycle import IncidentStatus, MaintenanceStatus
from statuspage.pages.differences import Part, differences
from statuspage.pages.words import Words, words
from statuspage.postmortems.content import FOLLOWED_UP, POSTMORTEM
from statuspage.postmortems.content import STATUS as POSTMORTEM_STATUS
from statuspage.settlement.notices import notice_kind
from statuspage.statements.models import Statement
from statuspage.statements.services import CORRECTION, WITHDRAWAL
from statuspage.statements.texts import CHINESE
from statuspage.statements.times import from_iso

ANSWERS: Final = {CORRECTION: _("Correction"), WITHDRAWAL: _("Withdrawal")}
AFTERWARDS: Final = {POSTMORTEM: _("Postmortem"), FOLLOWED_UP: _("Follow-up")}
STAGES: Final[Mapping[str, type[TextChoices]]] = {
    "incident": IncidentStatus,
    "maintenance": MaintenanceStatus,
}
NOTICE: Final = "notice"


@dataclass(frozen=True)
class Change:
    """A component an update speaks of, before and after."""

    name: Words
    old: ComponentStatus
    new: ComponentStatus

    @property
    def changed(self) -> bool:
        """False where the update only repeats the state."""
        return self.old != self.new


@dataclass(frozen=True)
class Entry:
    """One statement. `tone` names its badge's colours; `answers` are what was said about it.

    `tables` are an answer's own: those of what it answers stand on its page.
    """

    number: int
    kind: str
    tone: str
    label: str | Promise
    at: datetime
    name: Words
    body: Words
    sha256: str
    changes: Sequence[Change]
    next_update_by: datetime | None
    short_notice: Words | None
    corrects: int | None
    corrected: Words | None
    tables: Sequence[Mapping[str, Any]]
    answers: Sequence["Entry"]

    @property
    def is_answer(self) -> bool:
        """True for a correction or withdrawal of an earlier statement."""
        return self.kind in ANSWERS

    @property
    def differences(self) -> Sequence[Part]:
        """What a correction changes in the words of what it corrects; empty where that says nothing
        because it is a text of its own.
        """
        if self.kind != CORRECTION or not self.corrected:
            return []
        if self.corrected.language != self.body.language:
            return []
        return differences(self.corrected.value, self.body.value)

    @property
    def withdrawn(self) -> bool:
        """True when it was taken back; it stays readable all the same."""
        return any(answer.kind == WITHDRAWAL for answer in self.answers)


def entries(
    statements: Iterable[Statement], language: str, hidden: Set[str] = frozenset()
) -> list[Entry]:
    """The statements newest first; components whose public id is `hidden` are left out."""
    answers: dict[int, list[Entry]] = {}
    known = {statement.number: statement for statement in statements}
    found = []
    for _number, statement in sorted(known.items(), reverse=True):
        corrected = known.get(statement.corrects_id or 0)
        said = answers.get(statement.number, [])
        entry = _entry(statement, language, hidden, said, corrected)
        if statement.corrects_id is not None:
            answers.setdefault(statement.corrects_id, []).insert(0, entry)
        found.append(entry)
    return found


def latest(timeline: Sequence[Entry]) -> list[Entry]:
    """The newest update with every correction that followed it, newest first."""
    for position, entry in enumerate(timeline):
        if not entry.is_answer:
            return list(timeline[: position + 1])
    return list(timeline)


def tone_and_label(statement: Statement) -> tuple[str, str | Promise]:
    """What a statement's badge shows: its stage, its kind of notice, or that it is an answer."""
    if statement.kind in ANSWERS:
        return statement.kind, ANSWERS[statement.kind]
    status = statement.content.get("status")
    if statement.kind in AFTERWARDS:
        return POSTMORTEM_STATUS, AFTERWARDS[statement.kind]
    stage = STAGES.get(statement.subject_type)
    if stage and status in stage.values:
        return str(status), stage(status).label
    return NOTICE, notice_label(statement.kind.partition(".")[2])


def notice_label(kind: str) -> str | Promise:
    """The name of a kind of notice; a kind this version does not know is simply a notice."""
    try:
        return notice_kind(kind).label
    except ValidationError:
        return _("Notice")


def spoken(said: Mapping[str, Any] | None, language: str) -> Sequence[Mapping[str, Any]]:
    """What the log keeps by language."""
    return (said or {}).get(language) or (said or {}).get(CHINESE) or []


def _entry(
    statement: Statement,
    language: str,
    hidden: Set[str],
    answers: Sequence[Entry],
    corrected: Statement | None,
) -> Entry:
    content = statement.content
    tone, label = tone_and_label(statement)
    promised, reason = content.get("next_update_by"), content.get("short_notice_reason")
    return Entry(
        number=statement.number,
        kind=statement.kind,
        tone=tone,
        label=label,
        at=statement.published_at,
        name=words(content["name"], language),
        body=words(content["body"], language),
        sha256=statement.sha256,
        changes=[] if statement.kind in ANSWERS else _changes(content, language, hidden),
        next_update_by=from_iso(promised) if promised else None,
        short_notice=words(reason, language) if reason else None,
        corrects=statement.corrects_id,
        corrected=words(corrected.content["body"], language) if corrected else None,
        tables=spoken(content.get("tables"), language) if statement.kind in ANSWERS else [],
        answers=answers,
    )


def _changes(content: Mapping[str, Any], language: str, hidden: Set[str]) -> list[Change]:
    return [
        Change(
            name=words(one["name"], language),
            old=ComponentStatus(one["old_status"]),
            new=ComponentStatus(one["new_status"]),
        )
        for one in content.get("components", [])
        if one["id"] not in hidden
    ]
