"""A phone that rings, whichever provider calls: nobody answers it but by hand."""

import time
from collections.abc import Callable
from typing import Final

from sandbox.simulator.core import Core
from sandbox.simulator.store import Message, Provider
from sandbox.simulator.switches import Fault

RINGING: Final = frozenset({"queued", "ringing"})
ANSWERED: Final = "in-progress"
CALLERS: Final = (Provider.VOICE, Provider.ALIYUN_VOICE)
# Tells the provider's customer how a call ended.
End = Callable[[Core, Message, str], None]


def begin(core: Core, call: Message, end: End) -> None:
    """Remember a call, and let the phone ring soon; a switch can end it instead."""
    core.store.add(call)
    struck = core.switches.strike(Fault.OUTCOME, Provider(call.provider), call.to)
    status = struck.status if struck else ""
    core.later(core.settings.sent_ms / 1000, _ring, core, call, end, status)


def _ring(core: Core, call: Message, end: End, status: str) -> None:
    if call.status not in RINGING:
        return
    core.store.change(call, status="ringing", sent_at=time.time())
    if status:
        end(core, call, status)
    else:
        core.later(core.settings.voice_ring_ms / 1000, _give_up, core, call, end)


def _give_up(core: Core, call: Message, end: End) -> None:
    if call.status in RINGING and call.sid in core.store.messages:
        end(core, call, "no-answer")
