"""Reading the log."""

from collections.abc import Collection
from typing import Final

from django.db.models import Q
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce

from statuspage.lib.render_cache import once
from statuspage.statements.documents import CORRECTION, WITHDRAWAL, Content
from statuspage.statements.kinds import TOLD_AFTERWARDS
from statuspage.statements.models import Statement
from statuspage.statements.texts import Text


def timeline(subject_type: str, subject_id: str) -> list[Statement]:
    """Return every statement about one subject, oldest first, corrections included."""
    return timelines(subject_type, (subject_id,)).get(subject_id, [])


def timelines(subject_type: str, subject_ids: Collection[str]) -> dict[str, list[Statement]]:
    """Return the timelines of several subjects in one query; a subject without one is left out."""
    known = _known_timelines(subject_type)
    if missing := [one for one in subject_ids if one not in known]:
        known |= {one: [] for one in missing}
        said = Statement.objects.filter(subject_type=subject_type, subject_id__in=missing)
        for statement in said.order_by("number"):
            known[statement.subject_id].append(statement)
    return {one: known[one] for one in subject_ids if known[one]}


def first_of(statement: Statement) -> Statement:
    """Return the statement under which a chain of answers stands; itself, if it answers none."""
    while statement.corrects:
        statement = statement.corrects
    return statement


def answers_under(statement: Statement) -> list[int]:
    """Return the numbers of all answers to what the statement stands under, oldest first.

    That is: to the first statement of its chain of answers, and to those answers.
    """
    return answers_below(first_of(statement))


def answers_below(statement: Statement) -> list[int]:
    """Return the numbers of the answers to a statement, and of those to its answers, in order."""
    same = Statement.objects.filter(
        subject_type=statement.subject_type,
        subject_id=statement.subject_id,
        corrects__isnull=False,
    )
    thread = {statement.number}
    for number, corrected in same.order_by("number").values_list("number", "corrects_id"):
        if corrected in thread:
            thread.add(number)
    return sorted(thread - {statement.number})


def body_as_corrected(statement: Statement) -> Text:
    """Return the text of what a statement stands under, as its newest correction that stands says.

    A correction that was taken back counts no more, and neither does what corrected it.
    """
    first, lost = first_of(statement), set[int | None]()
    answers = Statement.objects.filter(number__in=answers_under(first)).order_by("number")
    gone = {one.corrects_id for one in answers if one.kind == WITHDRAWAL}
    text: Text = first.content["body"]
    for one in answers:
        if one.kind != CORRECTION:
            continue
        if one.number in gone or one.corrects_id in lost:
            lost.add(one.number)
        else:
            text = one.content["body"]
    return text


def content_now(statement: Statement) -> Content:
    """Return what a statement says, under the headline that its subject has now."""
    about = {"subject_type": statement.subject_type, "subject_id": statement.subject_id}
    newest = Statement.objects.filter(**about).order_by("number").last()
    named = {key: one for key, one in newest.content.items() if key == "name"} if newest else {}
    return {**statement.content, **named}


@once
def _known_timelines(subject_type: str) -> dict[str, list[Statement]]:
    """Return what was read before; while pages are rendered together this only grows."""
    return {}


@once
def last_statement() -> Statement | None:
    """Return the newest statement; None before the first."""
    return Statement.objects.first()


# As the log writes times, their order is that of the text.
_HAPPENED: Final = Coalesce(
    KT("document__content__happened_at"),
    KT("document__content__resolved_at"),
    KT("document__published_at"),
)
# What was published elsewhere before is nobody's news, however many of it are entered.
_OLD_NOTICES: Final = Q(kind__startswith="notice.", document__content__has_key="originally")


@once
def latest_told(limit: int) -> list[Statement]:
    """Return `limit` statements by the moments that they tell of, the latest first.

    What was entered afterwards stands where it happened, or not among these; notices that were
    published before are not.
    """
    at_once = Statement.objects.exclude(kind__in=TOLD_AFTERWARDS).exclude(_OLD_NOTICES)
    afterwards = Statement.objects.filter(kind__in=TOLD_AFTERWARDS)
    found = at_once[:limit].union(afterwards.order_by(_HAPPENED.desc())[:limit], all=True)
    return sorted(found, key=lambda one: (one.happened_at, one.number), reverse=True)[:limit]
