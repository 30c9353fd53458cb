"""What cancelling or rescheduling a maintenance changes and says: pure, also for previews.

A rescheduling's content has the new times, the services affected from now on (`affects`), and both
as they were (`before`). Its `components` are those of before and after: whoever was told of the
old plan is told of the new one.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NotRequired, TypedDict

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from statuspage.components.models import Component
from statuspage.incidents.content import Change, Content, changed, maintenance_content
from statuspage.incidents.lifecycle import (
    MAINTENANCE_ACTIVE,
    MAINTENANCE_OVER,
    IllegalTransition,
    MaintenanceStatus,
)
from statuspage.incidents.models import Maintenance
from statuspage.incidents.plan_words import with_words
from statuspage.incidents.promises import check_lead_time
from statuspage.statements.short import Short
from statuspage.statements.texts import Text
from statuspage.statements.times import iso_or_none

CANCELLED: Final = "maintenance.cancelled"
RESCHEDULED: Final = "maintenance.rescheduled"


class Rescheduling(TypedDict):
    """New times and components (public ids); what is missing stays as it is."""

    body: Text
    scheduled_for: NotRequired[datetime | None]
    scheduled_until: NotRequired[datetime | None]
    components: NotRequired[Sequence[str] | None]
    short_notice_reason: NotRequired[Text | None]
    short: NotRequired[Short | None]


def rescheduled(
    maintenance: Maintenance, said: Rescheduling, moment: datetime
) -> tuple[Maintenance, dict[str, Any]]:
    """Return the maintenance with its new times, and the values that give its row these times."""
    values: dict[str, Any] = {
        "scheduled_for": said.get("scheduled_for") or maintenance.scheduled_for,
        "scheduled_until": said.get("scheduled_until") or maintenance.scheduled_until,
        "updated_at": moment,
        "by_hand": False,
    }
    return changed(maintenance, values), values


def check_reschedulable(maintenance: Maintenance) -> None:
    """Raise IllegalTransition where the maintenance is over."""
    if maintenance.status in MAINTENANCE_OVER:
        raise IllegalTransition(
            _("This maintenance is over. It cannot be rescheduled."), code="transition"
        )


def check_plan(
    before: Maintenance, after: Maintenance, moment: datetime, reason: Text | None
) -> None:
    """Raise ValidationError, by field, where the new times are not possible.

    Before the start both times can change; afterwards only the end.
    """
    moved = after.scheduled_for != before.scheduled_for
    if before.status in MAINTENANCE_ACTIVE and moved:
        problem = _("It has already started: only its end and its services can be changed.")
        raise ValidationError({"scheduled_for": problem}, code="started")
    if before.status == MaintenanceStatus.SCHEDULED and after.scheduled_for <= moment:
        raise ValidationError({"scheduled_for": _("It must start in the future.")}, code="times")
    if after.scheduled_until <= after.scheduled_for:
        raise ValidationError(
            {"scheduled_until": _("The end must be after the start.")}, code="times"
        )
    if after.scheduled_until <= moment:
        raise ValidationError({"scheduled_until": _("It must end in the future.")}, code="times")
    if moved:
        check_lead_time(moment, after.scheduled_for, reason)


def check_changed(
    before: Maintenance, after: Maintenance, old: Sequence[Component], new: Sequence[Component]
) -> None:
    """Raise ValidationError where neither a time nor a component that is shown changes.

    Everybody would be told of a change that nobody can see.
    """
    times = [(one.scheduled_for, one.scheduled_until) for one in (before, after)]
    if times[0] == times[1] and _visible(old) == _visible(new):
        raise ValidationError(
            _("Nothing has changed: choose other times or other services."), code="unchanged"
        )


def cancelled_content(
    maintenance: Maintenance, body: Text, changes: Sequence[Change], *, before: str
) -> Content:
    """Return the content of a cancellation; `before` is the status until then."""
    return with_words(maintenance_content(maintenance, body, changes, before=before))


def rescheduled_content(
    before: Maintenance,
    after: Maintenance,
    body: Text,
    changes: Sequence[Change],
    *,
    old: Sequence[Component],
    new: Sequence[Component],
    reason: Text | None = None,
) -> Content:
    """Return the content of a rescheduling from the components `old` to those that are `new`."""
    return with_words(
        {
            **maintenance_content(after, body, changes, before=after.status, reason=reason),
            "affects": _visible(new),
            "before": {
                "scheduled_for": iso_or_none(before.scheduled_for),
                "scheduled_until": iso_or_none(before.scheduled_until),
                "components": _visible(old),
            },
        }
    )


def _visible(components: Sequence[Component]) -> list[Any]:
    """Return the public ids, in page order; the log does not name what the public may not see."""
    shown = sorted(
        (one for one in components if one.visible), key=lambda one: (one.position, one.pk)
    )
    return [one.public_id for one in shown]
