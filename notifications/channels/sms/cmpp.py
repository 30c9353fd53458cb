"""SMS through CMPP, the protocol of China's carriers and of the aggregators before them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from notifications.channels import sms_message, wording
from notifications.channels.base import (
    Bulletin,
    Content,
    DataRecipient,
    Message,
    MessageTemplate,
    Note,
    register,
)
from notifications.channels.carriers import cmpp_text
from notifications.channels.carriers.carrier import CarrierProvider
from notifications.channels.carriers.cmpp_dialect import Cmpp
from notifications.channels.carriers.cmpp_frames import Body, Submit, Version
from notifications.channels.carriers.dialect import Dialect
from notifications.channels.carriers.link import Endpoint
from notifications.channels.outcomes import Outcome
from notifications.channels.phone_numbers import without_plus
from notifications.channels.sms_message import Area

VERSIONS: Final = {"2.0": Version.V2, "3.0": Version.V3}
REFERENCES: Final = 256
# In `Content.data`: what the gateway itself writes before the text.
ADDED: Final = "added_by_gateway"


@register
class CmppSms(CarrierProvider[Body]):
    """SMS on the mainland in free text, over connections that also bring reports and replies."""

    name = "cmpp"
    label = _("CMPP (China's carriers)")
    order = 40
    required_settings = (*("CMPP_HOST", "CMPP_SOURCE_ADDR", "CMPP_SHARED_SECRET", "CMPP_SRC_ID"),)
    rate_setting = "CMPP_PER_SECOND"

    def compose(self, bulletin: Bulletin, template: MessageTemplate | None = None) -> Content:
        """Return the text of any SMS in free text, in the parts of this protocol."""
        content = sms_message.content(bulletin, replies={Area.MAINLAND}, count=cmpp_text.segments)
        return _signed(content, bulletin.operator, bulletin.language)

    def compose_note(self, note: Note, template: MessageTemplate | None = None) -> Content:
        """Return a note behind the signature."""
        content = sms_message.note_content(note, count=cmpp_text.segments)
        return _signed(content, note.operator, note.language)

    def recipient(self) -> DataRecipient:
        """Return the company of the settings."""
        return DataRecipient(
            name=settings.CMPP_COMPANY or gettext("Our SMS provider"),
            receives=gettext("phone number, text of the message"),
            purpose=gettext("sending SMS"),
        )

    def dialect(self) -> Dialect[Body]:
        """Return the version and the account of the settings."""
        return self._cmpp()

    def endpoint(self) -> Endpoint:
        """Return the gateway of the settings."""
        return Endpoint(
            settings.CMPP_HOST,
            settings.CMPP_PORT,
            window=settings.CMPP_WINDOW,
            timeout=settings.DELIVERY_TIMEOUT_SECONDS,
            heartbeat=settings.CMPP_HEARTBEAT_SECONDS,
        )

    def connections(self) -> int:
        """Return the connections of each process."""
        return int(settings.CMPP_CONNECTIONS)

    def pool_key(self) -> tuple[object, ...]:
        """Return what a connection logs in with."""
        return settings.CMPP_VERSION, settings.CMPP_SOURCE_ADDR, settings.CMPP_SHARED_SECRET

    def questions(self, message: Message) -> Sequence[Body]:
        """Return a SUBMIT for each part."""
        content = message.content
        reference = message.attempt_id.int % REFERENCES
        kind, parts = cmpp_text.packed(content.text, content.data.get(ADDED, ""), reference)
        return [
            Submit(
                service_id=settings.CMPP_SERVICE_ID,
                source=settings.CMPP_SOURCE_ADDR,
                sender=settings.CMPP_SRC_ID,
                to=without_plus(message.address),
                content=octets,
                format=kind,
                part=number,
                parts=len(parts),
                udhi=len(parts) > 1,
            )
            for number, octets in enumerate(parts, 1)
        ]

    def outcome_of(self, answer: Body) -> Outcome:
        """Return what SUBMIT_RESP means, by the table of the version."""
        return self._cmpp().outcome_of(answer)

    def _cmpp(self) -> Cmpp:
        return Cmpp(
            VERSIONS[settings.CMPP_VERSION],
            settings.CMPP_SOURCE_ADDR,
            settings.CMPP_SHARED_SECRET,
            check_gateway=settings.CMPP_CHECK_GATEWAY,
        )


def _signed(content: Content, operator: str, language: str, *, abroad: bool = False) -> Content:
    """Return a content and what the gateway adds to it."""
    added = wording.signature(operator, language, abroad=abroad)
    signs = settings.CMPP_GATEWAY_SIGNS and content.text.startswith(added)
    elsewhere = content.abroad and _signed(content.abroad, operator, language, abroad=True)
    return replace(content, data={ADDED: added} if signs else {}, abroad=elsewhere)
