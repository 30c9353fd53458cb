"""Open an incident and publish its updates."""

from collections.abc import Mapping
from copy import copy
from datetime import datetime
from typing import Unpack

from django.utils.translation import gettext_lazy as _

from statuspage.components.models import Component
from statuspage.components.selectors import components_by_public_id
from statuspage.components.statuses import ComponentStatus
from statuspage.incidents.content import (
    Opening,
    Reopening,
    Update,
    cleaned,
    opened,
    opening_content,
    update_content,
    updated,
)
from statuspage.incidents.lifecycle import (
    INCIDENT_TRANSITIONS,
    IllegalTransition,
    IncidentStatus,
    check_transition,
)
from statuspage.incidents.models import AffectedComponent, Incident
from statuspage.incidents.promises import check_incident_times
from statuspage.incidents.services.impacts import (
    advance,
    incident_states,
    say,
    told_changes,
)
from statuspage.statements.authors import Author
from statuspage.statements.choices import clean_choice
from statuspage.statements.models import Statement
from statuspage.statements.services import publishing
from statuspage.statements.short import with_short


def incident_open(
    *, author: Author | None, published_at: datetime | None = None, **said: Unpack[Opening]
) -> Statement:
    """Open an incident and publish its first statement.

    Raises:
        ValidationError: a text, component, status, impact or time is not usable.
    """
    given = cleaned(said)
    with publishing() as now:
        moment = published_at or now
        check_incident_times(
            moment,
            next_update_by=given.get("next_update_by"),
            started_at=given.get("started_at"),
            detected_at=given.get("detected_at"),
        )
        claims = claimed(given["components"])
        incident = opened(given, moment)
        incident.save()
        states = incident_states(incident, claims)
        _claim(incident, claims)
        content = opening_content(incident, given["body"], told_changes(states), claims)
        content = with_short(content, given)
        return say(incident, "incident.opened", content, states, author, claims)


def incident_update(
    *,
    incident: Incident,
    author: Author | None,
    published_at: datetime | None = None,
    **said: Unpack[Update],
) -> Statement:
    """Publish the next update; resolving releases every component that is not named otherwise.

    Raises:
        IllegalTransition: the status cannot follow the incident's present one.
        Superseded: someone else updated it since `incident` was read.
        ValidationError: a text, component, impact or time is not usable.
    """
    given = cleaned(said)
    with publishing() as now:
        moment = published_at or now
        check_incident_times(moment, next_update_by=given.get("next_update_by"))
        check_stands(incident)
        claims = claimed(given.get("components") or {})
        check_transition(INCIDENT_TRANSITIONS, incident.status, given["status"])
        before = copy(incident)
        advance(incident, updated(incident, given, moment))
        states = incident_states(incident, claims)
        _claim(incident, claims)
        content = update_content(incident, given, told_changes(states), claims, than=before)
        content = with_short(content, given)
        return say(incident, "incident.updated", content, states, author, claims)


def incident_reopen(
    *, incident: Incident, author: Author | None, **said: Unpack[Reopening]
) -> Statement:
    """Open a resolved incident again.

    Raises:
        IllegalTransition: the incident is not resolved.
        Superseded, ValidationError: as `incident_update`.
    """
    if incident.status != IncidentStatus.RESOLVED:
        raise IllegalTransition(_("This incident is open."), code="transition")
    return incident_update(
        incident=incident, author=author, status=IncidentStatus.INVESTIGATING, **said
    )


def check_stands(incident: Incident) -> None:
    """Raise IllegalTransition where the incident was published in error."""
    if incident.in_error:
        raise IllegalTransition(
            _("This incident was published in error and is closed. Open a new one."),
            code="in_error",
        )


def claimed(components: Mapping[str, str]) -> dict[Component, str]:
    """Return the components with these public ids and states, or raise ValidationError."""
    found = components_by_public_id(components)
    return {
        found[public_id]: clean_choice(ComponentStatus, status)
        for public_id, status in components.items()
    }


def _claim(incident: Incident, claims: Mapping[Component, str]) -> None:
    if incident.status == IncidentStatus.RESOLVED:
        incident.affected.update(status=ComponentStatus.OPERATIONAL)
    for component, status in claims.items():
        AffectedComponent.objects.update_or_create(
            incident=incident, component=component, defaults={"status": status}
        )
