"""What follows from a withdrawal or a correction: the state that the standing statements give."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from statuspage.components.models import Component
from statuspage.incidents.corrections import corrected_facts
from statuspage.incidents.folding import (
    PROMISED_ANEW,
    STEPS,
    IncidentState,
    MaintenanceState,
    incident_state,
    maintenance_state,
)
from statuspage.incidents.lifecycle import IncidentStatus
from statuspage.incidents.models import AffectedComponent, Incident, Maintenance
from statuspage.incidents.outcomes import outcome
from statuspage.incidents.promises import postmortem_by, promised_by
from statuspage.incidents.said import said_about
from statuspage.incidents.selectors import components_told
from statuspage.incidents.services.impacts import present_states, states_follow, told_changes
from statuspage.statements.authors import Author
from statuspage.statements.canonical import Json
from statuspage.statements.documents import CORRECTED, CORRECTION, WITHDRAWAL
from statuspage.statements.models import Statement
from statuspage.statements.selectors import answers_below
from statuspage.statements.services import Facts
from statuspage.statements.standing import UNDONE, Said
from statuspage.statements.times import iso_or_none

# The number of a statement that is not published yet: it comes after all others.
NEXT: Final = 2**62
INCIDENT: Final = "incident"
MAINTENANCE: Final = "maintenance"
Answer = dict[str, Json]


def incident_undo(
    statement: Statement, moment: datetime, author: Author | None
) -> Mapping[str, Json]:
    """Restore what the other statements say of the incident; return that.

    A statement that said nothing of its state (a postmortem, a correction of words) restores
    nothing.
    """
    if not _says_a_state(statement):
        return {}
    said = _said(statement)
    before = incident_state(said)
    after = incident_state([*said, _answer(statement, WITHDRAWAL, {UNDONE: True}, moment)])
    promised = _promise(before, after, moment)
    found = _incident_becomes(statement.subject_id, before, after, promised, moment)
    anew: Answer = {PROMISED_ANEW: True} if promised != after.next_update_by else {}
    return {UNDONE: True, "in_error": after.in_error, **anew, **found}


def incident_corrected(statement: Statement, facts: Facts, moment: datetime) -> Mapping[str, Json]:
    """Correct facts of the incident; return them, and the state that follows.

    Raises:
        ValidationError: a fact is not usable, or is none of this statement's.
    """
    said = _said(statement)
    before = incident_state(said)
    if before.in_error:
        raise ValidationError(
            _("This incident was published in error and is closed. Open a new one."),
            code="in_error",
        )
    corrected = corrected_facts(said, statement.number, facts, moment)
    if not corrected:
        return {}
    content: Answer = {CORRECTED: {**corrected}}
    after = incident_state([*said, _answer(statement, CORRECTION, content, moment)])
    public_id, promised = statement.subject_id, after.next_update_by
    found = _incident_becomes(public_id, before, after, promised, moment, corrected)
    return {**content, **found}


def maintenance_undo(
    statement: Statement, moment: datetime, author: Author | None
) -> Mapping[str, Json]:
    """Restore what the other statements say of the maintenance; return that."""
    if not statement.kind.startswith(f"{MAINTENANCE}."):
        return {}
    said = _said(statement)
    withdrawal = _answer(statement, WITHDRAWAL, {UNDONE: True}, moment)
    before, after = maintenance_state(said), maintenance_state([*said, withdrawal])
    row = Maintenance.objects.select_for_update().get(public_id=statement.subject_id)
    # Whoever was told of one of its plans is told what holds now.
    told = {one.public_id for one in components_told(row)}
    _write(
        row,
        moment,
        status=after.status,
        scheduled_for=after.scheduled_for,
        scheduled_until=after.scheduled_until,
        started_at=after.started_at,
        completed_at=after.completed_at,
        cancelled_at=after.cancelled_at,
        by_hand=after.by_hand,
    )
    row.components.set(Component.objects.filter(public_id__in=after.components))
    return {
        UNDONE: True,
        "status": str(after.status),
        "scheduled_for": iso_or_none(after.scheduled_for),
        "scheduled_until": iso_or_none(after.scheduled_until),
        "components": _changes({*told, *before.components, *after.components}),
        **_outcome({}, before, after),
    }


def maintenance_corrected(
    statement: Statement, facts: Facts, moment: datetime
) -> Mapping[str, Json]:
    """Refuse: what was planned is changed by rescheduling."""
    raise ValidationError(
        _("To change times or services, reschedule the maintenance."), code="facts"
    )


def answer_published(statement: Statement) -> None:
    """Set the states of components after an answer about an incident or a maintenance."""
    if statement.kind in {CORRECTION, WITHDRAWAL} and statement.subject_type in SUBJECTS:
        states_follow(statement)


SUBJECTS: Final = frozenset({INCIDENT, MAINTENANCE})


def _says_a_state(statement: Statement) -> bool:
    if statement.kind == CORRECTION:
        # A correction of it goes with it, and may have corrected facts.
        below = Statement.objects.filter(number__in=answers_below(statement), kind=CORRECTION)
        return any(CORRECTED in one.content for one in [statement, *below])
    return statement.kind in STEPS


def _said(statement: Statement) -> list[Said]:
    subject = statement.subject_id
    return said_about(statement.subject_type, [subject])[subject]


def _answer(statement: Statement, kind: str, content: Mapping[str, Any], moment: datetime) -> Said:
    """Return the answer that is about to be published."""
    subject = statement.subject_type, statement.subject_id
    return Said(NEXT, kind, *subject, moment, content, statement.number)


def _promise(before: IncidentState, after: IncidentState, moment: datetime) -> datetime | None:
    """Return when the next update is due: as promised, or anew if what stands again has passed.

    A promise that stood all the time and was broken stays broken.
    """
    promised = after.next_update_by
    stood = before.status != IncidentStatus.RESOLVED and before.next_update_by == promised
    if after.status == IncidentStatus.RESOLVED or stood or (promised and promised > moment):
        return promised
    return promised_by(after.impact, moment)


def _incident_becomes(
    public_id: str,
    before: IncidentState,
    after: IncidentState,
    promised: datetime | None,
    moment: datetime,
    corrected: Mapping[str, Any] | None = None,
) -> Answer:
    """Give the incident's row its state; return what the answer says of it."""
    row = Incident.objects.select_for_update().get(public_id=public_id)
    _write(
        row,
        moment,
        name=dict(after.name),
        status=after.status,
        impact=after.impact,
        started_at=after.started_at,
        next_update_by=promised,
        monitoring_at=after.monitoring_at,
        resolved_at=after.resolved_at,
        in_error=after.in_error,
    )
    _hold(row, after.claims)
    return {
        "name": dict(after.name),
        "status": str(after.status),
        "impact": str(after.impact),
        "started_at": iso_or_none(after.started_at),
        "next_update_by": iso_or_none(promised),
        "postmortem_by": _postmortem_by(row, after),
        "components": _changes({*before.claims, *after.claims}),
        **_outcome(corrected or {}, before, after),
    }


def _postmortem_by(incident: Incident, after: IncidentState) -> str | None:
    """Return the day by which a postmortem is due now; open or in error, it needs none."""
    if after.resolved_at is None or after.in_error or incident.backfilled:
        return None
    due = postmortem_by(after.impact, after.resolved_at)
    return due.isoformat() if due else None


def _write(row: Incident | Maintenance, moment: datetime, **values: Any) -> None:
    rows = type(row)._default_manager.filter(pk=row.pk)
    rows.update(**values, updated_at=moment, version=F("version") + 1)


def _hold(incident: Incident, claims: Mapping[str, str]) -> None:
    """Make the incident hold these components, by public id, and no others."""
    incident.affected.exclude(component__public_id__in=claims).delete()
    for component in Component.objects.filter(public_id__in=claims):
        AffectedComponent.objects.update_or_create(
            incident=incident,
            component=component,
            defaults={"status": claims[component.public_id]},
        )


def _changes(named: set[str]) -> list[Json]:
    """Return the states of the named components, and of all that change."""
    states = present_states()
    return [*told_changes(one for one in states if one[0].public_id in named or one[1] != one[2])]


def _outcome(
    corrected: Mapping[str, Any],
    before: IncidentState | MaintenanceState,
    after: IncidentState | MaintenanceState,
) -> Answer:
    worded = outcome(corrected, before, after)
    return {"outcome": dict(worded)} if worded else {}
