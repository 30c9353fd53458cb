"""What an answer is an answer to: who was told of it before, and which messages it makes void."""

from collections.abc import Mapping, Sequence
from typing import Any

from notifications.delivery.models import Broadcast
from statuspage.incidents.folding import FIRST
from statuspage.statements.documents import WITHDRAWAL
from statuspage.statements.models import Statement
from statuspage.statements.selectors import answers_below, timeline


def told_before(document: Mapping[str, Any]) -> list[Broadcast]:
    """Return what an answer answers: of an incident that never was, all that was said of it."""
    if not document.get("corrects"):
        return []
    if not document["content"].get("in_error"):
        return list(Broadcast.objects.filter(pk=document["corrects"]))
    subject = document["subject"]
    about = {"statement__subject_type": subject["type"], "statement__subject_id": subject["id"]}
    earlier = list(Broadcast.objects.filter(**about).exclude(pk=document["number"]))
    return [one for one in earlier if one.named is None] or earlier


def concerned(content: Mapping[str, Any], told: Sequence[Broadcast]) -> tuple[str, ...]:
    """Return the components that it concerns, or what it answers did; none for any."""
    if any(not one.components for one in told):
        return ()
    named = [one["id"] for one in content.get("components") or ()]
    return tuple(dict.fromkeys([*named, *(each for one in told for each in one.components)]))


def made_void(statement: Statement) -> list[int]:
    """Return the numbers of the statements that are not to be sent any more after an answer."""
    of = statement.corrects
    if of is None:
        return []
    if statement.kind != WITHDRAWAL:
        return [of.number]
    if of.kind in FIRST:
        about = timeline(statement.subject_type, statement.subject_id)
        return [one.number for one in about if one.number < statement.number]
    return [of.number, *(one for one in answers_below(of) if one != statement.number)]
