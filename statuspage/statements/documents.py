"""The document of a statement: pure functions that both publishing and previews call."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from statuspage.statements.times import iso

FORMAT_VERSION: Final = 1
CORRECTION: Final = "correction"
WITHDRAWAL: Final = "withdrawal"
SHORT: Final = "short"
# What an answer to a statement repeats of it: its subject, and what decides who is notified.
HEADING: Final = ("name", "impact", "audience", "told", "components")

Content = dict[str, Any]
Document = dict[str, Any]


@dataclass(frozen=True)
class Subject:
    """What a statement is about: a kind of thing and its public id."""

    type: str
    id: str


def document_of(
    *,
    number: int,
    kind: str,
    subject: Subject,
    content: Mapping[str, Any],
    published_at: datetime,
    corrects: int | None = None,
) -> Document:
    """Return the document whose canonical JSON is hashed."""
    return {
        "v": FORMAT_VERSION,
        "number": number,
        "kind": kind,
        "subject": {"type": subject.type, "id": subject.id},
        "published_at": iso(published_at),
        "corrects": corrects,
        "content": dict(content),
    }


def correction_content(corrected: Mapping[str, Any], body: Mapping[str, str]) -> Content:
    """Repeat everything the corrected statement says, with the text that is right.

    Not its shorter words for some channels: a correction is said in its own.
    """
    repeated = {key: value for key, value in corrected.items() if key != SHORT}
    return {**repeated, "body": dict(body)}


def withdrawal_content(
    withdrawn: Mapping[str, Any], body: Mapping[str, str], undone: Mapping[str, Any]
) -> Content:
    """Give the reason and what is undone; what was withdrawn is not said again."""
    return {**_only(HEADING, withdrawn), "body": dict(body), **undone}


def news_of(document: Mapping[str, Any]) -> Content:
    """Return what is new in a statement: of a correction, its text under the heading.

    What a correction repeats is shown with the original statement.
    """
    content: Content = document["content"]
    return _only((*HEADING, "body"), content) if document["kind"] == CORRECTION else content


def _only(keys: tuple[str, ...], content: Mapping[str, Any]) -> Content:
    return {key: content[key] for key in keys if key in content}
