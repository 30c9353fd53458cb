"""Announcing maintenance, and moving it on by hand or by the clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from statuspage.components.models import Component
from statuspage.components.selectors import components_by_public_id
from statuspage.incidents.lead_time import check_lead_time
from statuspage.incidents.lifecycle import (
    MAINTENANCE_ACTIVE,
    MAINTENANCE_TRANSITIONS,
    MaintenanceStatus,
    check_transition,
)
from statuspage.incidents.models import Maintenance, Recurrence
from statuspage.incidents.services.impacts import apply_changes, changes, present_statuses
from statuspage.incidents.services.incidents import NAME_LENGTH, Superseded
from statuspage.statements.authors import Author
from statuspage.statements.canonical import Json
from statuspage.statements.choices import clean_choice
from statuspage.statements.models import Statement
from statuspage.statements.services import Subject, publish, publishing
from statuspage.statements.texts import Text, clean_text
from statuspage.statements.times import iso

# What the clock says when nobody does. Chinese first; both are published.
STARTED: Final[Text] = {
    "zh-hans": "计划维护已按时开始，预计结束时间不变。",
    "en": "The planned maintenance has started on time; the planned end has not changed.",
}
COMPLETED: Final[Text] = {
    "zh-hans": "计划维护已完成，相关服务恢复正常。",
    "en": "The planned maintenance is complete; the services concerned are back to normal.",
}


@dataclass(frozen=True)
class Occurrence:
    """One of a row of maintenances, by the time that its rule has for it."""

    recurrence: Recurrence
    occurrence: datetime


def maintenance_schedule(
    *,
    name: Text,
    body: Text,
    components: Sequence[str],
    scheduled_for: datetime,
    scheduled_until: datetime,
    author: Author | None,
    short_notice_reason: Text | None = None,
    published_at: datetime | None = None,
    occurrence: Occurrence | None = None,
) -> Statement:
    """Announce planned maintenance of the components with these public ids.

    `occurrence` says which one of a row it is.

    Raises:
        ValidationError: a text or component is not usable, the times are not in order, or it is
            announced too late and without `short_notice_reason`, or it is announced already.
    """
    moment = published_at or timezone.now()
    name, body = clean_text(name, max_length=NAME_LENGTH), clean_text(body)
    found = components_by_public_id(components)
    if not moment < scheduled_for < scheduled_until:
        raise ValidationError(
            _("Maintenance must start in the future and end after its start."), code="times"
        )
    reason = clean_text(short_notice_reason) if short_notice_reason else None
    check_lead_time(moment, scheduled_for, reason)
    with publishing():
        _check_once(occurrence)
        maintenance = Maintenance.objects.create(
            **(vars(occurrence) if occurrence else {}),
            name=name,
            status=MaintenanceStatus.SCHEDULED,
            scheduled_for=scheduled_for,
            scheduled_until=scheduled_until,
            created_at=moment,
            updated_at=moment,
        )
        maintenance.components.set(found.values())
        more: dict[str, Json] = {"short_notice_reason": dict(reason)} if reason else {}
        return _say(maintenance, "maintenance.scheduled", body, author, moment, more=more)


def _check_once(occurrence: Occurrence | None) -> None:
    if occurrence and Maintenance.objects.filter(**vars(occurrence)).exists():
        raise ValidationError(_("This one has been announced already."), code="announced")


def maintenance_update(
    *,
    maintenance: Maintenance,
    status: str,
    body: Text,
    author: Author | None,
    published_at: datetime | None = None,
) -> Statement:
    """Publish the next stage of a maintenance, or more about the present one.

    Raises:
        IllegalTransition: the status cannot follow the maintenance's present one.
        Superseded: someone else, or the clock, moved it since `maintenance` was read.
        ValidationError: the text is not usable.
    """
    moment = published_at or timezone.now()
    body = clean_text(body)
    status = clean_choice(MaintenanceStatus, status)
    with publishing():
        check_transition(MAINTENANCE_TRANSITIONS, maintenance.status, status)
        before = present_statuses(_components(maintenance))
        begins = is_beginning(maintenance, status)
        _advance(maintenance, status, moment)
        return _say(maintenance, "maintenance.updated", body, author, moment, before, begins=begins)


def maintenances_advance(now: datetime | None = None) -> list[Statement]:
    """Start and complete what is due by the clock; safe to call as often as one likes."""
    moment = now or timezone.now()
    starting = Maintenance.objects.filter(
        status=MaintenanceStatus.SCHEDULED, scheduled_for__lte=moment
    )
    ending = Maintenance.objects.filter(
        status=MaintenanceStatus.IN_PROGRESS, scheduled_until__lte=moment
    )
    # Lists first: one that starts and ends within one sweep takes its end in the next.
    due = [(one, MaintenanceStatus.IN_PROGRESS, STARTED) for one in starting] + [
        (one, MaintenanceStatus.COMPLETED, COMPLETED) for one in ending
    ]
    said = (_advance_by_clock(one, status, body, moment) for one, status, body in due)
    return [statement for statement in said if statement]


def _advance_by_clock(
    maintenance: Maintenance, status: str, body: Text, moment: datetime
) -> Statement | None:
    try:
        return maintenance_update(
            maintenance=maintenance, status=status, body=body, author=None, published_at=moment
        )
    except Superseded:
        return None  # someone was quicker, by hand or in another beat: that is as good


def _say(
    maintenance: Maintenance,
    kind: str,
    body: Text,
    author: Author | None,
    moment: datetime,
    before: dict[Component, str] | None = None,
    *,
    begins: bool = False,
    more: Mapping[str, Json] | None = None,
) -> Statement:
    after, told = changes(before or present_statuses(_components(maintenance)))
    statement = publish(
        kind=kind,
        subject=Subject("maintenance", maintenance.public_id),
        content={
            "name": dict(maintenance.name),
            "status": str(maintenance.status),
            "begins": begins,
            "scheduled_for": iso(maintenance.scheduled_for),
            "scheduled_until": iso(maintenance.scheduled_until),
            "body": dict(body),
            "components": [*told],
            **(more or {}),
        },
        author=author,
        published_at=moment,
    )
    apply_changes(after, moment, statement.number)
    return statement


def _components(maintenance: Maintenance) -> list[Component]:
    return list(maintenance.components.order_by("position", "pk"))


def _advance(maintenance: Maintenance, status: str, moment: datetime) -> None:
    values: dict[str, object] = {
        "status": status,
        "updated_at": moment,
        "version": maintenance.version + 1,
    }
    if status == MaintenanceStatus.IN_PROGRESS and maintenance.started_at is None:
        values["started_at"] = moment
    if status == MaintenanceStatus.COMPLETED:
        values["completed_at"] = moment
    moved = Maintenance.objects.filter(pk=maintenance.pk, version=maintenance.version)
    if not moved.update(**values):
        raise Superseded(
            _("Someone else has updated this maintenance meanwhile. Read their update first."),
            code="superseded",
        )
    maintenance.refresh_from_db()


def is_beginning(maintenance: Maintenance, status: str) -> bool:
    """Whether work begins when a maintenance goes on to `status`."""
    return maintenance.status == MaintenanceStatus.SCHEDULED and status in MAINTENANCE_ACTIVE
