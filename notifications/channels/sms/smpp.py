"""SMS over SMPP 3.4, which most aggregators and carriers abroad speak."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _

from notifications.channels import sms_message
from notifications.channels.base import (
    Bulletin,
    Content,
    DataRecipient,
    Message,
    MessageTemplate,
    Note,
    register,
)
from notifications.channels.carriers import smpp_frames, smpp_receipts, smpp_text
from notifications.channels.carriers.carrier import CarrierProvider
from notifications.channels.carriers.dialect import ANSWER, Dialect
from notifications.channels.carriers.link import Endpoint
from notifications.channels.carriers.smpp_dialect import Login, SmppDialect
from notifications.channels.carriers.smpp_frames import Command, Party, Pdu, ShortMessage, Status
from notifications.channels.carriers.smpp_receipts import Habits, Ids
from notifications.channels.outcomes import (
    Accepted,
    Failed,
    NotSent,
    Outcome,
    Reason,
    Refusal,
    Unknown,
)
from notifications.channels.senders import is_name
from notifications.channels.sms_message import Area

OURS: Final = NotSent(Reason.NO_CREDENTIALS)
BUSY: Final = NotSent(Reason.RATE_LIMITED)
# command_status -> what it means for us (5.1.3). A centre that answers with an error has not taken
# the message. Whatever is not about the number or the text can be mended, and then be sent: so the
# rest, and what centres add of their own (0x0400 and above), is not a failure.
ERRORS: Final[Mapping[int, Refusal]] = {
    0x01: Failed(Reason.REFUSED_CONTENT),  # the length of the message
    # Not the end of the address: centres say so of numbers that they have no route to, as well.
    0x0B: Failed(Reason.BAD_ADDRESS),
    # Bound wrongly or not at all, sender, types of number, service: the account or the settings.
    **dict.fromkeys((0x04, 0x05, 0x0A, 0x0D, 0x0E, 0x0F, 0x15, 0x48, 0x49, 0x50, 0x51, 0x53), OURS),
    # Its own trouble: system error, temporary or permanent error of the application behind it.
    **dict.fromkeys((0x08, 0x64, 0x65), NotSent(Reason.UNAVAILABLE, retry_after=60.0)),
    0x14: BUSY,  # the centre's queue is full
    0x58: BUSY,  # faster than allowed
}
UNNAMED: Final = NotSent(Reason.UNKNOWN_CODE)
RECEIPT_AT_THE_END: Final = 1  # registered_delivery (5.2.17)
# Types and plans of numbers (5.2.5, 5.2.6).
INTERNATIONAL, NETWORK_SPECIFIC, ALPHANUMERIC = 1, 3, 5
ISDN: Final = 1
LONGEST_SHORT_CODE: Final = 8


@register
class Smpp(CarrierProvider[Pdu]):
    """SMS through a message centre that speaks SMPP 3.4."""

    name = "smpp"
    label = "SMPP"
    order = 50
    required_settings = ("SMPP_HOST", "SMPP_SYSTEM_ID", "SMPP_PASSWORD", "SMPP_SOURCE_ADDR")
    rate_setting = "SMPP_PER_SECOND"

    def compose(self, bulletin: Bulletin, template: MessageTemplate | None = None) -> Content:
        """Return free text."""
        return sms_message.content(bulletin, replies=tuple(Area) if self.takes_replies() else ())

    def takes_replies(self, address: str = "") -> bool:
        """Return whether the settings say so; a name cannot be written to."""
        return bool(settings.SMPP_REPLIES) and not is_name(settings.SMPP_SOURCE_ADDR)

    def compose_note(self, note: Note, template: MessageTemplate | None = None) -> Content:
        """Return free text behind the signature."""
        return sms_message.note_content(note)

    def recipient(self) -> DataRecipient:
        """Return the company of the settings."""
        return DataRecipient(
            name=settings.SMPP_COMPANY or _("Our SMS provider"),
            receives=_("phone number, text of the message"),
            purpose=_("sending SMS"),
            # Where it says no more of itself, its name has to do.
            contact=settings.SMPP_COMPANY if settings.SMPP_COUNTRY else "",
            abroad=settings.SMPP_COUNTRY,
        )

    def dialect(self) -> Dialect[Pdu]:
        """Return what one new connection speaks, by the settings."""
        return SmppDialect(self._login)

    def endpoint(self) -> Endpoint:
        """Return where the centre is, by the settings."""
        return Endpoint(
            settings.SMPP_HOST,
            settings.SMPP_PORT,
            settings.SMPP_WINDOW,
            settings.DELIVERY_TIMEOUT_SECONDS,
            settings.SMPP_ENQUIRE_SECONDS,
            settings.SMPP_TLS,
        )

    def connections(self) -> int:
        """Return how many connections a process opens, by the settings."""
        return int(settings.SMPP_CONNECTIONS)

    def pool_key(self) -> tuple[object, ...]:
        """Return who logs in: others need other connections."""
        return (self._login,)

    @property
    def _login(self) -> Login:
        habits = Habits(Ids(settings.SMPP_IDS), ZoneInfo(settings.SMPP_TIME_ZONE))
        return Login(
            settings.SMPP_SYSTEM_ID, settings.SMPP_PASSWORD, settings.SMPP_SYSTEM_TYPE, habits
        )

    def questions(self, message: Message) -> Sequence[Pdu]:
        """Return submit_sm for each part; parts of a message share a reference."""
        source, form = _source(), smpp_text.LongForm(settings.SMPP_LONG)
        destination = Party(
            message.address.removeprefix("+"), settings.SMPP_DEST_TON, settings.SMPP_DEST_NPI
        )
        parts = smpp_text.parts(message.content.text, message.attempt_id.int, form)
        return [
            Pdu(
                Command.SUBMIT_SM,
                body=ShortMessage(
                    *(source, destination, part.data_coding, part.text, part.esm_class),
                    registered=RECEIPT_AT_THE_END,
                    options=part.options,
                ).pack(),
            )
            for part in parts
        ]

    def outcome_of(self, answer: Pdu) -> Outcome:
        """Return what submit_sm_resp or generic_nack means for the part."""
        if answer.command != ANSWER | Command.SUBMIT_SM:
            # generic_nack: the frame was not understood, so nothing was taken.
            return NotSent(Reason.UNKNOWN_CODE, f"nack {smpp_frames.code(answer.status)}")
        if answer.status != Status.OK:
            return _meaning(answer.status)
        given = smpp_receipts.answered_id(answer, Ids(settings.SMPP_IDS))
        return Accepted(given) if given else Unknown(Reason.PROVIDER_ERROR, "no id")


def _meaning(status: int) -> Refusal:
    return replace(ERRORS.get(status, UNNAMED), code=smpp_frames.code(status))


def _source() -> Party:
    """Return the sender. Its type follows from how it is written, unless the settings say it."""
    address = settings.SMPP_SOURCE_ADDR
    digits = address.removeprefix("+")
    if not digits.isdecimal():
        kind = ALPHANUMERIC, 0
    elif len(digits) <= LONGEST_SHORT_CODE:
        kind = NETWORK_SPECIFIC, 0
    else:
        kind = INTERNATIONAL, ISDN
    chosen = (settings.SMPP_SOURCE_TON, settings.SMPP_SOURCE_NPI)
    ton, npi = (own if given is None else given for own, given in zip(kind, chosen, strict=True))
    return Party(digits if digits.isdecimal() else address, ton, npi)
