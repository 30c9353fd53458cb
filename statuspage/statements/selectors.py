"""Reading the log."""

from collections.abc import Collection
from typing import Final

from django.db.models import Q
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce

from statuspage.lib.render_cache import once
from statuspage.statements.kinds import TOLD_AFTERWARDS
from statuspage.statements.models import Statement


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


def answers_under(statement: Statement) -> list[int]:
    """Return the numbers of all answers to what the statement stands under, oldest first.

    That is: to the first statement of its chain of answers, and to those answers.
    """
    first = statement
    while first.corrects:
        first = first.corrects
    same = Statement.objects.filter(
        subject_type=first.subject_type, subject_id=first.subject_id, corrects__isnull=False
    )
    thread = {first.number}
    for number, corrected in same.order_by("number").values_list("number", "corrects_id"):
        if corrected in thread:
            thread.add(number)
    return sorted(thread - {first.number})


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
