"""The frames of SMPP: bytes and values. Source: SMPP Protocol Specification v3.4, Issue 1.2."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final, Self

from notifications.channels.carriers.dialect import (
    ANSWER,
    Frame,
    MalformedFrame,
    UnknownCommand,
)

HEADER: Final = struct.Struct(">IIII")
TLV: Final = struct.Struct(">HH")
# A message_payload of 64 KiB and everything around it.
LONGEST_FRAME: Final = 70_000
VERSION: Final = 0x34
LONGEST_TEXT: Final = 254


class Command(IntEnum):
    """What a frame asks for (5.1.2.1); its answer has the highest bit set."""

    SUBMIT_SM = 0x04
    DELIVER_SM = 0x05
    UNBIND = 0x06
    BIND_TRANSCEIVER = 0x09
    ENQUIRE_LINK = 0x15
    GENERIC_NACK = 0x80000000


# What a centre may ask for.
REQUESTS: Final = frozenset({Command.DELIVER_SM, Command.ENQUIRE_LINK, Command.UNBIND})


class Status(IntEnum):
    """What an answer says (5.1.3): those that this side gives or tells apart."""

    OK = 0x00
    INVALID_COMMAND = 0x03
    PERMANENT_ERROR = 0x65
    # From here on centres have reasons of their own, such as too many connections.
    VENDORS = 0x400


class Tag(IntEnum):
    """The optional parameters that are read or written (5.3.2)."""

    RECEIPTED_MESSAGE_ID = 0x001E
    SAR_REFERENCE = 0x020C
    SAR_TOTAL = 0x020E
    SAR_PLACE = 0x020F
    NETWORK_ERROR_CODE = 0x0423
    MESSAGE_PAYLOAD = 0x0424
    MESSAGE_STATE = 0x0427


@dataclass(frozen=True)
class Pdu:
    """What a frame says: its command, its status where it is an answer, and its body."""

    command: int
    status: int = 0
    body: bytes = b""

    def answer(self, body: bytes = b"", status: int = Status.OK) -> "Pdu":
        """Return the answer to this request."""
        return Pdu(self.command | ANSWER, status, body)


def encode(pdu: Pdu, sequence: int) -> bytes:
    """Return a frame.

    Raises:
        MalformedFrame: it is longer than any may be.
    """
    length = HEADER.size + len(pdu.body)
    if length > LONGEST_FRAME:
        raise MalformedFrame(f"a frame of {length} octets")
    return HEADER.pack(length, pdu.command, pdu.status, sequence) + pdu.body


def decode(frame: bytes) -> Frame[Pdu]:
    """Return what a whole frame says.

    Raises:
        UnknownCommand: it asks for what nobody asks of this side.
        MalformedFrame: its length is another than it says.
    """
    if len(frame) < HEADER.size:
        raise MalformedFrame("shorter than a header")
    length, command, status, sequence = HEADER.unpack_from(frame)
    if length != len(frame):
        raise MalformedFrame(f"says that it has {length} octets, and has {len(frame)}")
    if not command & ANSWER and command not in REQUESTS:
        raise UnknownCommand(command, sequence)
    return Frame(sequence, command, Pdu(command, status, frame[HEADER.size :]))


@dataclass(frozen=True)
class Party:
    """A number with its type and numbering plan (5.2.5, 5.2.6)."""

    number: str
    ton: int = 0
    npi: int = 0

    def pack(self) -> bytes:
        """Return its three fields."""
        return bytes([self.ton, self.npi]) + c_string(self.number)


@dataclass(frozen=True)
class ShortMessage:
    """The body of submit_sm and of deliver_sm, which are the same (4.4.1, 4.6.1)."""

    source: Party
    destination: Party
    data_coding: int
    text: bytes
    esm_class: int = 0
    registered: int = 0
    options: Mapping[int, bytes] = field(default_factory=dict)

    def pack(self) -> bytes:
        """Return the body.

        Raises:
            MalformedFrame: the text has more than 254 bytes.
        """
        if len(self.text) > LONGEST_TEXT:
            raise MalformedFrame(f"a short message of {len(self.text)} octets")
        return b"".join(
            (
                c_string(""),  # service_type: the centre's default
                *(self.source.pack(), self.destination.pack()),
                bytes([self.esm_class, 0, 0]),  # protocol_id and priority_flag
                *(c_string(""), c_string("")),  # at once, and for as long as the centre keeps it
                bytes([self.registered, 0, self.data_coding, 0, len(self.text)]),
                self.text,
                *(TLV.pack(tag, len(value)) + value for tag, value in self.options.items()),
            )
        )

    @classmethod
    def read(cls, body: bytes) -> Self:
        """Read a body.

        Raises:
            MalformedFrame: it ends too early.
        """
        reader = Reader(body)
        reader.c_string()  # service_type
        source, destination = reader.party(), reader.party()
        esm_class, *_ = reader.octets(3)
        reader.c_string(), reader.c_string()  # times
        registered, _, data_coding, _, length = reader.octets(5)
        text = reader.octets(length)
        options = reader.options()
        return cls(source, destination, data_coding, text, esm_class, registered, options)


class Reader:
    """Reads a body from its start."""

    def __init__(self, body: bytes) -> None:
        self._body, self._at = body, 0

    @property
    def left(self) -> int:
        """How many bytes are left."""
        return len(self._body) - self._at

    def octets(self, count: int) -> bytes:
        """Return the next bytes; MalformedFrame where there are too few."""
        taken = self._body[self._at : self._at + count]
        if len(taken) < count:
            raise MalformedFrame("a body that ends too early")
        self._at += count
        return taken

    def c_string(self) -> str:
        """Return the next text up to its NUL; MalformedFrame where there is none."""
        end = self._body.find(0, self._at)
        if end < 0:
            raise MalformedFrame("a text without an end")
        return self.octets(end + 1 - self._at)[:-1].decode("latin-1")

    def party(self) -> Party:
        """Return the next type, plan and number."""
        ton, npi = self.octets(2)
        return Party(self.c_string(), ton, npi)

    def options(self) -> dict[int, bytes]:
        """Return the optional parameters: all that is left."""
        found: dict[int, bytes] = {}
        while self.left:
            tag, length = TLV.unpack(self.octets(TLV.size))
            found[tag] = self.octets(length)
        return found


def c_string(text: str) -> bytes:
    """Return the text with the NUL that ends it; what is not Latin-1 becomes a question mark."""
    return text.replace("\0", "").encode("latin-1", "replace") + b"\0"


def bind(system_id: str, password: str, system_type: str = "") -> bytes:
    """Return the body of bind_transceiver, for any number (4.1.5)."""
    login = c_string(system_id) + c_string(password) + c_string(system_type)
    return login + bytes([VERSION, 0, 0]) + c_string("")


def message_id(body: bytes) -> str:
    """Return the id in the body of submit_sm_resp; empty where there is none, as in a refusal."""
    return body.partition(b"\0")[0].decode("latin-1").strip()


def code(status: int) -> str:
    """Return a status as the specification writes it: `0x0000000B`."""
    return f"0x{status:08X}"
