"""The gateway behind CMPP: takes parts, puts messages together, and owes reports and texts.

What it owes is journaled, and sent again until a client has answered that it has it.
"""

import asyncio
import secrets
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sandbox.simulator import sms
from sandbox.simulator.aliyun_callbacks import CHINA, national
from sandbox.simulator.cmpp_wire import Part
from sandbox.simulator.core import Core
from sandbox.simulator.store import Message, Provider, Table
from sandbox.simulator.switches import Fault

# What a report says where no switch names another code.
STATES: Final = {"delivered": "DELIVRD", "undelivered": "UNDELIV", "failed": "REJECTD"}
HELD_BACK_SECONDS: Final = 0.5


@dataclass
class Assembly:
    """The parts of one message that have come so far."""

    outcome: sms.Outcome
    ids: dict[int, int] = field(default_factory=dict)
    texts: dict[int, str] = field(default_factory=dict)


class Gateway:
    """What all connections share."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self._assemblies: dict[tuple[str, str, int, int], Assembly] = {}
        self.owes = asyncio.Event()

    def accept(self, part: Part) -> int:
        """Take a part, and return the id that its report will name."""
        named = new_id()
        to = international(part.to)
        key = (to, part.sender, part.reference, part.total)
        known = self._assemblies.get(key)
        if known is None or part.total == 1:
            known = self._assemblies[key] = Assembly(sms.draw_outcome(self.core, Provider.CMPP, to))
        known.ids[part.number], known.texts[part.number] = named, part.text
        if part.wants_report:
            self._report_later(named, part, known.outcome)
        if len(known.ids) == part.total:
            del self._assemblies[key]
            self._keep(to, part, known)
        return named

    def receive(self, number: str, text: str) -> Message:
        """Take a phone's answer to the number that wrote to it, and owe it to the client."""
        written = self.core.store.newest_first(Provider.CMPP, number)
        to = next(message.sender for message in written if not message.inbound)
        message = Message(
            sid=str(new_id()),
            provider=Provider.CMPP,
            to=to,
            sender=number,
            body=text,
            status="received",
            inbound=True,
        )
        self.core.store.add(message)
        self._owe(message.sid, {"from": national(number), "to": to, "text": text})
        return message

    def owed(self) -> dict[str, Any]:
        """Return what no client has answered yet, oldest first."""
        return self.core.store.tables[Table.CMPP_OWED]

    def paid(self, key: str) -> None:
        """Forget what a client has."""
        self.core.store.drop(Table.CMPP_OWED, key)

    def _keep(self, to: str, part: Part, whole: Assembly) -> None:
        numbers = sorted(whole.ids)
        message = Message(
            sid=str(whole.ids[1]),
            provider=Provider.CMPP,
            to=to,
            sender=part.sender,
            body="".join(whole.texts[number] for number in numbers),
            status="queued",
            segments=part.total,
            details={"parts": [str(whole.ids[number]) for number in numbers]},
        )
        sms.accept(self.core, message, whole.outcome)

    def _report_later(self, named: int, part: Part, outcome: sms.Outcome) -> None:
        """Report each part by itself; where a message fails, it is its last part that does."""
        failed = outcome.status != "delivered" and part.number == part.total
        code = str(outcome.code or "") if failed else ""
        state = code or STATES.get(outcome.status if failed else "delivered", "UNDELIV")
        row = {"report": str(named), "state": state, "number": part.to, "to": part.sender}
        row["submitted"] = minute(time.time())
        if outcome.never:
            return
        settings = self.core.settings
        wait = (settings.sent_ms + settings.delivered_ms) / 1000 + outcome.late_seconds
        if outcome.out_of_order:
            # The first part's report is the last one to come.
            wait += HELD_BACK_SECONDS * (part.total - part.number)
        for copy in range(2 if outcome.doubled else 1):
            self.core.later(wait, self._owe_later, self.core.store.resets, f"{named}:{copy}", row)

    def _owe_later(self, resets: int, key: str, row: dict[str, Any]) -> None:
        if resets == self.core.store.resets:
            self._owe(key, row)

    def _owe(self, key: str, row: dict[str, Any]) -> None:
        done = {"done": minute(time.time())} if "report" in row else {}
        self.core.store.put(Table.CMPP_OWED, key, {**row, **done})
        self.owes.set()


def refusal_of(core: Core, to: str) -> int:
    """Return the result with which the switches have a message refused, or 0."""

    def strike(fault: Fault) -> Any:
        return core.switches.strike(fault, Provider.CMPP, to)

    if switch := strike(Fault.RATE_LIMITED):
        return int(switch.code or 8)
    if switch := strike(Fault.REFUSE):
        core.store.note(f"refused a message to {to}: {switch.code}")
        return int(switch.code or 9)
    return 99 if strike(Fault.ERROR_BEFORE) else 0


def new_id() -> int:
    """Return a message's id: 64 bits, of which the first ones are the time."""
    now = datetime.now(CHINA)
    stamp = (((now.month << 5 | now.day) << 5 | now.hour) << 6 | now.minute) << 6 | now.second
    return stamp << 38 | secrets.randbits(38)


def international(number: str) -> str:
    """Return a number as every provider's messages have it here."""
    bare = number.removeprefix("+")
    return f"+86{bare}" if len(bare) == 11 and bare.startswith("1") else f"+{bare}"


def minute(at: float) -> str:
    """Return a moment as reports write it: YYMMDDHHMM in Beijing."""
    return datetime.fromtimestamp(at, CHINA).strftime("%y%m%d%H%M")
