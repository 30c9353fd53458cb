"""The content of statements about incidents and maintenance: pure, for publishing and previews.

One function builds or changes a row and another returns its content; neither saves it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from datetime import datetime
from functools import partial
from typing import Any, Final, NotRequired, TypedDict, TypeVar, cast

from django.db.models import TextChoices

from statuspage.components.models import Component
from statuspage.components.statuses import (
    IMPACT_RANK,
    SEVERITY,
    Impact,
    impact_of,
)
from statuspage.incidents.lifecycle import (
    MAINTENANCE_ACTIVE,
    MAINTENANCE_OVER,
    IncidentStatus,
    MaintenanceStatus,
)
from statuspage.incidents.models import Incident, Maintenance
from statuspage.incidents.promises import first_update_by, postmortem_by
from statuspage.statements.canonical import Json
from statuspage.statements.choices import clean_choice
from statuspage.statements.placeholders import clean_said
from statuspage.statements.short import Short, clean_said_short
from statuspage.statements.texts import Text
from statuspage.statements.times import iso_or_none

NAME_LENGTH: Final = 120

# A component's id, name, old_status and new_status.
Change = dict[str, Any]
Content = dict[str, Json]
Subject = TypeVar("Subject", Incident, Maintenance)
Said = TypeVar("Said", bound=Mapping[str, object])


class Opening(TypedDict):
    """The values that open an incident; `components` maps public ids to states.

    A missing impact follows from the worst component (Statuspage v2 contract); a missing start is
    the time of detection.
    """

    name: Text
    body: Text
    components: Mapping[str, str]
    status: NotRequired[str]
    impact: NotRequired[str | None]
    next_update_by: NotRequired[datetime | None]
    started_at: NotRequired[datetime | None]
    detected_at: NotRequired[datetime | None]
    short: NotRequired[Short | None]


class Reopening(TypedDict):
    """The values with which a resolved incident is opened again."""

    body: Text
    components: NotRequired[Mapping[str, str] | None]
    impact: NotRequired[str | None]
    next_update_by: NotRequired[datetime | None]
    short: NotRequired[Short | None]


class Update(Reopening):
    """The values of an incident's next update; a missing impact stays as it is."""

    status: str


def _or_none(clean: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: clean(value) if value else None


# The check of each value by its name; other values are not checked.
CLEANERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "name": partial(clean_said, max_length=NAME_LENGTH),
    "body": clean_said,
    "short": clean_said_short,
    "impact": _or_none(partial(clean_choice, Impact)),
    "short_notice_reason": _or_none(clean_said),
}


def cleaned(said: Said, statuses: type[TextChoices] = IncidentStatus) -> Said:
    """Return `said` with usable texts and choices, or raise ValidationError."""
    of_status: Callable[[Any], Any] = partial(clean_choice, statuses)
    cleaners = {**CLEANERS, "status": of_status}
    found = {name: cleaners[name](one) if name in cleaners else one for name, one in said.items()}
    return cast("Said", found)


def opened(said: Opening, moment: datetime) -> Incident:
    """Return the incident that `said` opens at `moment`."""
    status, noticed = said.get("status", IncidentStatus.INVESTIGATING), said.get("detected_at")
    return Incident(
        name=said["name"],
        status=status,
        impact=said.get("impact") or impact_of(said["components"].values()),
        started_at=said.get("started_at") or noticed or moment,
        detected_at=noticed,
        created_at=moment,
        updated_at=moment,
        next_update_by=said.get("next_update_by"),
        **_stage_times(status, moment),
    )


def updated(incident: Incident, said: Update, moment: datetime) -> dict[str, Any]:
    """Return the values that an update gives the incident's row."""
    status = said["status"]
    over = status == IncidentStatus.RESOLVED
    stages = {} if over and incident.status == status else _stage_times(status, moment)
    return {
        "status": status,
        "impact": said.get("impact") or incident.impact,
        "next_update_by": None if over else said.get("next_update_by"),
        "updated_at": moment,
        **stages,
    }


def changed(row: Subject, values: Mapping[str, Any]) -> Subject:
    """Return the row as it is with these values, without saving it."""
    found = copy(row)
    vars(found).update(values)
    return found


def incident_head(incident: Incident, body: Text, components: Sequence[Change]) -> Content:
    """Return the part of the content that every statement about an incident has."""
    return {
        "name": dict(incident.name),
        "status": str(incident.status),
        "impact": str(incident.impact),
        "worsened": False,
        "started_at": iso_or_none(incident.started_at),
        "body": dict(body),
        "components": [*components],
        "next_update_by": iso_or_none(incident.next_update_by),
    }


def own_claims(claims: Mapping[Component, str], impact: str | None) -> Content:
    """Return what a statement claims itself, of public components; the rest only continues.

    Withdrawing or correcting an earlier statement changes what continues, and not this.
    """
    shown: Content = {one.public_id: str(state) for one, state in claims.items() if one.visible}
    return {"sets": {"components": shown, **({"impact": str(impact)} if impact else {})}}


def opening_content(
    incident: Incident, body: Text, components: Sequence[Change], claims: Mapping[Component, str]
) -> Content:
    """Return the content of an incident's first statement.

    Punctuality is measured from the detection and from the time at which the first update is due.
    """
    since = incident.detected_at or incident.started_at
    return {
        **incident_head(incident, body, components),
        **own_claims(claims, incident.impact),
        "detected_at": iso_or_none(incident.detected_at),
        "first_update_by": iso_or_none(first_update_by(incident.impact, since)),
    }


def update_content(
    incident: Incident,
    said: Update,
    components: Sequence[Change],
    claims: Mapping[Component, str],
    *,
    than: Incident,
) -> Content:
    """Return the content of an update; `than` is the incident before it.

    A resolving update also contains the day by which a postmortem is promised, if one is; what
    comes after it is further, and promises nothing.
    """
    over, was_over = (one.status == IncidentStatus.RESOLVED for one in (incident, than))
    resolves = over and not was_over
    due = postmortem_by(incident.impact, incident.updated_at) if resolves else None
    return {
        **incident_head(incident, said["body"], components),
        **own_claims(claims, said.get("impact")),
        "worsened": _is_worse(incident, components, than),
        **({"further": True} if over and was_over else {}),
        **({"reopened": True} if was_over and not over else {}),
        **({"postmortem_by": due.isoformat()} if due else {}),
    }


def _is_worse(incident: Incident, components: Iterable[Change], than: Incident) -> bool:
    """Tell whether the impact or a component got worse, or the incident reopened."""
    over, was_over = (one.status == IncidentStatus.RESOLVED for one in (incident, than))
    return (
        IMPACT_RANK[Impact(incident.impact)] > IMPACT_RANK[Impact(than.impact)]
        or (was_over and not over)
        or any(SEVERITY[one["new_status"]] > SEVERITY[one["old_status"]] for one in components)
    )


def _stage_times(status: str, moment: datetime) -> dict[str, datetime | None]:
    """Return the time columns of a stage; a reopened incident loses its resolution time."""
    stages: dict[str, dict[str, datetime | None]] = {
        IncidentStatus.MONITORING: {"monitoring_at": moment, "resolved_at": None},
        IncidentStatus.RESOLVED: {"resolved_at": moment},
    }
    return stages.get(status, {"resolved_at": None})


class Announcement(TypedDict):
    """Planned maintenance of the components with these public ids."""

    name: Text
    body: Text
    components: Sequence[str]
    scheduled_for: datetime
    scheduled_until: datetime
    short_notice_reason: NotRequired[Text | None]
    short: NotRequired[Short | None]


def announced(said: Announcement, moment: datetime) -> Maintenance:
    """Return the maintenance that `said` announces at `moment`."""
    return Maintenance(
        name=said["name"],
        status=MaintenanceStatus.SCHEDULED,
        scheduled_for=said["scheduled_for"],
        scheduled_until=said["scheduled_until"],
        created_at=moment,
        updated_at=moment,
    )


def moved_on(maintenance: Maintenance, status: str, moment: datetime) -> dict[str, Any]:
    """Return the values that a change to `status` gives the maintenance's row."""
    values: dict[str, Any] = {"status": status, "updated_at": moment}
    if status == MaintenanceStatus.IN_PROGRESS and maintenance.started_at is None:
        values["started_at"] = moment
    if status in MAINTENANCE_OVER:
        values[f"{status}_at"] = moment
    if status != maintenance.status:
        values["by_hand"] = False  # staff have decided
    return values


def maintenance_content(
    maintenance: Maintenance,
    body: Text,
    components: Sequence[Change],
    *,
    before: str = "",
    reason: Text | None = None,
) -> Content:
    """Return the content about a maintenance; `before` is its earlier status, empty at first."""
    begins = before == MaintenanceStatus.SCHEDULED and maintenance.status in MAINTENANCE_ACTIVE
    return {
        "name": dict(maintenance.name),
        "status": str(maintenance.status),
        "begins": begins,
        "scheduled_for": iso_or_none(maintenance.scheduled_for),
        "scheduled_until": iso_or_none(maintenance.scheduled_until),
        "body": dict(body),
        "components": [*components],
        **({"short_notice_reason": dict(reason)} if reason else {}),
    }
