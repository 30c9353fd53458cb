"""Who reads: addresses of several channels, some of them interested in one service only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from notifications.subscribers.models import Subscription
from tests.chaos.oracle import Key
from tests.chaos.plan import Plan
from tests.crash.people import make_people

# How many readers each channel has.
READERS: Final[Mapping[str, int]] = {"sms": 240, "wechat": 40, "email": 16, "robot": 8}
# What every fourth reader is interested in: all services, or one by number.
INTERESTS: Final[Sequence[int | None]] = (None, None, 0, 1)


@dataclass(frozen=True)
class Reader:
    """One address, with the service that it is interested in; None: all of them."""

    address: str
    channel: str
    interest: int | None


def make_readers(components: Sequence[str]) -> dict[int, Reader]:
    """Make them all, and return them by the id of their address."""
    readers: dict[int, Reader] = {}
    for channel, count in READERS.items():
        for place, (key, address) in enumerate(make_people(count, channel).items()):
            readers[key] = Reader(address, channel, INTERESTS[place % len(INTERESTS)])
    for number, component in enumerate(components):
        chosen = [key for key, one in readers.items() if one.interest == number]
        Subscription.objects.filter(address_id__in=chosen).update(components=[component])
    return readers


def wanted(plan: Plan, readers: Mapping[int, Reader]) -> dict[Key, str]:
    """Return which drill each address wants, with its channel."""
    return {
        (statement.drill, reader.address): reader.channel
        for statement in plan.statements
        for reader in readers.values()
        if reader.interest in (None, statement.incident)
        and (statement.by_sms or reader.channel != "sms")
    }
