"""The part of a composer that sends a draft to its author as a test."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from notifications.channels.media import Medium
from notifications.delivery.trials import trial_ask
from notifications.subscribers.models import StaffContact
from notifications.subscribers.services.staff_contacts import contacts_of, usable_channels
from statuspage.console.access import staff_of
from statuspage.console.preview import channel_names
from statuspage.lib.client_ip import client_ip
from statuspage.statements.texts import LANGUAGES

# The fields of the form that say where to.
CHANNEL, LANGUAGE = "test_channel", "test_language"


@dataclass(frozen=True)
class TrialChoices:
    """Every channel that is set up, with the reader's own address on it; and the languages."""

    channels: list[tuple[Medium, StaffContact | None]]
    channel: str
    language: str

    @property
    def possible(self) -> bool:
        """True where there is an address to send to."""
        return any(contact for _channel, contact in self.channels)

    @property
    def missing(self) -> str:
        """The names of the channels on which the reader has no address yet."""
        return channel_names(channel for channel, contact in self.channels if contact is None)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that a test can be in."""
        return LANGUAGES


def trial_choices(request: HttpRequest) -> TrialChoices:
    """Return what the reader can choose; what was chosen last stays chosen."""
    own = contacts_of(staff_of(request))
    language = get_language() or LANGUAGES[0]
    return TrialChoices(
        [(one, own.get(one.name)) for one in usable_channels()],
        request.POST.get(CHANNEL, ""),
        request.POST.get(LANGUAGE, language),
    )


def send_trial(request: HttpRequest, document: Mapping[str, Any]) -> None:
    """Have the draft sent to the reader, and say so, or why not."""
    staff = staff_of(request)
    try:
        row = trial_ask(
            staff=staff,
            channel=request.POST.get(CHANNEL, ""),
            language=request.POST.get(LANGUAGE, ""),
            document=document,
            ip=client_ip(request),
        )
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
        return
    masked = contacts_of(staff)[row.channel].masked
    messages.success(request, _("A test is being sent to %(address)s.") % {"address": masked})
