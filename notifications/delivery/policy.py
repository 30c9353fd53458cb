"""Which statements go out by which channel, and which may wake people at night."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.conf import settings

from notifications.channels.registry import reachable_channels
from notifications.delivery.models import Broadcast
from notifications.delivery.moments import Moment
from statuspage.components.statuses import Impact
from statuspage.incidents.lifecycle import IncidentStatus, MaintenanceStatus
from statuspage.postmortems.content import FOLLOWED_UP
from statuspage.settlement.backlog.selectors import BACKLOG
from statuspage.settlement.notices.delivery_report import DELIVERY_REPORT
from statuspage.statements.services import CORRECTION, WITHDRAWAL

# Figures that stand on the page and in the log; nobody is written to about them.
UNTOLD: Final = frozenset({f"notice.{DELIVERY_REPORT}"})
# SMS cost money and patience, so the operator says which moments are worth both.
COSTLY: Final = frozenset({"twilio_sms"})
# Whatever the settings say: it is published by itself, several times an incident.
NEVER_COSTLY: Final = frozenset({Moment.PROGRESS})


def moment_of(document: Mapping[str, Any]) -> Moment:
    """The moment that a statement, or a draft of the same shape, stands for."""
    if document["kind"] in {CORRECTION, WITHDRAWAL}:
        return Moment.CORRECTED
    return _MOMENT_OF[document["subject"]["type"]](document)


def channels_for(document: Mapping[str, Any]) -> list[str]:
    """The channels by which a statement, or a draft, is told."""
    if document["kind"] in UNTOLD:
        return []
    moment = moment_of(document)
    every = [one.name for one in reachable_channels()]
    if moment is Moment.CORRECTED:
        original = Broadcast.objects.filter(pk=document["corrects"]).first()
        return (original.channels if original else []) or every
    worth = moment in settings.SMS_MOMENTS and moment not in NEVER_COSTLY
    return [name for name in every if worth or name not in COSTLY]


def may_wake(document: Mapping[str, Any]) -> bool:
    """Whether it is told also at night: only what is critical."""
    return bool(document["content"].get("impact") == Impact.CRITICAL)


def _incident(document: Mapping[str, Any]) -> Moment:
    content = document["content"]
    if document["kind"] == "incident.opened":
        return Moment.OPENED
    if content.get("backfilled"):
        return Moment.UPDATED  # it is over: never worth an SMS of its own
    if document["kind"] == FOLLOWED_UP:
        return Moment.PROGRESS
    if content.get("status") == IncidentStatus.RESOLVED:
        return Moment.RESOLVED
    return Moment.WORSENED if content.get("worsened") else Moment.UPDATED


def _maintenance(document: Mapping[str, Any]) -> Moment:
    content = document["content"]
    if content.get("begins"):
        return Moment.MAINTENANCE_BEGINS
    if content.get("status") == MaintenanceStatus.SCHEDULED:
        return Moment.MAINTENANCE_PLANNED
    return Moment.MAINTENANCE_UPDATED


def _notice(document: Mapping[str, Any]) -> Moment:
    return Moment.PROGRESS if document["kind"] == f"notice.{BACKLOG}" else Moment.NOTICE


_MOMENT_OF: Final[Mapping[str, Callable[[Mapping[str, Any]], Moment]]] = {
    "incident": _incident,
    "maintenance": _maintenance,
    "notice": _notice,
}
