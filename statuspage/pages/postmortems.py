"""A postmortem as its incident's page shows it: what the log says, in the reader's language."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from statuspage.pages.words import Words, words
from statuspage.postmortems.selectors import Told, told_after
from statuspage.statements.selectors import timelines
from statuspage.statements.times import from_iso


@dataclass(frozen=True)
class Section:
    """A heading and its text."""

    title: Words
    body: Words


@dataclass(frozen=True)
class ActionLine:
    """Something that follows from it."""

    text: Words
    due: date | None
    done_at: datetime | None
    late: bool


@dataclass(frozen=True)
class PostmortemCard:
    """The document where there is one; else by when it is promised."""

    number: int | None
    published_at: datetime | None
    summary: Words | None
    sections: Sequence[Section]
    actions: Sequence[ActionLine]
    due: date | None
    late: bool


def postmortem_card(incident_id: str, language: str, today: date) -> PostmortemCard | None:
    """None where nothing was said after the incident, and nothing promised."""
    told = told_after(timelines("incident", [incident_id]).get(incident_id, []))
    if told.statement is None and told.due is None:
        return None
    content = told.statement.content if told.statement else {}
    return PostmortemCard(
        number=told.statement.number if told.statement else None,
        published_at=told.statement.published_at if told.statement else None,
        summary=words(content["body"], language) if content else None,
        sections=[
            Section(words(one["title"], language), words(one["body"], language))
            for one in content.get("sections", [])
        ],
        actions=_actions(told, language, today),
        due=told.due,
        late=told.late(today),
    )


def _actions(told: Told, language: str, today: date) -> list[ActionLine]:
    lines = []
    for one in told.actions:
        due = date.fromisoformat(one["due"]) if one["due"] else None
        done = from_iso(one["done_at"]) if one["done_at"] else None
        late = done is None and due is not None and today > due
        lines.append(ActionLine(words(one["text"], language), due, done, late))
    return lines
