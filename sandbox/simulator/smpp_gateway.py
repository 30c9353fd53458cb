"""The message centre behind SMPP: takes parts, puts messages together, owes receipts and texts.

What it owes is journaled, and sent again until a client has answered that it has it.
"""

import secrets
import time
from dataclasses import dataclass, field
from typing import Any, Final

from sandbox.simulator import sms
from sandbox.simulator.core import Core
from sandbox.simulator.smpp_frames import Submitted
from sandbox.simulator.store import Message, Provider, Table

# Words and numbers of states (5.2.28, appendix B).
STATES: Final = {"delivered": ("DELIVRD", 2), "undelivered": ("UNDELIV", 5)}
REJECTED: Final = ("REJECTD", 8)
HELD_BACK_SECONDS: Final = 0.5


@dataclass
class Assembly:
    """The parts of one message that have come so far: ids and texts by place."""

    outcome: sms.Outcome
    parts: dict[int, tuple[int, str]] = field(default_factory=dict)


class Gateway:
    """What all connections share."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self._assemblies: dict[tuple[str, int, int], Assembly] = {}

    def accept(self, to: str, asked: Submitted) -> str:
        """Take one submission; return its id as an answer spells it."""
        number = secrets.randbelow(9 * 10**9) + 10**9
        reference, place, total = asked.part or (0, 1, 1)
        key = (to, reference, total)
        known = self._assemblies.get(key)
        if known is None or total == 1:
            drawn = sms.draw_outcome(self.core, Provider.SMPP, to)
            known = self._assemblies[key] = Assembly(drawn)
        known.parts[place] = number, asked.text
        if asked.receipt:
            self._report_later(number, to, asked, known.outcome)
        if len(known.parts) == total:
            del self._assemblies[key]
            self._keep(to, asked, known)
        return self._spelled(number, hexadecimal=self._ids == "hex_then_decimal")

    def receive(self, number: str, text: str) -> Message:
        """Take an SMS that a phone writes to the sender that wrote to it, and owe it."""
        written = self.core.store.newest_first(Provider.SMPP, number)
        to = next(message.sender for message in written if not message.inbound)
        message = Message(
            sid=str(secrets.randbelow(10**10)),
            provider=Provider.SMPP,
            to=to,
            sender=number,
            body=text,
            status="received",
            inbound=True,
        )
        self.core.store.add(message)
        self._owe(message.sid, {"from": number, "to": to, "text": text})
        return message

    def owed(self) -> dict[str, Any]:
        """Return what no client has answered yet, oldest first."""
        return self.core.store.tables[Table.SMPP_OWED]

    def paid(self, key: str) -> None:
        """Forget what a client has."""
        self.core.store.drop(Table.SMPP_OWED, key)

    @property
    def _ids(self) -> str:
        return self.core.settings.smpp_ids

    @staticmethod
    def _spelled(number: int, *, hexadecimal: bool) -> str:
        return f"{number:X}" if hexadecimal else str(number)

    def _keep(self, to: str, asked: Submitted, whole: Assembly) -> None:
        ids, texts = zip(*(whole.parts[place] for place in sorted(whole.parts)), strict=True)
        message = Message(
            sid=str(ids[0]),
            provider=Provider.SMPP,
            to=to,
            sender=asked.sender,
            body="".join(texts),
            status="queued",
            details={"parts": [str(one) for one in ids]},
        )
        sms.accept(self.core, message, whole.outcome)

    def _report_later(self, number: int, to: str, asked: Submitted, outcome: sms.Outcome) -> None:
        """Report each part by itself; where a message fails, it is its last part that does."""
        _reference, place, total = asked.part or (0, 1, 1)
        failed = outcome.status != "delivered" and place == total
        word, state = STATES.get(outcome.status, REJECTED) if failed else STATES["delivered"]
        row = {
            "from": to,
            "to": asked.sender,
            "id": self._spelled(number, hexadecimal=self._ids == "decimal_then_hex"),
            "answered": self._spelled(number, hexadecimal=self._ids == "hex_then_decimal"),
            "word": word,
            "state": state,
            "code": int(outcome.code or 0) if failed else 0,
            "submitted": time.time(),
            "text": asked.text[:20],
        }
        if outcome.never:
            return
        settings = self.core.settings
        wait = (settings.sent_ms + settings.delivered_ms) / 1000 + outcome.late_seconds
        if outcome.out_of_order:
            # The first part's receipt is the last one to come.
            wait += HELD_BACK_SECONDS * (total - place)
        for copy in range(2 if outcome.doubled else 1):
            self.core.later(wait, self._owe_later, self.core.store.resets, f"{number}:{copy}", row)

    def _owe_later(self, resets: int, key: str, row: dict[str, Any]) -> None:
        """Owe it, unless everything was forgotten since: a reset phone is told nothing old."""
        if resets == self.core.store.resets:
            self._owe(key, row)

    def _owe(self, key: str, row: dict[str, Any]) -> None:
        self.core.store.put(Table.SMPP_OWED, key, {**row, "done": time.time()})
