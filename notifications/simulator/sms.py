"""What is the same for every provider of SMS: they all reach the one telephone."""

from heapq import merge
from typing import Final

from notifications.simulator import aliyun_callbacks, twilio_inbound
from notifications.simulator.core import Core
from notifications.simulator.store import Message, Provider, Store

LABELS: Final = {Provider.TWILIO: "Twilio SMS", Provider.ALIYUN: "Aliyun SMS"}


def messages_with(store: Store, number: str) -> list[Message]:
    """Every SMS from and to a telephone, newest first."""
    each = (store.newest_first(provider, number) for provider in LABELS)
    return list(merge(*each, key=lambda message: -message.accepted_at))


def numbers(store: Store) -> list[str]:
    """The telephones that have messages, each provider's in order of first contact."""
    return [number for provider in LABELS for number in store.people(provider)]


def receive(core: Core, number: str, text: str) -> Message:
    """A telephone writes, to whichever provider wrote to it last."""
    written = messages_with(core.store, number)
    last = next((message.provider for message in written if not message.inbound), Provider.TWILIO)
    if last == Provider.ALIYUN:
        return aliyun_callbacks.receive(core, number, text)
    return twilio_inbound.receive(core, number, text)
