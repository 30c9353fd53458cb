"""What a statement would say if it were published now: pure functions, no database."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from statuspage.components.models import Component
from statuspage.statements.services import CARRIED, FORMAT_VERSION
from statuspage.statements.texts import CHINESE, Text
from statuspage.statements.times import iso

Document = dict[str, Any]

# Stands where a subject has no id yet; it has the form of one, so that addresses can be shown.
NO_ID: Final = "xxxxxxxxxxxx"
NOT_WRITTEN: Final = {CHINESE: "…"}


def draft(
    *,
    number: int,
    kind: str,
    subject: tuple[str, str],
    content: Mapping[str, Any],
    now: datetime,
    corrects: int | None = None,
) -> Document:
    """The document of a statement that does not exist; `subject` is (type, public id)."""
    subject_type, subject_id = subject
    return {
        "v": FORMAT_VERSION,
        "number": number,
        "kind": kind,
        "subject": {"type": subject_type, "id": subject_id},
        "published_at": iso(now),
        "corrects": corrects,
        "content": dict(content),
    }


def text_or_blank(text: Text | None) -> Text:
    """The text, or dots while it is not written."""
    return text or NOT_WRITTEN


def told_components(claims: Iterable[tuple[Component, str]]) -> list[dict[str, Any]]:
    """Components and their new states as a statement tells them; hidden ones are left out."""
    return [
        {
            "id": component.public_id,
            "name": dict(component.name),
            "old_status": str(component.status),
            "new_status": status,
        }
        for component, status in claims
        if component.visible
    ]


def answer_content(answered: Mapping[str, Any], body: Text | None) -> dict[str, Any]:
    """The content of a correction or withdrawal of a statement with that content."""
    carried = {key: answered[key] for key in CARRIED if key in answered}
    return {**carried, "body": text_or_blank(body)}
