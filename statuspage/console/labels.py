"""The labels that the console shows for stored values."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from notifications.channels.outcomes import Reason
from notifications.delivery.states import DeliveryState
from notifications.media import WECHAT
from notifications.subscribers.restoring import RESTORED
from notifications.subscribers.services.subscriptions import UNSUBSCRIBED, WEB
from statuspage.components.statuses import ComponentStatus, Impact
from statuspage.incidents.lifecycle import IncidentStatus, MaintenanceStatus
from statuspage.postmortems.content import FOLLOWED_UP
from statuspage.postmortems.content import POSTMORTEM as POSTMORTEM_KIND
from statuspage.postmortems.content import STATUS as POSTMORTEM_STATUS
from statuspage.statements.short import SMS
from statuspage.statements.short import WECHAT as WECHAT_WORDS

# A value means the same in every enumeration, so one table serves all templates.
LABELS: Final = {
    **dict(ComponentStatus.choices),
    **dict(Impact.choices),
    **dict(IncidentStatus.choices),
    **dict(MaintenanceStatus.choices),
    **dict(DeliveryState.choices),
    POSTMORTEM_STATUS: _("Postmortem"),
    SMS: _("SMS"),
    WECHAT_WORDS: _("WeChat"),
}
# What a statement does, by its kind; notices have labels of their own.
STATEMENTS: Final[Mapping[str, Any]] = {
    "incident.opened": _("New incident"),
    "incident.updated": _("Incident update"),
    "incident.backfilled": _("Incident entered afterwards"),
    "incident.backfilled_update": _("Incident update entered afterwards"),
    "maintenance.scheduled": _("New maintenance"),
    "maintenance.updated": _("Maintenance update"),
    "maintenance.rescheduled": _("Maintenance rescheduled"),
    "maintenance.cancelled": _("Maintenance cancelled"),
    POSTMORTEM_KIND: _("Postmortem"),
    FOLLOWED_UP: _("Postmortem action done"),
    "correction": _("Correction"),
    "withdrawal": _("Withdrawal"),
}
# The reasons for a delivery's state, and for stopping an address.
REASONS: Final[Mapping[str, Any]] = {
    Reason.BAD_ADDRESS: _("Invalid address"),
    Reason.UNKNOWN_NUMBER: _("Unknown number"),
    Reason.OPTED_OUT: _("Opted out"),
    Reason.NOT_A_FOLLOWER: _("Does not follow our WeChat account"),
    Reason.NO_CONSENT: _("No consents left"),
    Reason.NO_TEMPLATE: _("No approved template"),
    Reason.UNREACHABLE: _("Unreachable"),
    Reason.REFUSED_CONTENT: _("Content rejected"),
    Reason.BLOCKED: _("Blocked"),
    Reason.RATE_LIMITED: _("Provider's rate limit exceeded"),
    Reason.QUOTA: _("Quota used up"),
    Reason.NO_CREDENTIALS: _("Account, sender or template refused"),
    Reason.NOT_PERMITTED: _("Country not enabled at the provider"),
    Reason.UNKNOWN_CODE: _("Refused with an unknown code"),
    Reason.UNAVAILABLE: _("Provider temporarily unavailable"),
    Reason.NO_TEMPLATE: _("No approved template"),
    Reason.CONNECTION: _("No connection to the provider"),
    Reason.PROVIDER_ERROR: _("Provider error"),
    Reason.TIMEOUT: _("Timed out"),
    Reason.BUDGET: _("Monthly SMS budget used up"),
    Reason.COUNTRY: _("Country not among SMS_COUNTRIES"),
    Reason.FAILING: _("Failed repeatedly"),
    Reason.DISCARDED: _("Discarded after a restore"),
    Reason.EXPIRED: _("Waited too long"),
    Reason.OTHER: _("Other reason"),
    UNSUBSCRIBED: _("Unsubscribed"),
}
# How someone agreed; other values were written by the person who imported them.
CONSENT_SOURCES: Final[Mapping[str, Any]] = {
    WEB: _("on the website"),
    WECHAT: _("in WeChat"),
    RESTORED: _("again after a restore"),
}
