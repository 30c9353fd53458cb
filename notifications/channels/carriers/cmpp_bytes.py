"""CMPP frames as bytes, read and written; a frame that is not the protocol's is refused whole."""

import hashlib
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from notifications.channels.carriers.cmpp_frames import (
    ActiveTestAnswer,
    Bare,
    Body,
    Command,
    Connect,
    ConnectAnswer,
    Deliver,
    DeliverAnswer,
    Format,
    Report,
    Submit,
    SubmitAnswer,
    Version,
)
from notifications.channels.carriers.dialect import (
    ANSWER,
    Frame,
    MalformedFrame,
    UnknownCommand,
)

HEADER: Final = struct.Struct(">III")
# The longest frame of the standard is a SUBMIT to 100 numbers with a full text: about 3,700 octets.
LONGEST: Final = 4096
MAX_CONTENT: Final = 140
MAX_ASCII: Final = 160


def connect(source: str, secret: str, version: int, timestamp: str) -> Connect:
    """Return the log-in of an account; `timestamp` is MMDDHHMMSS in Beijing time."""
    digest = _md5(source.encode("ascii"), bytes(9), secret.encode(), timestamp.encode("ascii"))
    return Connect(source, digest, version, int(timestamp))


def gateway_digest(status: int, ours: bytes, secret: str, version: int) -> bytes:
    """Return the digest by which a gateway proves that it knows the secret too."""
    return _md5(status.to_bytes(_layout(version).result, "big"), ours, secret.encode())


def encode(body: Body, sequence: int, version: int) -> bytes:
    """Return a frame.

    Raises:
        MalformedFrame: a field is longer than the protocol's.
    """
    packed = _ENCODE.get(type(body), _nothing)(body, version)
    return HEADER.pack(HEADER.size + len(packed), body.command, sequence) + packed


def decode(frame: bytes, version: int) -> Frame[Body]:
    """Return what a whole frame says.

    Raises:
        UnknownCommand: the protocol has no such command, or not between us and a gateway.
        MalformedFrame: its fields do not fill the length that it says.
    """
    if len(frame) < HEADER.size:
        raise MalformedFrame("shorter than a header")
    length, command, sequence = HEADER.unpack_from(frame)
    if length != len(frame):
        raise MalformedFrame(f"says that it has {length} octets, and has {len(frame)}")
    read = _DECODE.get(command)
    if read is None:
        raise UnknownCommand(command, sequence)
    reader = _Reader(frame, HEADER.size)
    body = read(reader, version)
    reader.end()
    return Frame(sequence, command, body)


@dataclass(frozen=True)
class _Layout:
    """The widths in which the versions differ."""

    number: int
    result: int
    # What follows a number to say whether it is a real or a false one.
    number_type: int
    tail: int


_LAYOUTS: Final[Mapping[int, _Layout]] = {
    Version.V2: _Layout(number=21, result=1, number_type=0, tail=8),
    Version.V3: _Layout(number=32, result=4, number_type=1, tail=20),
}
# A report without its number, and how wide that may be.
REPORT_FIXED: Final = 8 + 7 + 10 + 10 + 4
REPORT_NUMBERS: Final = frozenset(one.number for one in _LAYOUTS.values())


def _layout(version: int) -> _Layout:
    return _LAYOUTS[Version.V3 if version >= Version.V3 else Version.V2]


class _Reader:
    """Takes fields from a frame; none may lie beyond its end, nor may anything be left over."""

    def __init__(self, data: bytes, at: int = 0) -> None:
        self._data, self._at = data, at

    def take(self, count: int) -> bytes:
        """Return the next octets."""
        end = self._at + count
        if end > len(self._data):
            raise MalformedFrame("ends within a field")
        taken, self._at = self._data[self._at : end], end
        return taken

    def number(self, count: int) -> int:
        """Return the next octets as an unsigned number."""
        return int.from_bytes(self.take(count), "big")

    def text(self, count: int) -> str:
        """Return the next octets as text up to the first NUL; gateways also pad with blanks."""
        return self.take(count).split(b"\0", 1)[0].decode("ascii", "replace").strip()

    @property
    def left(self) -> int:
        """How many octets are left."""
        return len(self._data) - self._at

    def end(self) -> None:
        """Pass where nothing is left."""
        if self.left:
            raise MalformedFrame(f"{self.left} octets too long")


def _text(value: str, width: int) -> bytes:
    """Return a text field: left-aligned, the rest NUL."""
    try:
        packed = value.encode("ascii")
    except UnicodeEncodeError as error:
        raise MalformedFrame("a field is not ASCII") from error
    if len(packed) > width:
        raise MalformedFrame(f"a field of {width} octets cannot hold {len(packed)}")
    return packed.ljust(width, b"\0")


def _md5(*parts: bytes) -> bytes:
    # The protocol's own digest: nobody may choose another one.
    return hashlib.md5(b"".join(parts), usedforsecurity=False).digest()


def _nothing(_body: Body, _version: int) -> bytes:
    return b""


def _put_connect(body: Connect, _version: int) -> bytes:
    return (
        _text(body.source, 6)
        + body.digest
        + bytes([body.version])
        + body.timestamp.to_bytes(4, "big")
    )


def _put_connect_answer(body: ConnectAnswer, version: int) -> bytes:
    status = body.status.to_bytes(_layout(version).result, "big")
    return status + body.digest + bytes([body.version])


def _put_submit(body: Submit, version: int) -> bytes:
    layout = _layout(version)
    if len(body.content) > (MAX_ASCII if body.format == Format.ASCII else MAX_CONTENT):
        raise MalformedFrame(f"a content of {len(body.content)} octets is too long")
    real = bytes(layout.number_type)
    return b"".join(
        (
            *(bytes(8), bytes([body.parts, body.part, body.report, 0])),
            *(_text(body.service_id, 10), bytes([body.fee_user]), bytes(layout.number), real),
            *(bytes([0, body.udhi, body.format]), _text(body.source, 6)),
            *(_text(body.fee_type, 2), _text(body.fee_code, 6), bytes(17), bytes(17)),
            *(_text(body.sender, 21), bytes([1]), _text(body.to, layout.number), real),
            *(bytes([len(body.content)]), body.content, bytes(layout.tail)),
        )
    )


def _put_submit_answer(body: SubmitAnswer, version: int) -> bytes:
    return body.message_id.to_bytes(8, "big") + body.result.to_bytes(_layout(version).result, "big")


def _put_deliver(body: Deliver, version: int) -> bytes:
    layout = _layout(version)
    content = _put_report(body.report, version) if body.report else body.content
    return b"".join(
        (
            *(body.message_id.to_bytes(8, "big"), _text(body.to, 21), _text(body.service_id, 10)),
            *(bytes([0, body.udhi, body.format]), _text(body.sender, layout.number)),
            *(
                bytes(layout.number_type),
                bytes([body.reported or body.report is not None, len(content)]),
            ),
            *(content, bytes(layout.tail)),
        )
    )


def _put_report(report: Report, version: int) -> bytes:
    return b"".join(
        (
            *(report.message_id.to_bytes(8, "big"), _text(report.state, 7)),
            *(_text(report.submitted, 10), _text(report.done, 10)),
            *(_text(report.to, _layout(version).number), bytes(4)),
        )
    )


def _put_deliver_answer(body: DeliverAnswer, version: int) -> bytes:
    return body.message_id.to_bytes(8, "big") + body.result.to_bytes(_layout(version).result, "big")


def _put_active_test_answer(_body: ActiveTestAnswer, _version: int) -> bytes:
    return bytes(1)


def _take_connect(reader: _Reader, _version: int) -> Connect:
    return Connect(reader.text(6), reader.take(16), reader.number(1), reader.number(4))


def _take_connect_answer(reader: _Reader, version: int) -> ConnectAnswer:
    return ConnectAnswer(reader.number(_layout(version).result), reader.take(16), reader.number(1))


def _take_submit(reader: _Reader, version: int) -> Submit:
    layout = _layout(version)
    reader.take(8)
    parts, part, report, _level = reader.take(4)
    service_id, fee_user = reader.text(10), reader.number(1)
    reader.take(layout.number + layout.number_type)
    _protocol, udhi, kind = reader.take(3)
    source, fee_type, fee_code = reader.text(6), reader.text(2), reader.text(6)
    reader.take(17 + 17)
    sender, count = reader.text(21), reader.number(1)
    numbers = [reader.text(layout.number) for _ in range(count)]
    if count != 1:
        raise MalformedFrame(f"a SUBMIT to {count} numbers, not to one")
    reader.take(layout.number_type)
    content = reader.take(reader.number(1))
    reader.take(layout.tail)
    return Submit(
        *(service_id, source, sender, numbers[0], content, kind, part, parts),
        report=bool(report),
        udhi=bool(udhi),
        fee_type=fee_type,
        fee_code=fee_code,
        fee_user=fee_user,
    )


def _take_submit_answer(reader: _Reader, version: int) -> SubmitAnswer:
    return SubmitAnswer(reader.number(8), reader.number(_layout(version).result))


def _take_deliver(reader: _Reader, version: int) -> Deliver:
    layout = _layout(version)
    message_id, to, service_id = reader.number(8), reader.text(21), reader.text(10)
    _protocol, udhi, kind = reader.take(3)
    sender = reader.text(layout.number)
    reader.take(layout.number_type)
    reported, content = reader.number(1), reader.take(reader.number(1))
    reader.take(layout.tail)
    return Deliver(
        *(message_id, to, service_id, sender, kind, bool(udhi)),
        content=content,
        reported=bool(reported),
        report=_take_report(content) if reported else None,
    )


def _take_report(content: bytes) -> Report | None:
    """Return a report, or None where it cannot be read: its frame is whole all the same.

    There are gateways of 3.0 that write the number in the width of 2.0.
    """
    number = len(content) - REPORT_FIXED
    if number not in REPORT_NUMBERS:
        return None
    reader = _Reader(content)
    return Report(
        *(reader.number(8), reader.text(7), reader.text(10), reader.text(10), reader.text(number))
    )


def _take_deliver_answer(reader: _Reader, version: int) -> DeliverAnswer:
    return DeliverAnswer(reader.number(8), reader.number(_layout(version).result))


def _take_bare(command: int) -> Callable[[_Reader, int], Bare]:
    return lambda _reader, _version: Bare(command)


def _take_active_test_answer(reader: _Reader, _version: int) -> ActiveTestAnswer:
    # There are gateways that leave the reserved octet out.
    reader.take(min(reader.left, 1))
    return ActiveTestAnswer()


_ENCODE: Final[Mapping[type, Callable[..., bytes]]] = {
    Connect: _put_connect,
    ConnectAnswer: _put_connect_answer,
    Submit: _put_submit,
    SubmitAnswer: _put_submit_answer,
    Deliver: _put_deliver,
    DeliverAnswer: _put_deliver_answer,
    ActiveTestAnswer: _put_active_test_answer,
}
_DECODE: Final[Mapping[int, Callable[[_Reader, int], Body]]] = {
    Command.CONNECT: _take_connect,
    ANSWER | Command.CONNECT: _take_connect_answer,
    Command.SUBMIT: _take_submit,
    ANSWER | Command.SUBMIT: _take_submit_answer,
    Command.DELIVER: _take_deliver,
    ANSWER | Command.DELIVER: _take_deliver_answer,
    Command.ACTIVE_TEST: _take_bare(Command.ACTIVE_TEST),
    ANSWER | Command.ACTIVE_TEST: _take_active_test_answer,
    Command.TERMINATE: _take_bare(Command.TERMINATE),
    ANSWER | Command.TERMINATE: _take_bare(ANSWER | Command.TERMINATE),
}
