"""Deliver SMS that a provider has accepted to the one phone that all providers share."""

import time
from dataclasses import dataclass
from heapq import merge
from typing import Final

from sandbox.simulator import aliyun_callbacks, tencent_callbacks, twilio_callbacks
from sandbox.simulator.core import Core
from sandbox.simulator.store import Message, Provider, Store
from sandbox.simulator.switches import Code, Fault

LABELS: Final = {
    Provider.TWILIO: "Twilio SMS",
    Provider.ALIYUN: "Aliyun SMS",
    Provider.TENCENT: "Tencent Cloud SMS",
    Provider.CMPP: "CMPP SMS",
    Provider.SMPP: "SMPP SMS",
}
# Those that report by callbacks; a gateway reports over its clients' connections.
RECEIPTS: Final = {
    Provider.TWILIO: twilio_callbacks.receipt,
    Provider.ALIYUN: aliyun_callbacks.receipt,
    Provider.TENCENT: tencent_callbacks.receipt,
}
RECEIVERS: Final = {
    Provider.TWILIO: twilio_callbacks.receive,
    Provider.ALIYUN: aliyun_callbacks.receive,
    Provider.TENCENT: tencent_callbacks.receive,
}
WAITING: Final = frozenset({"accepted", "queued"})
FINAL: Final = frozenset({"delivered", "undelivered", "failed", "canceled"})
HELD_BACK_SECONDS: Final = 0.5


@dataclass(frozen=True)
class Outcome:
    """How a message ends, and how its receipts come."""

    status: str = "delivered"
    code: Code | None = None
    never: bool = False
    doubled: bool = False
    out_of_order: bool = False
    late_seconds: float = 0.0


def accept(core: Core, message: Message, outcome: Outcome | None = None) -> None:
    """Remember an accepted message, and set it on its way, to an outcome that may be drawn."""
    core.store.add(message)
    drawn = outcome or draw_outcome(core, Provider(message.provider), message.to)
    core.later(core.settings.sent_ms / 1000, _send, core, message, drawn)


def resume(core: Core) -> None:
    """Continue sending, after a restart, the messages that were not yet delivered."""
    for message in (one for provider in LABELS for one in core.store.by_provider[provider]):
        if message.status in WAITING:
            core.later(core.settings.sent_ms / 1000, _send, core, message, Outcome())
        elif message.status == "sent":
            core.later(core.settings.delivered_ms / 1000, _finish, core, message, Outcome())


def receive(core: Core, number: str, text: str) -> Message:
    """Take an SMS that a phone writes, to the provider that wrote to it last."""
    written = messages_with(core.store, number)
    last = next((message.provider for message in written if not message.inbound), Provider.TWILIO)
    if gateway := core.gateways.get(Provider(last)):
        return gateway.receive(number, text)
    return RECEIVERS[Provider(last)](core, number, text)


def messages_with(store: Store, number: str) -> list[Message]:
    """Return every SMS from and to a phone, newest first."""
    each = (store.newest_first(provider, number) for provider in LABELS)
    return list(merge(*each, key=lambda message: -message.accepted_at))


def numbers(store: Store) -> list[str]:
    """Return the phones that have messages, each provider's in order of first contact."""
    return [number for provider in LABELS for number in store.people(provider)]


def draw_outcome(core: Core, provider: Provider, to: str) -> Outcome:
    """Ask the switches once, so that `count` counts messages."""
    kinds = (
        *(Fault.OUTCOME, Fault.RECEIPTS_LATE, Fault.RECEIPTS_NEVER),
        *(Fault.RECEIPTS_DOUBLED, Fault.RECEIPTS_OUT_OF_ORDER),
    )
    struck = {kind: core.switches.strike(kind, provider, to) for kind in kinds}
    outcome, late = struck[Fault.OUTCOME], struck[Fault.RECEIPTS_LATE]
    return Outcome(
        status=(outcome.status or "undelivered") if outcome else "delivered",
        code=(outcome.code or None) if outcome else None,
        never=struck[Fault.RECEIPTS_NEVER] is not None,
        doubled=struck[Fault.RECEIPTS_DOUBLED] is not None,
        out_of_order=struck[Fault.RECEIPTS_OUT_OF_ORDER] is not None,
        late_seconds=late.ms / 1000 if late else 0.0,
    )


def _send(core: Core, message: Message, outcome: Outcome) -> None:
    if message.sid not in core.store.messages or message.status not in WAITING:
        return
    if outcome.status == "failed":
        _finish(core, message, outcome)
        return
    # A messaging service of Twilio's picks the sender only now.
    service = core.settings.twilio_service_sender if message.details.get("service") else ""
    sender = message.sender or service
    core.store.change(message, status="sent", sent_at=time.time(), sender=sender)
    if not outcome.out_of_order:
        _tell(core, message, outcome, "sent")
    core.later(core.settings.delivered_ms / 1000, _finish, core, message, outcome)


def _finish(core: Core, message: Message, outcome: Outcome) -> None:
    if message.sid not in core.store.messages or message.status in FINAL:
        return
    core.store.change(message, status=outcome.status, error_code=outcome.code)
    _tell(core, message, outcome, outcome.status)
    if outcome.out_of_order:
        core.later(HELD_BACK_SECONDS, _tell, core, message, outcome, "sent")


def _tell(core: Core, message: Message, outcome: Outcome, status: str) -> None:
    receipt = RECEIPTS.get(Provider(message.provider))
    callback = receipt(core, message, status) if receipt else None
    if callback is None or outcome.never:
        return
    for _ in range(2 if outcome.doubled else 1):
        core.later(outcome.late_seconds, core.poster.post, callback)
