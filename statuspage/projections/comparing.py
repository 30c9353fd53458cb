"""Compare the rows from which pages are made with what the statements say."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from django.db.models import Model

from statuspage.components.models import Component, StatusChange
from statuspage.components.statuses import ComponentStatus
from statuspage.incidents.models import Incident, Maintenance
from statuspage.incidents.said import as_said, said_about
from statuspage.postmortems.selectors import KINDS as OF_NO_STATE
from statuspage.projections.difference import Difference
from statuspage.projections.fold import FIELDS, Fold, folded
from statuspage.projections.merchants import merchants_told
from statuspage.projections.timelines import CHUNK, STATES, compared_with_timelines
from statuspage.statements.models import Statement
from statuspage.statements.snapshots import one_snapshot
from statuspage.statements.standing import COMPONENTS, Said
from statuspage.statements.times import iso_or_none

ROWS: Final[Mapping[str, type[Model]]] = {"incident": Incident, "maintenance": Maintenance}


def differences() -> list[Difference]:
    """Return all that differs, as of one moment."""
    with one_snapshot():
        found = folded(_statements())
        return [
            *_rows(found),
            *_states(found),
            *_changes(found),
            *_answered(found),
            *compared_with_timelines(),
            *merchants_told(),
        ]


def _statements() -> Iterator[Said]:
    rows = Statement.objects.filter(subject_type__in=FIELDS).order_by("number")
    said = ("number", "kind", "subject_type", "subject_id", "published_at")
    found = rows.values_list(*said, "document__content", "corrects_id")
    for row in found.iterator(chunk_size=CHUNK):
        yield Said(*row)


def _answered(found: Fold) -> Iterator[Difference]:
    """Compare what is shown after answers with what the standing statements give."""
    for kind, state in STATES.items():
        subjects = [public_id for of, public_id in found.answered if of == kind]
        for public_id, said in said_about(kind, subjects).items():
            shown, gives = found.shown[kind, public_id], state(said)
            for name in FIELDS[kind]:
                value = getattr(gives, name)
                right = iso_or_none(value) if isinstance(value, datetime) else value
                if right != shown.values[name]:
                    place = f"{kind} {public_id} {name}"
                    yield Difference(place, shown.values[name], right, shown.number)


def _rows(found: Fold) -> Iterator[Difference]:
    for kind, model in ROWS.items():
        there = {row.public_id: row for row in model._default_manager.all()}  # type: ignore[attr-defined]
        said = {one: shown for (of, one), shown in found.shown.items() if of == kind}
        for public_id in sorted(there.keys() | said.keys()):
            yield from _row(f"{kind} {public_id}", there.get(public_id), said.get(public_id), kind)


def _row(place: str, row: Any, shown: Any, kind: str) -> Iterator[Difference]:
    if row is None or shown is None:
        yield Difference(
            place, row and str(row), shown and shown.values["name"], getattr(shown, "number", 0)
        )
        return
    for name in FIELDS[kind]:
        value = getattr(row, name)
        written = iso_or_none(value) if isinstance(value, datetime) else value
        if written != shown.values[name]:
            yield Difference(f"{place} {name}", written, shown.values[name], shown.number)


def _states(found: Fold) -> Iterator[Difference]:
    """Compare the present states; a component that no statement has named is operational."""
    for component in Component.objects.filter(visible=True):
        said, number = found.states.get(component.public_id, (ComponentStatus.OPERATIONAL, 0))
        if component.status != said and not _changed_hidden(component, number):
            place = f"component {component.public_id} status"
            yield Difference(place, component.status, said, number)


def _changed_hidden(component: Component, after: int) -> bool:
    """Return whether a statement that could not name it yet gave it its present state."""
    last = component.changes.last()
    if last is None or last.status != component.status or last.statement_number <= after:
        return False
    return _while_hidden(component.public_id, last.statement_number)


def _while_hidden(public_id: str, number: int) -> bool:
    """Return whether a statement leaves out a component with which its subject has to do.

    Statements name what the public sees: it was hidden then, and is shown since.
    """
    said = Statement.objects.filter(number=number).first()
    if said is None or said.kind in OF_NO_STATE or public_id in _named(as_said(said)):
        return False
    about = said_about(said.subject_type, [said.subject_id])
    return any(public_id in _named(one) for one in about[said.subject_id])


def _named(said: Said) -> set[str]:
    claimed = said.content.get("sets", {}).get(COMPONENTS, ())
    return {*claimed, *(one["id"] for one in said.content.get(COMPONENTS) or ())}


def _changes(found: Fold) -> Iterator[Difference]:
    """Compare the history of states, of which uptime is made.

    A statement names only components that are shown to the public, so that nothing can be said
    about those that are not.
    """
    rows = StatusChange.objects.filter(component__visible=True).values_list(
        "component__public_id", "status", "since", "statement_number"
    )
    shown = {*Component.objects.filter(visible=True).values_list("public_id", flat=True)}
    there = Counter(rows.iterator(chunk_size=CHUNK))
    said = Counter(one for one in found.changes if one[0] in shown)
    for one in sorted((there - said) | (said - there), key=lambda change: change[3]):
        public_id, status, since, number = one
        if one not in said and _while_hidden(public_id, number):
            continue
        has, told = (
            f"{status} since {since.isoformat()}" if one in side else None
            for side in (there - said, said - there)
        )
        yield Difference(f"component {public_id} history", has, told, number)
