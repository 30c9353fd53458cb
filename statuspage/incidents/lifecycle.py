"""Which status may follow which: pure tables, no query and no clock."""

from collections.abc import Mapping
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from statuspage.notices.phrases import listed


class IncidentStatus(models.TextChoices):
    """The stages of an incident."""

    INVESTIGATING = "investigating", _("Investigating")
    IDENTIFIED = "identified", _("Identified")
    MONITORING = "monitoring", _("Monitoring")
    RESOLVED = "resolved", _("Resolved")


class MaintenanceStatus(models.TextChoices):
    """The stages of planned maintenance."""

    SCHEDULED = "scheduled", _("Scheduled")
    IN_PROGRESS = "in_progress", _("In progress")
    VERIFYING = "verifying", _("Verifying")
    COMPLETED = "completed", _("Completed")
    CANCELLED = "cancelled", _("Cancelled")


_I = IncidentStatus
_M = MaintenanceStatus

# A status may follow itself where there is more to say about it.
INCIDENT_TRANSITIONS: Final[Mapping[str, frozenset[str]]] = {
    _I.INVESTIGATING: frozenset({_I.INVESTIGATING, _I.IDENTIFIED, _I.MONITORING, _I.RESOLVED}),
    _I.IDENTIFIED: frozenset({_I.INVESTIGATING, _I.IDENTIFIED, _I.MONITORING, _I.RESOLVED}),
    _I.MONITORING: frozenset({_I.INVESTIGATING, _I.IDENTIFIED, _I.MONITORING, _I.RESOLVED}),
    # More can be said of what is over; or the same incident reopens.
    _I.RESOLVED: frozenset({_I.RESOLVED, _I.INVESTIGATING}),
}

MAINTENANCE_TRANSITIONS: Final[Mapping[str, frozenset[str]]] = {
    _M.SCHEDULED: frozenset({_M.SCHEDULED, _M.IN_PROGRESS, _M.COMPLETED, _M.CANCELLED}),
    _M.IN_PROGRESS: frozenset({_M.IN_PROGRESS, _M.VERIFYING, _M.COMPLETED, _M.CANCELLED}),
    _M.VERIFYING: frozenset({_M.IN_PROGRESS, _M.VERIFYING, _M.COMPLETED, _M.CANCELLED}),
    _M.COMPLETED: frozenset(),
    _M.CANCELLED: frozenset(),
}
# Cancelling is an act of its own, with a reason: an update cannot do it.
MAINTENANCE_UPDATES: Final[Mapping[str, frozenset[str]]] = {
    present: following - {_M.CANCELLED} for present, following in MAINTENANCE_TRANSITIONS.items()
}

# After Resolved: more to say, or open again. The key is in the statement's content.
TURNS: Final[Mapping[str, str | Promise]] = {
    "further": _("Update after Resolved"),
    "reopened": _("Reopened"),
}

# Maintenance colours its components only while work is going on.
MAINTENANCE_ACTIVE: Final = frozenset({_M.IN_PROGRESS, _M.VERIFYING})
MAINTENANCE_OVER: Final = frozenset({_M.COMPLETED, _M.CANCELLED})


def turn_of(content: Mapping[str, Any]) -> str | Promise:
    """Return how a statement goes on after Resolved, in words; empty where it does not."""
    return next((label for name, label in TURNS.items() if content.get(name)), "")


class IllegalTransition(ValidationError):
    """The status cannot follow the present one."""


def check_transition(
    transitions: Mapping[str, frozenset[str]], present: str, following: str
) -> None:
    """Raise IllegalTransition, naming the allowed statuses, unless `following` is one of them."""
    possible = transitions[present]
    if following in possible:
        return
    message = (
        _("“%(following)s” cannot follow “%(present)s”. Possible: %(possible)s.")
        if possible
        else _("Nothing can follow “%(present)s”.")
    )
    # The members of the table's own statuses, since callers pass plain texts.
    kind: Any = type(next(iter(transitions)))
    labels = {"present": kind(present).label, "following": kind(following).label}
    names = listed(str(one.label) for one in kind if one in possible)
    raise IllegalTransition(message, code="transition", params={**labels, "possible": names})
