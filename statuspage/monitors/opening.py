"""The incident that a draft would open: its template's words, its rule's component."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from statuspage.incidents.models import Incident
from statuspage.incidents.placeholders import with_time
from statuspage.incidents.promises import promised_by
from statuspage.incidents.selectors import open_incidents
from statuspage.monitors.models import SignalDraft, SignalRule
from statuspage.statements.texts import Text


@dataclass(frozen=True)
class Opening:
    """The arguments of `incident_open`."""

    name: Text
    body: Text
    components: Mapping[str, str]
    status: str
    impact: str
    detected_at: datetime
    next_update_by: datetime | None


def opening_of(draft: SignalDraft, now: datetime) -> Opening:
    """What would be said at this moment."""
    template = draft.rule.template
    return Opening(
        name=with_time(template.name, draft.detected_at),
        body=with_time(template.body, draft.detected_at),
        components=claims_of(draft.rule),
        status=template.status,
        impact=template.impact,
        detected_at=draft.detected_at,
        next_update_by=promised_by(template.impact, now),
    )


def claims_of(rule: SignalRule) -> dict[str, str]:
    """The state of each component, by public id, that a rule's signals stand for."""
    status = rule.component_status or rule.template.component_status
    concerned = [rule.component] if rule.component else rule.template.components.all()
    return {one.public_id: status for one in concerned}


def told_already(rule: SignalRule) -> Incident | None:
    """The newest open incident that speaks of a component of the rule's; None where none does."""
    concerned = set(claims_of(rule))
    for incident in open_incidents():
        if concerned & {row.component.public_id for row in incident.affected.all()}:
            return incident
    return None
