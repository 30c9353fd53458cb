"""Incidents that are entered only after they are over, and always say so."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from statuspage.components.models import Component
from statuspage.components.selectors import components_by_public_id
from statuspage.components.statuses import ComponentStatus, Impact, impact_of
from statuspage.incidents.lifecycle import IncidentStatus
from statuspage.incidents.models import AffectedComponent, Incident
from statuspage.incidents.services.incidents import NAME_LENGTH
from statuspage.statements.authors import Author
from statuspage.statements.choices import clean_choice
from statuspage.statements.models import Statement
from statuspage.statements.services import Subject, publish, publishing
from statuspage.statements.texts import Text, clean_text
from statuspage.statements.times import iso

BACKFILLED: Final = "incident.backfilled"


def incident_backfill(
    *,
    name: Text,
    body: Text,
    components: Mapping[str, str],
    started_at: datetime,
    resolved_at: datetime,
    author: Author | None,
    impact: str | None = None,
    told: bool = False,
) -> Statement:
    """Publish an incident that is over, with its real times; nobody is told unless `told`.

    `components` maps public ids to the worst state that each was in; no present state changes.

    Raises:
        ValidationError: a text, component, state, impact or time is not usable.
    """
    moment = timezone.now()
    check_times(started_at, resolved_at, moment)
    name, body = clean_text(name, max_length=NAME_LENGTH), clean_text(body)
    states = {one: clean_choice(ComponentStatus, status) for one, status in components.items()}
    found = components_by_public_id(states)
    content = backfill_content(
        name=name,
        body=marked(body, moment),
        impact=clean_choice(Impact, impact or impact_of(states.values())),
        components=told_states((found[one], status) for one, status in states.items()),
        started_at=started_at,
        resolved_at=resolved_at,
        told=told,
    )
    with publishing():
        incident = _create(content, found.values(), started_at, resolved_at, moment)
        return publish(
            kind=BACKFILLED,
            subject=Subject("incident", incident.public_id),
            content=content,
            author=author,
            published_at=moment,
        )


def _create(
    content: Mapping[str, Any],
    components: Iterable[Component],
    started_at: datetime,
    resolved_at: datetime,
    moment: datetime,
) -> Incident:
    incident = Incident.objects.create(
        name=content["name"],
        status=IncidentStatus.RESOLVED,
        impact=content["impact"],
        started_at=started_at,
        resolved_at=resolved_at,
        created_at=moment,
        updated_at=moment,
        backfilled=True,
    )
    AffectedComponent.objects.bulk_create(
        AffectedComponent(incident=incident, component=one, status=ComponentStatus.OPERATIONAL)
        for one in components
    )
    return incident


def told_states(states: Iterable[tuple[Component, str]]) -> list[dict[str, Any]]:
    """Components with the worst state that each was in; hidden ones are left out."""
    return [
        {
            "id": one.public_id,
            "name": dict(one.name),
            "old_status": str(status),
            "new_status": str(ComponentStatus.OPERATIONAL),
        }
        for one, status in states
        if one.visible
    ]


def backfill_content(
    *,
    name: Text,
    body: Text,
    impact: str,
    components: list[dict[str, Any]],
    started_at: datetime | None,
    resolved_at: datetime | None,
    told: bool,
) -> dict[str, Any]:
    """The content of such a statement, or of its draft."""
    return {
        "name": dict(name),
        "status": str(IncidentStatus.RESOLVED),
        "impact": str(impact),
        "worsened": False,
        "backfilled": True,
        "told": told,
        "started_at": iso(started_at) if started_at else None,
        "resolved_at": iso(resolved_at) if resolved_at else None,
        "body": dict(body),
        "components": components,
        "next_update_by": None,
    }


def marked(body: Text, moment: datetime) -> Text:
    """The text with a last line that says, wherever it is read, that it came afterwards."""
    texts = {}
    for language, said in body.items():
        with override(language):
            day = date_format(timezone.localtime(moment), "Y-m-d")
            texts[language] = said + "\n" + _("(Entered afterwards, on %(day)s.)") % {"day": day}
    return texts


def check_times(started_at: datetime, resolved_at: datetime, moment: datetime) -> None:
    """Pass for times that are over and in order.

    Raises:
        ValidationError: by field.
    """
    if resolved_at > moment:
        raise ValidationError({"resolved_at": _("It is not over yet: open it as an incident.")})
    if resolved_at <= started_at:
        raise ValidationError({"resolved_at": _("The end must come after the start.")})
