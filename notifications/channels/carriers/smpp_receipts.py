"""Delivery receipts of SMPP: as text (appendix B), or optional parameters (5.3.2.12, 5.3.2.35)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum
from typing import Final

from notifications.channels.carriers import smpp_frames, smpp_text
from notifications.channels.carriers.dialect import ANSWER
from notifications.channels.carriers.smpp_frames import Command, Pdu, ShortMessage, Status, Tag
from notifications.channels.outcomes import ProviderReceipt, Reason, ReceiptState

# esm_class (5.2.12): which kind of message it is; a receipt, and one of an intermediate state.
KIND, RECEIPT, INTERMEDIATE = 0x3C, 0x04, 0x20
FIELD: Final = re.compile(r"\b(id|stat|err|submit date):\s*(\S*)", re.IGNORECASE | re.ASCII)
TEXT_FIELD: Final = re.compile(r"\btext:.*", re.IGNORECASE | re.ASCII | re.DOTALL)


class Ids(StrEnum):
    """How ids are written in answers and in receipts: some centres use both bases."""

    SAME = "same"
    HEX_THEN_DECIMAL = "hex_then_decimal"
    DECIMAL_THEN_HEX = "decimal_then_hex"


@dataclass(frozen=True)
class Habits:
    """What centres do differently: see Ids; `zone` is that of the times in receipts."""

    ids: Ids
    zone: tzinfo


@dataclass(frozen=True)
class End:
    """What a state means."""

    state: ReceiptState
    reason: Reason | None = None


DELIVERED: Final = End(ReceiptState.DELIVERED)
UNREACHABLE: Final = End(ReceiptState.UNDELIVERED, Reason.UNREACHABLE)
LONGEST_ID: Final = 64  # 5.2.23
# The state in words and as a number (5.2.28). ENROUTE, ACCEPTD and UNKNOWN end nothing.
STATES: Final[Mapping[str, End]] = {
    "DELIVRD": DELIVERED,
    "EXPIRED": UNREACHABLE,
    "UNDELIV": UNREACHABLE,
    "DELETED": End(ReceiptState.UNDELIVERED, Reason.OTHER),
    "REJECTD": End(ReceiptState.UNDELIVERED, Reason.BLOCKED),
}
NUMBERED: Final[Mapping[int, str]] = {
    1: "ENROUTE",
    2: "DELIVRD",
    3: "EXPIRED",
    4: "DELETED",
    5: "UNDELIV",
    6: "ACCEPTD",
    7: "UNKNOWN",
    8: "REJECTD",
}


def is_receipt(message: ShortMessage) -> bool:
    """Return whether the centre says so. A phone can send any text, but no optional parameter."""
    kind = message.esm_class & KIND
    return kind in (RECEIPT, INTERMEDIATE) or Tag.RECEIPTED_MESSAGE_ID in message.options


def receipt(message: ShortMessage, habits: Habits, address: str = "") -> ProviderReceipt | None:
    """Read a receipt; None where it ends nothing or names no message.

    `address` is the number that it is about, in E.164 form.
    """
    said = _fields(smpp_text.read(message))
    provider_id = _named(message, said, habits.ids)
    state = _state(message, said)
    end = STATES.get(state)
    if not provider_id or end is None:
        return None
    code = "" if end is DELIVERED else f"{state} {said.get('err', '')}".strip()[:40]
    return ProviderReceipt(
        *(f"{provider_id}:{state}", end.state, provider_id),
        code=code,
        reason=end.reason,
        address=address,
        submitted_at=_minute(said.get("submit date", ""), habits.zone),
    )


def answered_id(answer: Pdu, ids: Ids) -> str:
    """Return the id in an answer, in the one spelling by which its receipt is found.

    Empty where it has none, as in a refusal.
    """
    accepted = answer.command == ANSWER | Command.SUBMIT_SM and answer.status == Status.OK
    return _whole(smpp_frames.message_id(answer.body), _BASES[ids][0]) if accepted else ""


def _named(message: ShortMessage, said: Mapping[str, str], ids: Ids) -> str:
    """Return the id: the parameter's, which repeats the answer's, else that in the text."""
    answer, text = _BASES[ids]
    given = message.options.get(Tag.RECEIPTED_MESSAGE_ID, b"").partition(b"\0")[0]
    if given:
        return _whole(given.decode("latin-1").strip(), answer)
    return _whole(said.get("id", ""), text)


def _state(message: ShortMessage, said: Mapping[str, str]) -> str:
    given = message.options.get(Tag.MESSAGE_STATE)
    if given:
        return NUMBERED.get(given[0], "")
    return said.get("stat", "").upper()[:7]


def _fields(text: str) -> dict[str, str]:
    """Return what the receipt says of the message; never what the message itself says."""
    return {name.lower(): value for name, value in FIELD.findall(TEXT_FIELD.sub("", text))}


def _minute(text: str, zone: tzinfo) -> datetime | None:
    """Return a time like 2611302215, some centres with seconds; None where it is none."""
    try:
        return datetime.strptime(text[:10], "%y%m%d%H%M").replace(tzinfo=zone)
    except ValueError:
        return None


def _whole(given: str, base: int) -> str:
    """Return an id as it is, or, where bases differ, as a decimal number."""
    if not given.isprintable() or len(given) > LONGEST_ID:
        return ""
    try:
        # Without what Python allows beyond digits: a sign, a prefix, underscores.
        return str(int(given, base)) if base and given.isascii() and given.isalnum() else given
    except ValueError:
        return given


_BASES: Final[Mapping[Ids, tuple[int, int]]] = {
    Ids.SAME: (0, 0),
    Ids.HEX_THEN_DECIMAL: (16, 10),
    Ids.DECIMAL_THEN_HEX: (10, 16),
}
