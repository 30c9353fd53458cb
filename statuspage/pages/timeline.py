"""Statements about one subject as a reader sees them, newest first."""

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from statuspage.components.statuses import ComponentStatus
from statuspage.incidents.lifecycle import IncidentStatus, MaintenanceStatus, turn_of
from statuspage.incidents.replanning import RESCHEDULED
from statuspage.incidents.said import as_said
from statuspage.notices.kind import NoticeKind, notice_kind
from statuspage.postmortems.content import FOLLOWED_UP, POSTMORTEM
from statuspage.postmortems.content import STATUS as POSTMORTEM_STATUS
from statuspage.statements.documents import OUTCOME
from statuspage.statements.models import Statement
from statuspage.statements.services import CORRECTION, WITHDRAWAL
from statuspage.statements.texts import CHINESE, LocalizedText, words
from statuspage.statements.times import from_iso

# A Latin word or a number with its digits' separators is one piece; of other writing (and of
# punctuation) each character is.
PIECE: Final = re.compile(r"\d+(?:[.,:]\d+)*|[A-Za-zÀ-ɏ]+(?:['’-][A-Za-zÀ-ɏ]+)*|\s+|.", re.DOTALL)
# Below this ratio two texts are too different for a readable comparison.
ALIKE: Final = 0.6
# In characters; comparing grows with the square of it.
LONGEST: Final = 2000
ANSWERS: Final = {CORRECTION: _("Correction"), WITHDRAWAL: _("Withdrawal")}
AFTERWARDS: Final = {POSTMORTEM: _("Postmortem"), FOLLOWED_UP: _("Follow-up")}
STAGES: Final[Mapping[str, Mapping[str, str | Promise]]] = {
    "incident": dict(IncidentStatus.choices),
    "maintenance": dict(MaintenanceStatus.choices),
}
NOTICE: Final = "notice"


@dataclass(frozen=True)
class TextPart:
    """A stretch of text: `kind` is `same`, `gone` or `new`."""

    kind: str
    text: str


def differences(before: str, after: str) -> list[TextPart]:
    """Return the stretches of both texts in order; none where they are too unlike, or the same."""
    if max(len(before), len(after)) > LONGEST:
        return []
    old, new = PIECE.findall(before), PIECE.findall(after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if old == new or matcher.ratio() < ALIKE:
        return []
    return [
        part
        for code, *places in matcher.get_opcodes()
        for part in _parts(code, old[places[0] : places[1]], new[places[2] : places[3]])
    ]


def _parts(code: str, old: Sequence[str], new: Sequence[str]) -> list[TextPart]:
    if code == "equal":
        return [TextPart("same", "".join(old))]
    changed = (TextPart("gone", "".join(old)), TextPart("new", "".join(new)))
    return [part for part in changed if part.text]


@dataclass(frozen=True)
class TimelineEntry:
    """One statement. `tone` names its badge's colours; `answers` are what was said about it.

    `details` and `tables` are as the log keeps them: what was said, in the reader's language.
    """

    number: int
    kind: str
    tone: str
    label: str | Promise
    at: datetime
    name: LocalizedText
    body: LocalizedText
    sha256: str
    changes: Sequence[Mapping[str, object]]
    next_update_by: datetime | None
    short_notice: LocalizedText | None
    corrects: int | None
    corrected: LocalizedText | None
    # What an answer changed.
    outcome: LocalizedText | None
    details: Sequence[Mapping[str, Any]]
    tables: Sequence[Mapping[str, Any]]
    payload: Mapping[str, Any]
    answers: Sequence["TimelineEntry"]

    @property
    def is_answer(self) -> bool:
        """True for a correction or withdrawal of an earlier statement."""
        return self.kind in ANSWERS

    @property
    def differences(self) -> Sequence[TextPart]:
        """What a correction changes in the words of what it corrects, if they are alike."""
        if self.kind != CORRECTION or not self.corrected:
            return []
        if self.corrected.language != self.body.language:
            return []
        return differences(self.corrected.value, self.body.value)

    @property
    def cards(self) -> Sequence[Any]:
        """What a notice's kind shows in place of its tables, in the active language."""
        kind = known_kind(self.kind)
        return kind.cards(self.payload) if kind else ()

    @property
    def withdrawn(self) -> bool:
        """True when it was taken back; it stays readable all the same."""
        return any(answer.kind == WITHDRAWAL for answer in self.answers)


def entries(
    statements: Iterable[Statement], language: str, hidden: Set[str] = frozenset()
) -> list[TimelineEntry]:
    """Return the statements newest first; components whose public id is `hidden` are left out."""
    answers: dict[int, list[TimelineEntry]] = {}
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


def latest(timeline: Sequence[TimelineEntry]) -> list[TimelineEntry]:
    """Return the newest update that stands and what followed it, newest first.

    Where nothing stands: the newest update with the answers that followed it.
    """
    updates = [entry for entry in timeline if not entry.is_answer]
    shown = [entry for entry in updates if not entry.withdrawn] or updates
    return list(timeline[: timeline.index(shown[0]) + 1]) if shown else list(timeline)


def tone_and_label(statement: Statement) -> tuple[str, str | Promise]:
    """Return what a statement's badge shows: its stage, its kind, or that it is an answer."""
    if statement.kind in ANSWERS:
        return statement.kind, ANSWERS[statement.kind]
    status = statement.content.get("status", "")
    if statement.kind == RESCHEDULED:
        return MaintenanceStatus.SCHEDULED, _("Rescheduled")
    if statement.kind in AFTERWARDS:
        return POSTMORTEM_STATUS, AFTERWARDS[statement.kind]
    if turn := turn_of(statement.content):
        return status, turn
    stages = STAGES.get(statement.subject_type, {})
    if status in stages:
        return status, stages[status]
    return NOTICE, notice_label(statement.kind.partition(".")[2])


def notice_label(kind: str) -> str | Promise:
    """Return the name of a kind of notice; a kind this version does not know is simply a notice."""
    known = known_kind(f"{NOTICE}.{kind}")
    return known.label if known else _("Notice")


def known_kind(statement_kind: str) -> NoticeKind | None:
    """Return the kind of a notice's statement; None for a kind that this version does not know."""
    subject, _dot, name = statement_kind.partition(".")
    try:
        return notice_kind(name) if subject == NOTICE else None
    except ValidationError:
        return None


def spoken(said: Mapping[str, Any] | None, language: str) -> Sequence[Mapping[str, Any]]:
    """Return the items that the log keeps by language, in this language or in Chinese."""
    return (said or {}).get(language) or (said or {}).get(CHINESE) or []


def _entry(
    statement: Statement,
    language: str,
    hidden: Set[str],
    answers: Sequence[TimelineEntry],
    corrected: Statement | None,
) -> TimelineEntry:
    content = statement.news
    tone, label = tone_and_label(statement)
    promised, reason = content.get("next_update_by"), content.get("short_notice_reason")
    return TimelineEntry(
        number=statement.number,
        kind=statement.kind,
        tone=tone,
        label=label,
        at=statement.happened_at,
        name=words(content["name"], language),
        body=words(content["body"], language),
        sha256=statement.sha256,
        changes=_changes(content, language, hidden) if _changes_state(statement) else [],
        next_update_by=from_iso(promised) if promised else None,
        short_notice=words(reason, language) if reason else None,
        corrects=statement.corrects_id,
        corrected=words(corrected.content["body"], language) if corrected else None,
        outcome=words(content[OUTCOME], language) if OUTCOME in content else None,
        details=spoken(content.get("details"), language),
        tables=spoken(content.get("tables"), language),
        payload=content.get("payload") or {},
        answers=answers,
    )


def _changes_state(statement: Statement) -> bool:
    """Return False for an answer that takes back or corrects words alone."""
    return statement.kind not in ANSWERS or as_said(statement).changes_state


def _changes(
    content: Mapping[str, Any], language: str, hidden: Set[str]
) -> list[dict[str, object]]:
    """Return the components of an update with old and new state; some keep their state."""
    return [
        {
            "name": words(one["name"], language),
            "old": ComponentStatus(one["old_status"]),
            "new": ComponentStatus(one["new_status"]),
            "changed": one["old_status"] != one["new_status"],
        }
        for one in content.get("components", [])
        if one["id"] not in hidden
    ]
