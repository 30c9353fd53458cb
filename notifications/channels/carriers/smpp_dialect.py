"""How SMPP 3.4 talks over a connection: log-in, heartbeats, and what comes by itself."""

import re
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC
from typing import ClassVar, Final

from django.core.exceptions import ValidationError

from notifications.channels import sms_text
from notifications.channels.carriers import smpp_frames, smpp_receipts, smpp_text
from notifications.channels.carriers.dialect import (
    ANSWER,
    Dialect,
    Frame,
    LoginRefused,
)
from notifications.channels.carriers.smpp_frames import Command, Party, Pdu, ShortMessage, Status
from notifications.channels.carriers.smpp_receipts import Habits, Ids
from notifications.channels.outcomes import (
    Callback,
    Inbound,
    NotSent,
    ProviderReceipt,
    Reason,
    ReceiptState,
)
from notifications.channels.phone_numbers import normalise_phone
from statuspage.lib.database_clock import database_now_reckoned

# The type of a number with its country's code (5.2.5).
INTERNATIONAL: Final = 1
E164: Final = re.compile(r"[1-9]\d{6,14}", re.ASCII)
UNBOUND: Final = ANSWER | Command.UNBIND
# Why a log-in may be refused for a while: bound already (a connection that broke still counts), an
# error of the centre's own, its queue is full, too fast.
PASSES: Final = frozenset({0x05, 0x08, 0x14, 0x58})


@dataclass(frozen=True)
class Login:
    """Who logs in, and how this centre writes ids."""

    system_id: str
    password: str = field(repr=False)
    system_type: str = ""
    habits: Habits = field(default_factory=lambda: Habits(Ids.SAME, UTC))


class SmppDialect(Dialect[Pdu]):
    """SMPP 3.4, this side being the one that sends (an ESME bound as a transceiver)."""

    shortest: ClassVar[int] = smpp_frames.HEADER.size
    longest: ClassVar[int] = smpp_frames.LONGEST_FRAME

    def __init__(self, login: Login) -> None:
        self._login = login

    def encode(self, body: Pdu, sequence: int) -> bytes:
        """Return a frame."""
        return smpp_frames.encode(body, sequence)

    def decode(self, frame: bytes) -> Frame[Pdu]:
        """Return what a whole frame says."""
        return smpp_frames.decode(frame)

    def answers(self, asked: Pdu, answer: Pdu) -> bool:
        """Return whether it is the answer of the same command, or that nobody understood it."""
        return answer.command in (ANSWER | asked.command, Command.GENERIC_NACK)

    def login(self) -> Pdu:
        """Return bind_transceiver."""
        one = self._login
        body = smpp_frames.bind(one.system_id, one.password, one.system_type)
        return Pdu(Command.BIND_TRANSCEIVER, body=body)

    def check_login(self, asked: Pdu, answer: Pdu) -> None:
        """Pass when the centre has bound us; what does not pass by itself is about the account."""
        if answer.status != Status.OK or answer.command != asked.command | ANSWER:
            passes = answer.status in PASSES or answer.status >= Status.VENDORS
            reason = Reason.CONNECTION if passes else Reason.NO_CREDENTIALS
            raise LoginRefused(NotSent(reason, smpp_frames.code(answer.status)))

    def heartbeat(self) -> Pdu:
        """Return enquire_link."""
        return Pdu(Command.ENQUIRE_LINK)

    def goodbye(self) -> Pdu:
        """Return unbind."""
        return Pdu(Command.UNBIND)

    def answer_at_once(self, body: Pdu) -> Pdu | None:
        """Return the answer to enquire_link and to unbind."""
        return body.answer() if body.command in (Command.ENQUIRE_LINK, Command.UNBIND) else None

    def ends(self, body: Pdu) -> bool:
        """Return whether it is unbind, or the answer to ours."""
        return body.command in (Command.UNBIND, UNBOUND)

    def incoming(self, body: Pdu) -> Callback:
        """Read deliver_sm: a receipt, or what a phone wrote."""
        message = ShortMessage.read(body.body)
        if smpp_receipts.is_receipt(message):
            address = _address(message.source)
            receipt = smpp_receipts.receipt(message, self._login.habits, address)
            return Callback([receipt] if receipt else [])
        inbound = _inbound(message)
        return Callback(inbound=[inbound] if inbound else [])

    def taken(self, body: Pdu, *, readable: bool) -> Pdu:
        """Return the answer to deliver_sm; one that cannot be read must not come for ever."""
        status = Status.OK if readable else Status.PERMANENT_ERROR
        return body.answer(smpp_frames.c_string(""), status)

    def late_answer(self, asked: Pdu, answer: Pdu) -> Callback:
        """Return that a message was taken after all, by its number and the time."""
        named = smpp_receipts.answered_id(answer, self._login.habits.ids)
        if asked.command != Command.SUBMIT_SM or not named:
            return Callback()
        taken = ProviderReceipt(
            *(f"{named}:taken", ReceiptState.SENT, named),
            address=f"+{ShortMessage.read(asked.body).destination.number}",
            submitted_at=database_now_reckoned(),
        )
        return Callback([taken])

    def refusal(self) -> Pdu:
        """Return generic_nack."""
        return Pdu(Command.GENERIC_NACK, Status.INVALID_COMMAND)


def _inbound(message: ShortMessage) -> Inbound | None:
    """Return a phone's text; None where it has no number that could be ours to write to."""
    address, text = _address(message.source), smpp_text.read(message)
    part = smpp_text.part_of(message)
    # Blanks between two parts are the writer's.
    text = text if part else text.strip()
    return Inbound(address, sms_text.action_of(text), text, part=part) if address else None


def _address(party: Party) -> str:
    """Return a phone's number in E.164 form; empty where it is no mobile number.

    A number of no stated type is one of this country where it can be: +1 380 013 8000 and
    138 0013 8000 are the same digits.
    """
    digits = party.number.removeprefix("+")
    if party.ton == INTERNATIONAL or digits != party.number:
        return f"+{digits}" if E164.fullmatch(digits) else ""
    for spelled in (digits, f"+{digits.removeprefix('00')}"):
        with suppress(ValidationError):
            return normalise_phone(spelled)
    return ""
