"""CMPP frames as bytes, read and written; a frame that is not the protocol's is refused whole."""

import struct
from collections.abc import Callable, Mapping
from typing import Final

from notifications.channels.carriers.cmpp_fields import LAYOUTS, Reader, layout_of, md5, text_field
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
    digest = md5(source.encode("ascii"), bytes(9), secret.encode(), timestamp.encode("ascii"))
    return Connect(source, digest, version, int(timestamp))


def gateway_digest(status: int, ours: bytes, secret: str, version: int) -> bytes:
    """Return the digest by which a gateway proves that it knows the secret too."""
    return md5(status.to_bytes(layout_of(version).result, "big"), ours, secret.encode())


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
    reader = Reader(frame, HEADER.size)
    body = read(reader, version)
    reader.end()
    return Frame(sequence, command, body)


# A report without its number, and how wide that may be.
REPORT_FIXED: Final = 8 + 7 + 10 + 10 + 4
REPORT_NUMBERS: Final = frozenset(one.number for one in LAYOUTS.values())


def _nothing(_body: Body, _version: int) -> bytes:
    return b""


def _put_connect(body: Connect, _version: int) -> bytes:
    return (
        text_field(body.source, 6)
        + body.digest
        + bytes([body.version])
        + body.timestamp.to_bytes(4, "big")
    )


def _put_connect_answer(body: ConnectAnswer, version: int) -> bytes:
    status = body.status.to_bytes(layout_of(version).result, "big")
    return status + body.digest + bytes([body.version])


def _put_submit(body: Submit, version: int) -> bytes:
    layout = layout_of(version)
    if len(body.content) > (MAX_ASCII if body.format == Format.ASCII else MAX_CONTENT):
        raise MalformedFrame(f"a content of {len(body.content)} octets is too long")
    real = bytes(layout.number_type)
    return b"".join(
        (
            *(bytes(8), bytes([body.parts, body.part, body.report, 0])),
            *(text_field(body.service_id, 10), bytes([body.fee_user]), bytes(layout.number), real),
            *(bytes([0, body.udhi, body.format]), text_field(body.source, 6)),
            *(text_field(body.fee_type, 2), text_field(body.fee_code, 6), bytes(17), bytes(17)),
            *(text_field(body.sender, 21), bytes([1]), text_field(body.to, layout.number), real),
            *(bytes([len(body.content)]), body.content, bytes(layout.tail)),
        )
    )


def _put_submit_answer(body: SubmitAnswer, version: int) -> bytes:
    return body.message_id.to_bytes(8, "big") + body.result.to_bytes(
        layout_of(version).result, "big"
    )


def _put_deliver(body: Deliver, version: int) -> bytes:
    layout = layout_of(version)
    content = _put_report(body.report, version) if body.report else body.content
    return b"".join(
        (
            *(
                body.message_id.to_bytes(8, "big"),
                text_field(body.to, 21),
                text_field(body.service_id, 10),
            ),
            *(bytes([0, body.udhi, body.format]), text_field(body.sender, layout.number)),
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
            *(report.message_id.to_bytes(8, "big"), text_field(report.state, 7)),
            *(text_field(report.submitted, 10), text_field(report.done, 10)),
            *(text_field(report.to, layout_of(version).number), bytes(4)),
        )
    )


def _put_deliver_answer(body: DeliverAnswer, version: int) -> bytes:
    return body.message_id.to_bytes(8, "big") + body.result.to_bytes(
        layout_of(version).result, "big"
    )


def _put_active_test_answer(_body: ActiveTestAnswer, _version: int) -> bytes:
    return bytes(1)


def _take_connect(reader: Reader, _version: int) -> Connect:
    return Connect(reader.text(6), reader.take(16), reader.number(1), reader.number(4))


def _take_connect_answer(reader: Reader, version: int) -> ConnectAnswer:
    return ConnectAnswer(
        reader.number(layout_of(version).result), reader.take(16), reader.number(1)
    )


def _take_submit(reader: Reader, version: int) -> Submit:
    layout = layout_of(version)
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


def _take_submit_answer(reader: Reader, version: int) -> SubmitAnswer:
    return SubmitAnswer(reader.number(8), reader.number(layout_of(version).result))


def _take_deliver(reader: Reader, version: int) -> Deliver:
    layout = layout_of(version)
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
    reader = Reader(content)
    return Report(
        *(reader.number(8), reader.text(7), reader.text(10), reader.text(10), reader.text(number))
    )


def _take_deliver_answer(reader: Reader, version: int) -> DeliverAnswer:
    return DeliverAnswer(reader.number(8), reader.number(layout_of(version).result))


def _take_bare(command: int) -> Callable[[Reader, int], Bare]:
    return lambda _reader, _version: Bare(command)


def _take_active_test_answer(reader: Reader, _version: int) -> ActiveTestAnswer:
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
_DECODE: Final[Mapping[int, Callable[[Reader, int], Body]]] = {
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
