"""What prepared words would look like: published about an example, with example values."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from statuspage.components.models import Component
from statuspage.components.statuses import Impact
from statuspage.console.preview import DraftPreview, preview_of_content
from statuspage.incidents.content import (
    incident_head,
    maintenance_content,
    opening_content,
)
from statuspage.incidents.lifecycle import IncidentStatus, MaintenanceStatus
from statuspage.incidents.models import Incident, Maintenance, Template
from statuspage.incidents.moments import ANSWERS, NOTICE, STATUS_OF, Moment
from statuspage.incidents.placeholders import Facts, facts_of
from statuspage.incidents.replanning import cancelled_content, rescheduled_content
from statuspage.lib.database_clock import database_now
from statuspage.notices.audience import clean_audience
from statuspage.notices.fields import PayloadField
from statuspage.notices.kind import notice_kind
from statuspage.statements.documents import (
    CORRECTION,
    Subject,
    correction_content,
    withdrawal_content,
)
from statuspage.statements.ids import NO_ID
from statuspage.statements.short import with_short
from statuspage.statements.texts import Text, in_each_language

NUMBER: Final = 12
A_DAY: Final = timedelta(days=1)
# In which state an example is, beside those that a moment sets.
STATES: Final[Mapping[str, str]] = {
    **STATUS_OF,
    Moment.AFTER: IncidentStatus.RESOLVED,
    Moment.CANCELLED: MaintenanceStatus.CANCELLED,
}
# What a statement about a moment is called in the log, where that is not the moment's own name.
KINDS: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        (Moment.IDENTIFIED, Moment.MONITORING, Moment.RESOLVED, Moment.AFTER), "incident.updated"
    ),
    **dict.fromkeys((Moment.STARTED, Moment.COMPLETED), "maintenance.updated"),
}


def example_of(template: Template) -> DraftPreview:
    """Return the preview of a statement that says the template's words about an example."""
    now, use = database_now(), template.use
    words = template.words(now, example_facts(use, now))
    said = {**words, "name": words["name"] or _name(use)}
    content = with_short(_content(use, said, template, now), said)
    subject = Subject("notice" if use in ANSWERS else use.partition(".")[0], NO_ID)
    corrects = NUMBER if use in ANSWERS else None
    return preview_of_content(KINDS.get(use, use), subject, content, corrects)


def example_facts(use: str, now: datetime) -> Facts:
    """Return an example of everything that the placeholders of this moment can stand for."""
    facts = facts_of(
        now=now,
        name=_name(use),
        components=[one.name for one in Component.objects.filter(visible=True)[:1]],
        number=NUMBER,
        started=now - timedelta(hours=1),
        next_update=now + timedelta(minutes=30),
        starts=now + timedelta(days=14),
        ends=now + timedelta(days=14, hours=2),
    )
    if use.startswith(NOTICE):
        fields = notice_kind(use.removeprefix(NOTICE)).fields
        facts |= {one.name: _field(one, now) for one in fields}
    return facts


def _name(use: str) -> Text:
    if use.startswith("maintenance."):
        return in_each_language(lambda: _("Example maintenance"))
    return in_each_language(lambda: _("Example incident"))


def _field(one: PayloadField, now: datetime) -> Text:
    """Return an example of a payload's field as a notice words it; its label if there is none."""
    day = timezone.localdate(now) + timedelta(days=3)
    raw: dict[str, Any] = {
        "moment": now,
        "date": day,
        "dates": [day.isoformat()],
        "clock": "23:00",
        "year": day.year,
        "count": 100,
        "percent": "100",
        "amount": "10000",
        "fee": "0.6%",
        "cycle": "T+1",
    }
    given = one.value.choices()[:1] if one.value.choices else ()
    example = given[0][0] if given else raw.get(one.value.name)
    try:
        value = None if example is None else one.value.read(example)
    except ValidationError:
        value = None
    return in_each_language(lambda: one.value.say(value) if value is not None else one.label)


def _content(use: str, said: Mapping[str, Any], template: Template, now: datetime) -> Any:
    name, body = said["name"], said["body"]
    if use.startswith("maintenance."):
        status = STATES.get(use, MaintenanceStatus.SCHEDULED)
        begins, ends = now + timedelta(days=14), now + timedelta(days=14, hours=2)
        row = Maintenance(
            name=name, status=status, scheduled_for=begins, scheduled_until=ends, updated_at=now
        )
        if use == Moment.CANCELLED:
            return cancelled_content(row, body, [], before=MaintenanceStatus.SCHEDULED)
        if use == Moment.RESCHEDULED:
            was = Maintenance(scheduled_for=begins - A_DAY, scheduled_until=ends - A_DAY)
            return rescheduled_content(was, row, body, [], old=[], new=[])
        return maintenance_content(row, body, [])
    if use.startswith(NOTICE):
        return {"name": name, "body": body, "audience": clean_audience(None)}
    status = STATES.get(use, template.status or IncidentStatus.INVESTIGATING)
    over = status == IncidentStatus.RESOLVED
    incident = Incident(
        name=name,
        status=status,
        impact=template.impact or Impact.MAJOR,
        started_at=now - timedelta(hours=1),
        next_update_by=None if over else now + timedelta(minutes=30),
    )
    if use == Moment.OPENED:
        return opening_content(incident, body, [], {})
    head = incident_head(incident, body, [])
    if use in ANSWERS:
        return (
            correction_content(head, body, {})
            if use == CORRECTION
            else withdrawal_content(head, body, {})
        )
    return head
