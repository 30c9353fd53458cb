"""SMPP 3.4 as a message centre reads and writes it (Specification v3.4, Issue 1.2)."""

import asyncio
import struct
from dataclasses import dataclass, field
from typing import Final

from sandbox.simulator import gsm_7

SUBMIT, DELIVER, UNBIND, ENQUIRE, QUERY = 4, 5, 6, 21, 3
# Those that bind, and whether one may send and receive by it.
BIND_RECEIVER, BIND_TRANSMITTER, BIND_TRANSCEIVER = 1, 2, 9
MAY_SEND: Final = frozenset({BIND_TRANSMITTER, BIND_TRANSCEIVER})
MAY_RECEIVE: Final = frozenset({BIND_RECEIVER, BIND_TRANSCEIVER})
NACK: Final = 0x80000000
OK, BAD_LENGTH, BAD_COMMAND, NOT_BOUND, ALREADY_BOUND = 0, 1, 3, 4, 5
SYSTEM_ERROR, BAD_DESTINATION, BAD_PASSWORD, BAD_SYSTEM_ID = 8, 11, 14, 15
THROTTLED, BIND_FAILED, SUBMIT_FAILED, TEMPORARY = 88, 13, 69, 100
RECEIPTED_ID, PART_REFERENCE, PARTS, PART, PAYLOAD, STATE = 0x1E, 0x20C, 0x20E, 0x20F, 0x424, 0x427
INTERNATIONAL: Final = b"\x01\x01"
GSM, UCS2 = 0, 8
LONGEST: Final = 1 << 17


@dataclass
class Pdu:
    """One frame."""

    command: int
    status: int
    sequence: int
    body: bytes = b""

    def write(self) -> bytes:
        """Return its bytes."""
        head = struct.pack(">4I", 16 + len(self.body), self.command, self.status, self.sequence)
        return head + self.body


async def read(reader: asyncio.StreamReader) -> Pdu:
    """Return the next frame.

    Raises:
        asyncio.IncompleteReadError: the connection has ended.
        ValueError: the length is none of a frame.
    """
    length, command, status, sequence = struct.unpack(">4I", await reader.readexactly(16))
    if not 16 <= length <= LONGEST:
        raise ValueError(f"a frame of {length} bytes")
    return Pdu(command, status, sequence, await reader.readexactly(length - 16))


def texts(body: bytes, count: int) -> tuple[list[str], bytes]:
    """Return so many texts that end in NUL, and what follows them.

    Raises:
        ValueError: there are fewer.
    """
    *found, rest = body.split(b"\0", count)
    if len(found) < count:
        raise ValueError("a text without an end")
    return [one.decode("latin-1") for one in found], rest


@dataclass
class Submitted:
    """What somebody asks to have sent. `part` is reference, place and total of a long message."""

    to: str
    sender: str
    text: str
    receipt: bool
    part: tuple[int, int, int] | None = None
    options: dict[int, bytes] = field(default_factory=dict)


def submitted(body: bytes) -> Submitted:
    """Read the body of submit_sm.

    Raises:
        ValueError: it is malformed, struct.error and IndexError included.
    """
    try:
        return _submitted(body)
    except (struct.error, IndexError) as error:
        raise ValueError("a body that ends too early") from error


def _submitted(body: bytes) -> Submitted:
    _, rest = texts(body, 1)
    (sender,), rest = texts(rest[2:], 1)
    (to,), rest = texts(rest[2:], 1)
    esm_class = rest[0]
    _, rest = texts(rest[3:], 2)
    registered, _, coding, _, length = struct.unpack_from("5B", rest)
    data, options = rest[5 : 5 + length], _options(rest[5 + length :])
    part = None
    if esm_class & 0x40:
        header, data = data[1 : 1 + data[0]], data[1 + data[0] :]
        if header[:2] != b"\0\3":
            raise ValueError("a header of no long message")
        part = header[2], header[4], header[3]
    elif PARTS in options:
        numbers = [int.from_bytes(options[tag]) for tag in (PART_REFERENCE, PART, PARTS)]
        part = numbers[0], numbers[1], numbers[2]
    text = _text(coding, data or options.get(PAYLOAD, b""))
    return Submitted(to, sender, text, bool(registered & 1), part, options)


def _options(rest: bytes) -> dict[int, bytes]:
    found = {}
    while rest:
        tag, length = struct.unpack_from(">2H", rest)
        if len(rest) < 4 + length:
            raise ValueError("an option that ends too early")
        found[tag], rest = rest[4 : 4 + length], rest[4 + length :]
    return found


def _text(coding: int, data: bytes) -> str:
    if coding == GSM:
        return gsm_7.read(data)
    if coding == UCS2:
        return data.decode("utf-16-be")
    raise ValueError(f"data_coding {coding} is not supported")


def delivered(
    sender: str, to: str, text: str, esm_class: int = 0, options: dict[int, bytes] | None = None
) -> bytes:
    """Return the body of deliver_sm: a receipt, or a text that a phone wrote."""
    data, coding = gsm_7.write(text), GSM
    if data is None:
        data, coding = text.encode("utf-16-be"), UCS2
    options = dict(options or {})
    if len(data) > 254:
        options[PAYLOAD], data = data, b""
    return b"".join(
        (
            b"\0" + INTERNATIONAL + sender.removeprefix("+").encode() + b"\0",
            INTERNATIONAL + to.removeprefix("+").encode() + b"\0",
            bytes([esm_class, 0, 0, 0, 0, 0, 0, coding, 0, len(data)]) + data,
            *(struct.pack(">2H", tag, len(value)) + value for tag, value in options.items()),
        )
    )
