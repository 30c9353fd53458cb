"""What the console calls the values that stand in the tables."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from notifications.channels.outcomes import Reason
from notifications.delivery.states import DeliveryState
from notifications.subscribers.services.stopping import UNSUBSCRIBED
from statuspage.components.statuses import ComponentStatus, Impact
from statuspage.incidents.lifecycle import IncidentStatus, MaintenanceStatus
from statuspage.postmortems.content import STATUS as POSTMORTEM_STATUS

# No two enumerations give one value two meanings, so that one table serves every template.
LABELS: Final = {
    **dict(ComponentStatus.choices),
    **dict(Impact.choices),
    **dict(IncidentStatus.choices),
    **dict(MaintenanceStatus.choices),
    **dict(DeliveryState.choices),
    POSTMORTEM_STATUS: _("Postmortem"),
}
# What a statement does, by its kind; notices have labels of their own.
STATEMENTS: Final[Mapping[str, Any]] = {
    "incident.opened": _("New incident"),
    "incident.updated": _("Incident update"),
    "incident.backfilled": _("Incident entered afterwards"),
    "maintenance.scheduled": _("New maintenance"),
    "maintenance.updated": _("Maintenance update"),
    "correction": _("Correction"),
    "withdrawal": _("Withdrawal"),
}
# Why a delivery stands where it does, and why an address is stopped.
REASONS: Final[Mapping[str, Any]] = {
    Reason.BAD_ADDRESS: _("Bad address"),
    Reason.OPTED_OUT: _("Opted out"),
    Reason.NOT_A_FOLLOWER: _("Does not follow the account"),
    Reason.UNREACHABLE: _("Cannot be reached"),
    Reason.REFUSED_CONTENT: _("Content refused"),
    Reason.BLOCKED: _("Blocked"),
    Reason.RATE_LIMITED: _("Too fast for the provider"),
    Reason.QUOTA: _("Quota used up"),
    Reason.NO_CREDENTIALS: _("Channel not set up"),
    Reason.CONNECTION: _("No connection to the provider"),
    Reason.PROVIDER_ERROR: _("Error at the provider"),
    Reason.TIMEOUT: _("No answer in time"),
    Reason.BUDGET: _("The month's SMS budget was used up"),
    Reason.FAILING: _("Failed again and again"),
    Reason.OTHER: _("Other reason"),
    UNSUBSCRIBED: _("Unsubscribed"),
}
