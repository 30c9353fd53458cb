"""CMPP as a gateway reads and writes it, versions 2.0 and 3.0; it shares no code with the product.

Source: China Mobile's QB-010-2003 (2.0) and QB-029-2005 (3.0), chapter 7.
"""

import hashlib
import struct
from dataclasses import dataclass
from typing import Final

CONNECT, TERMINATE, SUBMIT, DELIVER, ACTIVE_TEST = 1, 2, 4, 5, 8
ANSWER: Final = 0x80000000
V3: Final = 0x30
LONGEST: Final = 4096
HEAD: Final = struct.Struct("!LLL")
# Msg_Id, Pk_total, Pk_number, Registered_Delivery, Msg_level, Service_Id, Fee_UserType.
SUBMIT_HEAD: Final = struct.Struct("!8xBBBB10sB")
# TP_pId, TP_udhi, Msg_Fmt, Msg_src, FeeType, FeeCode, ValId_Time, At_Time, Src_Id, DestUsr_tl.
SUBMIT_MIDDLE: Final = struct.Struct("!BBB6s2s6s17s17s21sB")
CONNECT_BODY: Final = struct.Struct("!6s16sBL")
CHARSETS: Final = {0: "ascii", 8: "utf-16-be", 15: "gbk"}


class Unreadable(ValueError):
    """A frame that no client of the protocol would send."""


@dataclass(frozen=True)
class Part:
    """One SUBMIT to one number: a whole message, or a part of one."""

    to: str
    sender: str
    account: str
    text: str
    wants_report: bool
    octets: int
    reference: int = 0
    total: int = 1
    number: int = 1


def frame(command: int, sequence: int, body: bytes = b"") -> bytes:
    """Return a frame."""
    return HEAD.pack(HEAD.size + len(body), command, sequence) + body


def digest(account: str, secret: str, timestamp: int) -> bytes:
    """Return what a client proves itself with."""
    text = account.encode() + bytes(9) + secret.encode() + f"{timestamp:010d}".encode()
    return hashlib.md5(text, usedforsecurity=False).digest()


def connect(body: bytes) -> tuple[str, bytes, int, int]:
    """Return account, digest, version and time of a log-in."""
    if len(body) != CONNECT_BODY.size:
        raise Unreadable("CONNECT has another length")
    account, proof, version, timestamp = CONNECT_BODY.unpack(body)
    return _text(account), proof, version, timestamp


def connect_answer(status: int, proof: bytes, secret: str, version: int) -> bytes:
    """Return the body of CONNECT_RESP, with the gateway's own proof."""
    code = _result(status, version)
    ours = hashlib.md5(code + proof + secret.encode(), usedforsecurity=False).digest()
    return code + ours + bytes([version])


def submit(body: bytes, version: int) -> Part:
    """Return what a client wants sent."""
    new = version >= V3
    width = 32 if new else 21
    try:
        total, number, wants, _level, _service, _payer = SUBMIT_HEAD.unpack_from(body)
        at = SUBMIT_HEAD.size + width + new
        _pid, udhi, charset, account, *_fees, source, count = SUBMIT_MIDDLE.unpack_from(body, at)
        at += SUBMIT_MIDDLE.size
        to = _text(body[at : at + width])
        at += width * count + new
        length = body[at]
        content = body[at + 1 : at + 1 + length]
        tail = body[at + 1 + length :]
    except (struct.error, IndexError) as error:
        raise Unreadable("SUBMIT ends early") from error
    if count != 1 or len(content) != length or len(tail) != (20 if new else 8):
        raise Unreadable("SUBMIT has another length")
    chain = {}
    if udhi:
        if content[:3] != b"\x05\x00\x03" or (content[4], content[5]) != (total, number):
            raise Unreadable("a part without its header")
        chain = {"reference": content[3], "total": total, "number": number}
        content = content[6:]
    elif total != 1:
        raise Unreadable("a part without its header")
    text = content.decode(CHARSETS.get(charset, "latin-1"), "replace")
    return Part(to, _text(source), _text(account), text, bool(wants), length, **chain)


def result(message_id: int, code: int, version: int) -> bytes:
    """Return the body of SUBMIT_RESP."""
    return message_id.to_bytes(8, "big") + _result(code, version)


def deliver_answer(body: bytes, version: int) -> tuple[int, int]:
    """Return the id and the result of DELIVER_RESP."""
    if len(body) != 8 + (4 if version >= V3 else 1):
        raise Unreadable("DELIVER_RESP has another length")
    return int.from_bytes(body[:8], "big"), int.from_bytes(body[8:], "big")


def report(message_id: int, status: str, at: tuple[str, str], to: str, version: int) -> bytes:
    """Return the content of a DELIVER that says what became of a message."""
    width = 32 if version >= V3 else 21
    submitted, done = at
    return (
        message_id.to_bytes(8, "big")
        + status.encode().ljust(7, b"\0")
        + (submitted + done).encode()
        + to.encode().ljust(width, b"\0")
        + bytes(4)
    )


def deliver(
    named: int, sender: str, to: str, content: bytes, version: int, *, report: bool
) -> bytes:
    """Return the body of a DELIVER; a text is in UCS-2."""
    new = version >= V3
    return b"".join(
        (
            *(named.to_bytes(8, "big"), to.encode().ljust(21, b"\0"), bytes(10), bytes(2)),
            *(bytes([0 if report else 8]), sender.encode().ljust(32 if new else 21, b"\0")),
            *(bytes(new), bytes([report, len(content)]), content, bytes(20 if new else 8)),
        )
    )


def _result(code: int, version: int) -> bytes:
    return code.to_bytes(4 if version >= V3 else 1, "big")


def _text(field: bytes) -> str:
    return field.split(b"\0", 1)[0].decode("ascii", "replace")
