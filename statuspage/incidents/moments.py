"""The moments for which words are kept at hand, and what the words of each may hold.

A new kind of notice brings its own moment and placeholders: nothing here names the kinds.
"""

from collections.abc import Mapping
from typing import Any, Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from statuspage.incidents.lifecycle import IncidentStatus, MaintenanceStatus
from statuspage.notices.kind import kinds, notice_kind
from statuspage.statements.documents import CORRECTION, WITHDRAWAL
from statuspage.statements.placeholders import name_of, placeholders_in
from statuspage.statements.texts import Text

NOTICE: Final = "notice."
# What only the author can know begins with a question mark: it is never filled in automatically.
ASKED: Final = ("?", "\uff1f")


class Moment(TextChoices):
    """A moment of an incident, of a maintenance or of an answer; notices add one for each kind."""

    OPENED = "incident.opened", _("Incident: opened")
    IDENTIFIED = "incident.identified", _("Incident: cause identified")
    MONITORING = "incident.monitoring", _("Incident: monitoring")
    RESOLVED = "incident.resolved", _("Incident: resolved")
    AFTER = "incident.after_resolved", _("Incident: further update after it is resolved")
    SCHEDULED = "maintenance.scheduled", _("Maintenance: announced")
    STARTED = "maintenance.in_progress", _("Maintenance: started")
    COMPLETED = "maintenance.completed", _("Maintenance: completed")
    CANCELLED = "maintenance.cancelled", _("Maintenance: cancelled")
    RESCHEDULED = "maintenance.rescheduled", _("Maintenance: rescheduled")
    CORRECTION = CORRECTION, pgettext_lazy("moment", "Correction")
    WITHDRAWAL = WITHDRAWAL, pgettext_lazy("moment", "Withdrawal")


# The status that an update has which begins with such words.
STATUS_OF: Final[Mapping[str, str]] = {
    Moment.IDENTIFIED: IncidentStatus.IDENTIFIED,
    Moment.MONITORING: IncidentStatus.MONITORING,
    Moment.RESOLVED: IncidentStatus.RESOLVED,
    Moment.STARTED: MaintenanceStatus.IN_PROGRESS,
    Moment.COMPLETED: MaintenanceStatus.COMPLETED,
}
# By the status of an incident or a maintenance, the moments that may come next.
NEXT: Final[Mapping[str, tuple[str, ...]]] = {
    IncidentStatus.RESOLVED: (Moment.AFTER,),
    MaintenanceStatus.SCHEDULED: (Moment.STARTED,),
    MaintenanceStatus.IN_PROGRESS: (Moment.COMPLETED,),
    MaintenanceStatus.VERIFYING: (Moment.COMPLETED,),
    **dict.fromkeys(
        (IncidentStatus.INVESTIGATING, IncidentStatus.IDENTIFIED, IncidentStatus.MONITORING),
        (Moment.IDENTIFIED, Moment.MONITORING, Moment.RESOLVED),
    ),
}
ANSWERS: Final = frozenset({Moment.CORRECTION, Moment.WITHDRAWAL})
NAMED: Final = frozenset({Moment.OPENED, Moment.SCHEDULED})

ALWAYS: Final[Mapping[str, Any]] = {
    "time": _("the time at which the template is chosen"),
    "operator": _("the operator's name"),
    "hotline": _("the operator's hotline"),
}
INCIDENT: Final[Mapping[str, Any]] = {
    "name": _("the incident's headline"),
    "components": _("the affected services"),
    "started": _("when the incident started"),
}
MAINTENANCE: Final[Mapping[str, Any]] = {
    "name": _("the headline of the maintenance"),
    "components": _("the affected services"),
    "starts": _("when it starts"),
    "ends": _("when it ends"),
}
NEXT_UPDATE: Final[Mapping[str, Any]] = {"next_update": _("when the next update is promised")}
ANSWERED: Final[Mapping[str, Any]] = {
    "name": _("the headline of the statement"),
    "number": _("the number of the statement"),
}
OVER: Final = frozenset({Moment.RESOLVED, Moment.AFTER})


def moments() -> list[tuple[str, Any]]:
    """Return every moment with its label, in the order in which they are listed."""
    answers = [one for one in Moment.choices if one[0] in ANSWERS]
    others = [one for one in Moment.choices if one[0] not in ANSWERS]
    return [*others, *((moment_of_kind(one.name), one.label) for one in kinds()), *answers]


def updates_after(status: str) -> tuple[str, ...]:
    """Return the moments for which an update of what has this status may begin with words."""
    return NEXT.get(status, ())


def moment_of_kind(kind: str) -> str:
    """Return the moment of a kind of notice."""
    return f"{NOTICE}{kind}"


def has_name(use: str) -> bool:
    """Return whether words for this moment have a headline of their own."""
    return use in NAMED or use.startswith(NOTICE)


def has_short(use: str) -> bool:
    """Return whether they may have shorter words for channels with little room."""
    return use not in ANSWERS


def has_claims(use: str) -> bool:
    """Return whether they say how grave it is, and the state of the components."""
    return use == Moment.OPENED


def has_components(use: str) -> bool:
    """Return whether they name components."""
    return use in NAMED


def placeholders_of(use: str) -> dict[str, Any]:
    """Return the names of the placeholders that are filled in, each with what it stands for."""
    if use.startswith(NOTICE):
        fields = notice_kind(use.removeprefix(NOTICE)).fields
        about = {"name": _("the headline of the related incident")}
        return {**ALWAYS, **about, **{one.name: one.label for one in fields}}
    if use in ANSWERS:
        return {**ALWAYS, **ANSWERED}
    if use.startswith("maintenance."):
        return {**ALWAYS, **MAINTENANCE}
    return {**ALWAYS, **INCIDENT, **({} if use in OVER else NEXT_UPDATE)}


def unknown_placeholders(use: str, text: Text) -> list[str]:
    """Return the placeholders of the text that nothing fills in for this moment."""
    known = placeholders_of(use)
    asked = [one for one in placeholders_in(text) if name_of(one).startswith(ASKED)]
    return [one for one in placeholders_in(text) if one not in asked and name_of(one) not in known]
