"""Announce maintenance, and move it to its next stage by hand or by the clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Unpack

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from statuspage.components.selectors import components_by_public_id
from statuspage.incidents.content import (
    Announcement,
    announced,
    cleaned,
    maintenance_content,
    moved_on,
)
from statuspage.incidents.folding import SCHEDULED
from statuspage.incidents.lifecycle import (
    MAINTENANCE_UPDATES,
    MaintenanceStatus,
    check_transition,
)
from statuspage.incidents.models import Maintenance, Recurrence
from statuspage.incidents.occurrences import check_open
from statuspage.incidents.promises import check_lead_time
from statuspage.incidents.selectors import due_maintenances, held_maintenances
from statuspage.incidents.services.impacts import (
    Superseded,
    advance,
    maintenance_states,
    say,
    told_changes,
    worked_on,
)
from statuspage.lib.database_clock import database_now
from statuspage.statements.authors import Author
from statuspage.statements.choices import clean_choice
from statuspage.statements.models import Statement
from statuspage.statements.placeholders import clean_said
from statuspage.statements.services import publishing
from statuspage.statements.short import Short, clean_said_short, with_short
from statuspage.statements.texts import Text

# The texts of automatic updates. Chinese first; both languages are published.
STARTED: Final[Text] = {
    "zh-hans": "维护已按时开始，预计结束时间不变。",
    "en": "The maintenance has started on time; the planned end has not changed.",
}
COMPLETED: Final[Text] = {
    "zh-hans": "维护已完成，相关服务恢复正常。",
    "en": "The maintenance is complete; the services concerned are back to normal.",
}


# What the clock does with a maintenance in this status, and says.
NEXT: Final[Mapping[str, tuple[MaintenanceStatus, Text]]] = {
    MaintenanceStatus.SCHEDULED: (MaintenanceStatus.IN_PROGRESS, STARTED),
    MaintenanceStatus.IN_PROGRESS: (MaintenanceStatus.COMPLETED, COMPLETED),
}


@dataclass(frozen=True)
class DueOccurrence:
    """An occurrence of a recurring maintenance that should be announced by now."""

    recurrence: Recurrence
    start: datetime

    @property
    def end(self) -> datetime:
        """The planned end."""
        return self.start + timedelta(minutes=self.recurrence.minutes)

    @property
    def announced_from(self) -> datetime:
        """The moment from which it is due to be announced."""
        return self.start - timedelta(days=self.recurrence.ahead_days)


def maintenance_schedule(
    *,
    author: Author | None,
    published_at: datetime | None = None,
    due: DueOccurrence | None = None,
    **said: Unpack[Announcement],
) -> Statement:
    """Announce planned maintenance; `due` is the occurrence of a recurrence that it announces.

    Raises:
        ValidationError: a text or component is not usable, the times are not in order, or it is
            announced too late and without `short_notice_reason`, or it is announced already.
    """
    given = cleaned(said)
    components = components_by_public_id(given["components"]).values()
    reason = given.get("short_notice_reason")
    with publishing() as now:
        moment = published_at or now
        if not moment < given["scheduled_for"] < given["scheduled_until"]:
            raise ValidationError(
                _("Maintenance must start in the future and end after it starts."), code="times"
            )
        check_lead_time(moment, given["scheduled_for"], reason)
        if due:
            check_open(due.recurrence, due.start)
        maintenance = announced(given, moment)
        if due:
            maintenance.recurrence, maintenance.occurrence = due.recurrence, due.start
        maintenance.save()
        maintenance.components.set(components)
        return _say(maintenance, SCHEDULED, given, author, reason=reason)


def maintenance_update(
    *,
    maintenance: Maintenance,
    status: str,
    body: Text,
    author: Author | None,
    short: Short | None = None,
    published_at: datetime | None = None,
) -> Statement:
    """Publish the next stage of a maintenance, or more information about the present one.

    Raises:
        IllegalTransition: the status cannot follow the maintenance's present one.
        Superseded: someone else, or the clock, moved it since `maintenance` was read.
        ValidationError: the text is not usable.
    """
    body, status = clean_said(body), clean_choice(MaintenanceStatus, status)
    short = clean_said_short(short)
    with publishing() as now:
        moment = published_at or now
        check_transition(MAINTENANCE_UPDATES, maintenance.status, status)
        before = maintenance.status
        advance(maintenance, moved_on(maintenance, status, moment))
        said = {"body": body, "short": short}
        return _say(maintenance, "maintenance.updated", said, author, before=before)


def maintenances_advance(now: datetime | None = None) -> list[Statement]:
    """Start and complete the maintenances that are due; safe to call at any time.

    What was due before a restore is left to staff.
    """
    moment = now or database_now()
    # The list is read first: one that starts in this run is completed in the next.
    due = list(due_maintenances(moment).exclude(pk__in=held_maintenances().values("pk")))
    said = (_advance_by_clock(one, *NEXT[one.status], now) for one in due)
    return [statement for statement in said if statement]


def _advance_by_clock(
    maintenance: Maintenance, status: str, body: Text, moment: datetime | None
) -> Statement | None:
    try:
        return maintenance_update(
            maintenance=maintenance, status=status, body=body, author=None, published_at=moment
        )
    except Superseded:
        return None  # someone else moved it already, by hand or in another run


def _say(
    maintenance: Maintenance,
    kind: str,
    given: Mapping[str, Any],
    author: Author | None,
    *,
    before: str = "",
    reason: Text | None = None,
) -> Statement:
    components = maintenance.components.all()
    states = maintenance_states(maintenance, components)
    told = told_changes(states)
    content = maintenance_content(maintenance, given["body"], told, before=before, reason=reason)
    claims = worked_on(components) if kind == SCHEDULED else {}
    return say(maintenance, kind, with_short(content, given), states, author, claims)
