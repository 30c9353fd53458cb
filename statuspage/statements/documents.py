"""The document of a statement: pure functions that both publishing and previews call."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from statuspage.lib.punctuation import sentence
from statuspage.statements.texts import CHINESE, in_language
from statuspage.statements.times import from_iso, iso

FORMAT_VERSION: Final = 1
CORRECTION: Final = "correction"
WITHDRAWAL: Final = "withdrawal"
SHORT: Final = "short"
# Whether the words in brief need no headline before them.
ALONE: Final = "brief_alone"
# What an answer to a statement repeats of it: its subject, and what decides who is notified.
HEADING: Final = ("name", "impact", "audience", "told", "components")

# In a correction: the facts that it corrects, each with its old and its new value.
CORRECTED: Final = "corrected"
# What an answer changed, in a sentence or two, by language.
OUTCOME: Final = "outcome"
# What an answer does not repeat.
OF_ITS_OWN: Final = frozenset({CORRECTED, OUTCOME, SHORT})
# What a correction of facts says for the first time.
PROMISED: Final = "next_update_by"
FACTS: Final = (CORRECTED, "status", PROMISED, OUTCOME)

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


def correction_content(
    corrected: Mapping[str, Any], body: Mapping[str, str], facts: Mapping[str, Any]
) -> Content:
    """Repeat everything the corrected statement says, with the text and the facts that are right.

    Not its shorter words for some channels: a correction is said in its own. And the facts that a
    correction corrected are not corrected once more by a correction of its text.
    """
    repeated = {key: value for key, value in corrected.items() if key not in OF_ITS_OWN}
    return {**repeated, "body": dict(body), **facts}


def withdrawal_content(
    withdrawn: Mapping[str, Any], body: Mapping[str, str], undone: Mapping[str, Any]
) -> Content:
    """Give the reason and what is undone; what was withdrawn is not said again."""
    return {**_only(HEADING, withdrawn), "body": dict(body), **undone}


def said_by(content: Mapping[str, Any], language: str) -> str:
    """Return the text of a statement, with what it changed where it is an answer."""
    said, changed = (in_language(content.get(part) or {}, language) for part in ("body", OUTCOME))
    if not changed:
        return said
    chinese = language == CHINESE
    return f"{sentence(said, chinese=chinese)}{'' if chinese else ' '}{changed}"


def news_of(document: Mapping[str, Any]) -> Content:
    """Return what is new in a statement: of a correction, its text and facts under the heading.

    What a correction repeats is shown with the original statement; and no answer promises what
    has passed by then, although it says what the state is.
    """
    content: Content = document["content"]
    if document["kind"] == CORRECTION:
        content = _only((*HEADING, "body", *(FACTS if CORRECTED in content else ())), content)
    promised, said_at = content.get(PROMISED), document["published_at"]
    over = promised and document["corrects"] and from_iso(promised) <= from_iso(said_at)
    return {key: one for key, one in content.items() if key != PROMISED} if over else content


def _only(keys: tuple[str, ...], content: Mapping[str, Any]) -> Content:
    return {key: content[key] for key in keys if key in content}
