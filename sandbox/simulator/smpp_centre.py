"""What all connections to the message centre share, and the ids that it gives."""

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.simulator.smpp_frames import Submitted
from sandbox.simulator.store import Message, Provider

if TYPE_CHECKING:
    from sandbox.simulator.smpp_server import Session


@dataclass
class Centre:
    """The bound connections, and the parts of long messages whose other parts have not come."""

    sessions: set["Session"] = field(default_factory=set)
    # By number, reference and total; each part by its place, with its id.
    parts: dict[tuple[str, int, int], dict[int, tuple[int, str]]] = field(default_factory=dict)

    def put(self, to: str, asked: Submitted) -> tuple[int, Message | None]:
        """Take one submission; return its id, and the message once all of its parts are there."""
        number = secrets.randbelow(9 * 10**9) + 10**9
        reference, place, total = asked.part or (0, 1, 1)
        key = (to, reference, total)
        there = {} if total == 1 else self.parts.setdefault(key, {})
        there[place] = (number, asked.text)
        if len(there) < total:
            return number, None
        self.parts.pop(key, None)
        numbers, texts = zip(*(there[one] for one in sorted(there)), strict=True)
        details = {"ids": [*numbers], "receipt": asked.receipt}
        return number, _message(str(numbers[0]), to, asked.sender, "".join(texts), details)


def _message(sid: str, to: str, sender: str, text: str, details: dict[str, Any]) -> Message:
    return Message(sid, Provider.SMPP, to, sender, text, status="accepted", details=details)


def spelled(number: int, *, hexadecimal: bool) -> str:
    """Return an id as an answer or a receipt has it."""
    return f"{number:X}" if hexadecimal else str(number)
