"""Opening an incident and publishing its updates."""

from collections.abc import Iterable, Mapping
from copy import copy
from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from statuspage.components.models import Component
from statuspage.components.selectors import components_by_public_id
from statuspage.components.statuses import IMPACT_RANK, ComponentStatus, Impact, impact_of
from statuspage.incidents.lifecycle import (
    INCIDENT_TRANSITIONS,
    IncidentStatus,
    check_transition,
)
from statuspage.incidents.models import AffectedComponent, Incident
from statuspage.incidents.promises import first_update_by, postmortem_by
from statuspage.incidents.services.impacts import (
    Change,
    any_worse,
    apply_changes,
    changes,
    present_statuses,
)
from statuspage.statements.authors import Author
from statuspage.statements.canonical import Json
from statuspage.statements.choices import clean_choice
from statuspage.statements.models import Statement
from statuspage.statements.services import Subject, publish, publishing
from statuspage.statements.texts import Text, clean_text
from statuspage.statements.times import iso, iso_or_none

NAME_LENGTH = 120


class Superseded(ValidationError):
    """Someone else changed it since the caller read it; nothing was published."""


def incident_open(
    *,
    name: Text,
    body: Text,
    components: Mapping[str, str],
    author: Author | None,
    status: str = IncidentStatus.INVESTIGATING,
    impact: str | None = None,
    next_update_by: datetime | None = None,
    started_at: datetime | None = None,
    detected_at: datetime | None = None,
    published_at: datetime | None = None,
) -> Statement:
    """Publish that something is wrong. `components` maps public ids to component statuses.

    Left out, `impact` follows from the worst component (Statuspage v2 contract), and the start
    is the detection.

    Raises:
        ValidationError: a text, component, status, impact or time is not usable.
    """
    moment = published_at or timezone.now()
    name, body = clean_text(name, max_length=NAME_LENGTH), clean_text(body)
    claims = _claims(components)
    _check_times(moment, next_update_by=next_update_by, started_at=started_at)
    check_detection(moment, started_at, detected_at)
    with publishing():
        incident = Incident.objects.create(
            name=name,
            status=clean_choice(IncidentStatus, status),
            impact=clean_choice(Impact, impact or impact_of(claims.values())),
            started_at=started_at or detected_at or moment,
            detected_at=detected_at,
            created_at=moment,
            updated_at=moment,
            next_update_by=next_update_by,
            **_stage_times(status, moment),
        )
        return _say(incident, "incident.opened", body, claims, author, moment)


def incident_update(
    *,
    incident: Incident,
    status: str,
    body: Text,
    author: Author | None,
    components: Mapping[str, str] | None = None,
    impact: str | None = None,
    next_update_by: datetime | None = None,
    published_at: datetime | None = None,
) -> Statement:
    """Publish the next update; resolving lets go of every component not named otherwise.

    Raises:
        IllegalTransition: the status cannot follow the incident's present one.
        Superseded: someone else updated it since `incident` was read.
        ValidationError: a text, component, impact or time is not usable.
    """
    moment = published_at or timezone.now()
    body = clean_text(body)
    claims = _claims(components or {})
    _check_times(moment, next_update_by=next_update_by)
    status = clean_choice(IncidentStatus, status)
    with publishing():
        check_transition(INCIDENT_TRANSITIONS, incident.status, status)
        before = copy(incident)
        _advance(incident, status, impact, next_update_by, moment)
        return _say(incident, "incident.updated", body, claims, author, moment, than=before)


def _say(
    incident: Incident,
    kind: str,
    body: Text,
    claims: Mapping[Component, ComponentStatus],
    author: Author | None,
    moment: datetime,
    *,
    than: Incident | None = None,
) -> Statement:
    before = present_statuses(_concerned(incident, claims))
    _claim(incident, claims)
    after, told = changes(before)
    statement = publish(
        kind=kind,
        subject=Subject("incident", incident.public_id),
        content={
            "name": dict(incident.name),
            "status": str(incident.status),
            "impact": str(incident.impact),
            "worsened": than is not None and is_worse(incident.impact, told, than=than),
            "started_at": iso(incident.started_at),
            "body": dict(body),
            "components": [*told],
            "next_update_by": iso_or_none(incident.next_update_by),
            **(after_opening(incident) if than is None else after_update(incident, moment)),
        },
        author=author,
        published_at=moment,
    )
    apply_changes(after, moment, statement.number)
    return statement


def after_opening(incident: Incident) -> dict[str, Json]:
    """When it was detected, and by when the first word was due: what keeping it is measured by."""
    since = incident.detected_at or incident.started_at
    return {
        "detected_at": iso_or_none(incident.detected_at),
        "first_update_by": iso_or_none(first_update_by(incident.impact, since)),
    }


def after_update(incident: Incident, moment: datetime) -> dict[str, Json]:
    """By which day a postmortem is promised; nothing while it goes on, or where none is."""
    if incident.status != IncidentStatus.RESOLVED:
        return {}
    due = postmortem_by(incident.impact, moment)
    return {"postmortem_by": due.isoformat()} if due else {}


def _concerned(incident: Incident, claims: Mapping[Component, ComponentStatus]) -> list[Component]:
    """Every component this incident has touched so far or touches now, in page order."""
    touched = {row.component for row in incident.affected.select_related("component")}
    return sorted(touched | set(claims), key=lambda one: (one.position, one.pk))


def _claim(incident: Incident, claims: Mapping[Component, ComponentStatus]) -> None:
    if incident.status == IncidentStatus.RESOLVED:
        incident.affected.update(status=ComponentStatus.OPERATIONAL)
    for component, status in claims.items():
        AffectedComponent.objects.update_or_create(
            incident=incident, component=component, defaults={"status": status}
        )


def _advance(
    incident: Incident,
    status: str,
    impact: str | None,
    next_update_by: datetime | None,
    moment: datetime,
) -> None:
    """Move the row on, unless someone else did since it was read (compare-and-swap)."""
    values = {
        "status": status,
        "impact": clean_choice(Impact, impact or incident.impact),
        "next_update_by": None if status == IncidentStatus.RESOLVED else next_update_by,
        "updated_at": moment,
        "version": incident.version + 1,
        **_stage_times(status, moment),
    }
    moved = Incident.objects.filter(pk=incident.pk, version=incident.version).update(**values)
    if not moved:
        raise Superseded(
            _("Someone else has updated this incident meanwhile. Read their update first."),
            code="superseded",
        )
    incident.refresh_from_db()


def _stage_times(status: str, moment: datetime) -> dict[str, datetime | None]:
    """The stage's own column; a reopened incident is no longer resolved."""
    stages: dict[str, dict[str, datetime | None]] = {
        IncidentStatus.MONITORING: {"monitoring_at": moment, "resolved_at": None},
        IncidentStatus.RESOLVED: {"resolved_at": moment},
    }
    return stages.get(status, {"resolved_at": None})


def _claims(components: Mapping[str, str]) -> dict[Component, ComponentStatus]:
    found = components_by_public_id(components)
    return {
        found[public_id]: ComponentStatus(clean_choice(ComponentStatus, status))
        for public_id, status in components.items()
    }


def _check_times(
    moment: datetime,
    *,
    next_update_by: datetime | None = None,
    started_at: datetime | None = None,
) -> None:
    if next_update_by and next_update_by <= moment:
        raise ValidationError(_("The next update must be promised for the future."), code="past")
    if started_at and started_at > moment:
        raise ValidationError(_("The incident cannot start in the future."), code="future")


def check_detection(
    moment: datetime, started_at: datetime | None, detected_at: datetime | None
) -> None:
    """Pass where nothing is noticed before it begins, or after it is told.

    Raises:
        ValidationError: it is.
    """
    if detected_at and detected_at > moment:
        problem = _("The detection cannot be in the future.")
        raise ValidationError({"detected_at": problem}, code="future")
    if detected_at and started_at and detected_at < started_at:
        problem = _("It cannot be detected before it began.")
        raise ValidationError({"detected_at": problem}, code="times")


def is_worse(impact: str, told: Iterable[Change], *, than: Incident) -> bool:
    """Whether an update brings worse news than the incident as it was.

    It does where the impact or a component (as `changes` tells them) got worse, or it came back.
    """
    return (
        IMPACT_RANK[Impact(impact)] > IMPACT_RANK[Impact(than.impact)]
        or than.status == IncidentStatus.RESOLVED
        or any_worse(told)
    )
