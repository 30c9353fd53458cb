"""How the console's templates show texts, times, numbers and names."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django import template
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from notifications.channels import channels
from notifications.channels.outcomes import Reason
from notifications.delivery.states import DeliveryState
from statuspage.components.statuses import ComponentStatus, Impact
from statuspage.console.links import subject_url
from statuspage.incidents.lifecycle import IncidentStatus, MaintenanceStatus
from statuspage.settlement.notices import kinds
from statuspage.statements.texts import ENGLISH, LANGUAGES, in_language
from statuspage.statements.times import from_iso

register = template.Library()

# No two enumerations give one value two meanings, so that one table serves every template.
LABELS: Final = {
    **dict(ComponentStatus.choices),
    **dict(Impact.choices),
    **dict(IncidentStatus.choices),
    **dict(MaintenanceStatus.choices),
    **dict(DeliveryState.choices),
}
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
    Reason.OTHER: _("Other reason"),
}
HTML_LANGUAGES: Final = {language: language for language in LANGUAGES} | {"zh-hans": "zh-Hans"}
LANGUAGE_NAMES: Final = {"zh-hans": "中文", ENGLISH: "English"}


@register.filter
def said(text: Mapping[str, str] | None, language: str = "") -> str:
    """A text in the given language, or in that of whoever reads the page."""
    return in_language(text or {}, language or get_language() or "")


@register.filter
def has_language(text: Mapping[str, str] | None, language: str) -> bool:
    """False where that language would fall back to Chinese."""
    return bool((text or {}).get(language))


@register.filter
def moment(value: str | None) -> datetime | None:
    """A time of a statement's content."""
    return from_iso(value) if value else None


@register.filter
def label(value: str) -> Any:
    """A status, impact or state in the reader's language."""
    return LABELS.get(value, value)


@register.filter
def kind_label(name: str) -> Any:
    """What a kind of notice is called."""
    return {one.name: one.label for one in kinds()}.get(name, name)


@register.filter
def channel_label(name: str) -> Any:
    """What a channel is called."""
    return {one.name: one.label for one in channels()}.get(name, name)


@register.filter
def reason_label(value: str) -> Any:
    """Why a delivery stands where it does."""
    return REASONS.get(value, value)


@register.filter
def html_lang(language: str) -> str:
    """The value of HTML's lang attribute."""
    return HTML_LANGUAGES[language]


@register.filter
def language_name(language: str) -> str:
    """A language in its own words."""
    return LANGUAGE_NAMES[language]


register.filter(subject_url)


@register.filter
def thousands(number: int) -> str:
    """12,345: the same in both languages, since Django groups Chinese numbers by four."""
    return f"{number:,}"
