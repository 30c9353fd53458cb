"""The statements about incidents and maintenance as the fold takes them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from statuspage.incidents.models import HiddenClaim
from statuspage.statements.models import Statement
from statuspage.statements.selectors import timelines
from statuspage.statements.standing import COMPONENTS, Said


def said_about(subject_type: str, public_ids: Collection[str]) -> dict[str, list[Said]]:
    """Return the statements about several subjects in two queries, oldest first.

    What they claim of components that are not public is added: no statement has it.
    """
    found = timelines(subject_type, public_ids)
    numbers = [one.number for said in found.values() for one in said]
    hidden = _hidden(numbers)
    return {
        public_id: [_said(one, hidden.get(one.number, {})) for one in said]
        for public_id, said in found.items()
    }


def as_said(statement: Statement) -> Said:
    """Return one statement as the log has it."""
    return _said(statement, {})


def _hidden(numbers: Iterable[int]) -> Mapping[int, dict[str, str]]:
    rows = HiddenClaim.objects.filter(statement_number__in=numbers).order_by("pk")
    found: dict[int, dict[str, str]] = {}
    for number, public_id, status in rows.values_list(
        "statement_number", "component__public_id", "status"
    ):
        found.setdefault(number, {})[public_id] = status
    return found


def _said(statement: Statement, hidden: Mapping[str, str]) -> Said:
    said = Said(
        number=statement.number,
        kind=statement.kind,
        subject_type=statement.subject_type,
        subject_id=statement.subject_id,
        published_at=statement.published_at,
        content=statement.content,
        corrects=statement.corrects_id,
    )
    return replace(said, content=_with(said.content, hidden)) if hidden else said


def _with(content: Mapping[str, Any], hidden: Mapping[str, str]) -> dict[str, Any]:
    sets = content.get("sets", {})
    return {**content, "sets": {**sets, COMPONENTS: {**sets.get(COMPONENTS, {}), **hidden}}}
