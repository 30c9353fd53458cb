"""What CMPP frames say: China Mobile Peer to Peer, versions 2.0 and 3.0; `cmpp_bytes` packs them.

Source of every layout and number: the standards QB-010-2003 ("CMPP V2.0") and QB-029-2005
("CMPP V3.0") of China Mobile, chapters 7 ("message definitions") and 8.
"""

from dataclasses import dataclass
from enum import IntEnum

from notifications.channels.carriers.dialect import ANSWER


class Version(IntEnum):
    """A version, as CONNECT names it: the upper four bits and the lower ones."""

    V2 = 0x20
    V3 = 0x30


class Command(IntEnum):
    """The commands that a service provider and its gateway exchange; answers have the top bit."""

    CONNECT = 0x1
    TERMINATE = 0x2
    SUBMIT = 0x4
    DELIVER = 0x5
    ACTIVE_TEST = 0x8


class Format(IntEnum):
    """Msg_Fmt: how the octets of a text are to be read."""

    ASCII = 0
    BINARY = 4
    UCS2 = 8
    GBK = 15


@dataclass(frozen=True)
class Connect:
    """CMPP_CONNECT: who logs in, proved by a digest over the shared secret and a time."""

    source: str
    digest: bytes
    version: int
    timestamp: int
    command = Command.CONNECT


@dataclass(frozen=True)
class ConnectAnswer:
    """CMPP_CONNECT_RESP."""

    status: int
    digest: bytes
    version: int
    command = ANSWER | Command.CONNECT


@dataclass(frozen=True)
class Submit:
    """CMPP_SUBMIT of one part of a message to one number."""

    service_id: str
    source: str
    sender: str
    to: str
    content: bytes
    format: int
    part: int = 1
    parts: int = 1
    report: bool = True
    udhi: bool = False
    fee_type: str = "01"
    fee_code: str = "000000"
    # FeeUserType: 2 charges the service provider, and nobody else.
    fee_user: int = 2
    command = Command.SUBMIT


@dataclass(frozen=True)
class SubmitAnswer:
    """CMPP_SUBMIT_RESP; `result` 0 means that the message was taken, under `message_id`."""

    message_id: int
    result: int
    command = ANSWER | Command.SUBMIT


@dataclass(frozen=True)
class Report:
    """The content of a DELIVER that reports what became of a message."""

    message_id: int
    state: str
    submitted: str
    done: str
    to: str


@dataclass(frozen=True)
class Deliver:
    """CMPP_DELIVER: a text that a person wrote, or a report."""

    message_id: int
    to: str
    service_id: str
    sender: str
    format: int = Format.ASCII
    udhi: bool = False
    # As it came; of a report that could be read, `report` says the same.
    content: bytes = b""
    reported: bool = False
    report: Report | None = None
    command = Command.DELIVER


@dataclass(frozen=True)
class DeliverAnswer:
    """CMPP_DELIVER_RESP; with `result` 0 the gateway does not send it again."""

    message_id: int
    result: int
    command = ANSWER | Command.DELIVER


@dataclass(frozen=True)
class Bare:
    """A frame without a body: TERMINATE, its answer, and ACTIVE_TEST."""

    command: int


@dataclass(frozen=True)
class ActiveTestAnswer:
    """CMPP_ACTIVE_TEST_RESP; its one octet is reserved."""

    command = ANSWER | Command.ACTIVE_TEST


Body = (
    Connect
    | ConnectAnswer
    | Submit
    | SubmitAnswer
    | Deliver
    | DeliverAnswer
    | Bare
    | ActiveTestAnswer
)
