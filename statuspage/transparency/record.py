"""The public log as figures need it: what was said, without what was withdrawn."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

WITHDRAWAL: Final = "withdrawal"
CORRECTION: Final = "correction"


@dataclass(frozen=True)
class Said:
    """One statement of the log; `content` is the document's."""

    number: int
    kind: str
    subject: str
    corrects: int | None
    at: datetime
    content: Mapping[str, Any]


def said_of(document: Mapping[str, Any]) -> Said:
    """A leaf of the log, as anyone can download it."""
    return Said(
        number=document["number"],
        kind=document["kind"],
        subject=document["subject"]["id"],
        corrects=document["corrects"],
        at=datetime.fromisoformat(document["published_at"]),
        content=document["content"],
    )


def standing(log: Iterable[Said]) -> list[Said]:
    """In order, without what was withdrawn and without the withdrawals."""
    statements = sorted(log, key=lambda one: one.number)
    withdrawn = {one.corrects for one in statements if one.kind == WITHDRAWAL}
    return [one for one in statements if one.number not in withdrawn and one.kind != WITHDRAWAL]
