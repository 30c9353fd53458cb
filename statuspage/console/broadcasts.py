"""How far a broadcast has got, how fast it gets on, and whether there is more to come."""

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from notifications.channels import channels
from notifications.channels.base import Channel
from notifications.delivery.models import Broadcast, BroadcastState
from notifications.delivery.selectors import held_back, progress_by_channel
from notifications.delivery.states import UNFINISHED, DeliveryState
from statuspage.console.shared import last, shared

# Some receipts never come (a phone that stays off): the page stops asking after that.
RECEIPTS_AWAITED: Final = timedelta(hours=1)
COUNTED_FOR_SECONDS: Final = 1
# The rate is that of the last ten seconds, as seen from one count to the next.
RATE_OF_SECONDS: Final = 10.0
WAITING: Final = (DeliveryState.PENDING, DeliveryState.SENDING)

ByChannel = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class Count:
    """Deliveries by channel and state; how many wait for a later hour, and the first of these;
    and how many had been tried at which times, of late.
    """

    by_channel: ByChannel
    held: int = 0
    held_until: datetime | None = None
    tried: tuple[tuple[float, int], ...] = ()


@dataclass(frozen=True)
class Progress:
    """A broadcast with its deliveries counted by channel and state."""

    broadcast: Broadcast
    count: Count

    @classmethod
    def of(cls, broadcast: Broadcast) -> "Progress":
        """Count now."""
        return cls(broadcast, _count(broadcast.pk, None))

    @classmethod
    def shared(cls, broadcast: Broadcast) -> "Progress":
        """As counted within the last second, for however many are watching."""
        key = f"progress:{broadcast.pk}"
        return cls(
            broadcast, shared(key, COUNTED_FOR_SECONDS, lambda: _count(broadcast.pk, last(key)))
        )

    @property
    def by_channel(self) -> ByChannel:
        """Deliveries by channel and state."""
        return self.count.by_channel

    @property
    def counts(self) -> dict[str, int]:
        """By state, over all channels."""
        rows = self.by_channel.values()
        return {state: sum(row[state] for row in rows) for state in DeliveryState.values}

    @property
    def total(self) -> int:
        """All deliveries made so far."""
        return sum(self.counts.values())

    @property
    def done(self) -> int:
        """Deliveries that need nothing more from us."""
        counts = self.counts
        return self.total - sum(counts[state] for state in UNFINISHED)

    @property
    def rate(self) -> float:
        """Messages tried in a second, over the last ten; 0 while that is not known."""
        tried = self.count.tried
        if self.broadcast.state == BroadcastState.FINISHED or len(tried) < 2:
            return 0.0
        (began, before), (now, after) = tried[0], tried[-1]
        return max(0.0, (after - before) / (now - began))

    @property
    def minutes_left(self) -> int | None:
        """Whole minutes, at this rate, until all that is due is tried; None while not known."""
        waiting = sum(self.counts[state] for state in WAITING) - self.count.held
        if self.broadcast.state != BroadcastState.SENDING or not self.rate or waiting <= 0:
            return None
        return math.ceil(waiting / self.rate / 60)

    @property
    def rows(self) -> list[tuple[str, int, list[int]]]:
        """For a table: channel, total, counts in the order of the states."""
        return [
            (channel, sum(counts.values()), [counts[state] for state in DeliveryState.values])
            for channel, counts in self.by_channel.items()
        ]

    @property
    def columns(self) -> list[tuple[str, int]]:
        """State and total count, in the order of the states."""
        return list(self.counts.items())

    @property
    def moving(self) -> bool:
        """True while messages are still to be sent or receipts to come."""
        return self.broadcast.state != BroadcastState.FINISHED or self._awaits_receipts()

    def _awaits_receipts(self) -> bool:
        finished_at = self.broadcast.finished_at
        if finished_at is None or timezone.now() - finished_at > RECEIPTS_AWAITED:
            return False
        awaited = (one.name for one in channels() if _sends_receipts(one))
        return any(self.by_channel.get(name, {}).get(DeliveryState.SENT) for name in awaited)


def _count(number: int, before: object) -> Count:
    by_channel = progress_by_channel(number)
    tried = sum(
        count for row in by_channel.values() for state, count in row.items() if state not in WAITING
    )
    now = time.time()
    earlier = before.tried if isinstance(before, Count) else ()
    recent = tuple(one for one in earlier if now - RATE_OF_SECONDS <= one[0] < now)
    pending = any(row[DeliveryState.PENDING] for row in by_channel.values())
    held, until = held_back(number) if pending else (0, None)
    return Count(by_channel, held, until, (*recent, (now, tried)))


def _sends_receipts(channel: Channel) -> bool:
    """A channel whose provider calls back reads those calls; the others leave that as it is."""
    return type(channel).parse_callback is not Channel.parse_callback
