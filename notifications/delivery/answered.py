"""What an answer is an answer to: who was told of it before, and which messages it makes void."""

from collections.abc import Mapping, Sequence
from typing import Any

from notifications.delivery.models import Broadcast
from statuspage.incidents.folding import FIRST
from statuspage.statements.documents import WITHDRAWAL
from statuspage.statements.models import Statement
from statuspage.statements.selectors import answers_below, first_of, timeline


def told_before(document: Mapping[str, Any]) -> list[Broadcast]:
    """Return every version of what an answer answers, the original first.

    Its readers may have read any of them. Of an incident that never was: all that was said of it.
    """
    if not document.get("corrects"):
        return []
    earlier = _said_before(document)
    if document["content"].get("in_error"):
        return [one for one in earlier if one.named is None] or earlier
    answered = Statement.objects.filter(pk=document["corrects"]).first()
    if answered is None:  # an example of an answer, to nothing
        return []
    original = first_of(answered)
    versions = {original.number, *answers_below(original)}
    return [one for one in earlier if one.pk in versions]


def concerned(document: Mapping[str, Any], told: Sequence[Broadcast]) -> tuple[str, ...]:
    """Return the components that it concerns, or what it answers did; none for any.

    What everyone was told the beginning of, everyone is told the end of; and what names no
    component itself, as a postmortem, goes to who was told before.
    """
    named = [one["id"] for one in document["content"].get("components") or ()]
    before = told or [one for one in _said_before(document) if one.named is None]
    if any(not one.components for one in before):
        return ()
    more = before if told or not named else ()
    return tuple(dict.fromkeys([*named, *(each for one in more for each in one.components)]))


def _said_before(document: Mapping[str, Any]) -> list[Broadcast]:
    """Return what was said of the subject before a statement or a draft, the oldest first."""
    if document["kind"] in FIRST:
        return []
    subject = document["subject"]
    about = {"statement__subject_type": subject["type"], "statement__subject_id": subject["id"]}
    earlier = Broadcast.objects.filter(**about).order_by("pk")
    return list(earlier.filter(pk__lt=document["number"]) if document["number"] else earlier)


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
