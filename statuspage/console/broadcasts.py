"""Progress of a broadcast: counts, rate, time left, and outstanding receipts."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from notifications.channels import media
from notifications.delivery.broadcasts import MISSED
from notifications.delivery.models import Broadcast, BroadcastState
from notifications.delivery.selectors import held_back, progress_by_channel
from notifications.delivery.states import UNFINISHED, DeliveryState
from statuspage.console.shared import last, shared
from statuspage.lib.database_clock import database_now

# Some receipts never come (a phone that stays off): the page stops asking after that.
RECEIPTS_AWAITED: Final = timedelta(hours=1)
COUNTED_FOR_SECONDS: Final = 1
# The rate is that of the last ten seconds, as seen from one count to the next.
RATE_OF_SECONDS: Final = 10.0
# The least part of a bar of 1000 that can be seen.
LEAST_SEEN: Final = 15
WAITING: Final = (DeliveryState.PENDING, DeliveryState.SENDING)
UNTRIED: Final = (*WAITING, DeliveryState.HELD)
# Nothing happens to these by itself.
AT_REST: Final = (BroadcastState.FINISHED, BroadcastState.HELD)

ByChannel = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class DeliveryCounts:
    """Deliveries by channel and state, those held for a later hour, and recent tries."""

    by_channel: ByChannel
    held: int = 0
    held_until: datetime | None = None
    tried: tuple[tuple[float, int], ...] = ()


@dataclass(frozen=True)
class Progress:
    """A broadcast with its deliveries counted by channel and state."""

    broadcast: Broadcast
    count: DeliveryCounts

    @classmethod
    def shared(cls, broadcast: Broadcast) -> "Progress":
        """Return counts at most one second old, shared by all readers of the page."""
        key = f"progress:{broadcast.pk}"
        count = shared(key, COUNTED_FOR_SECONDS, lambda: _count(broadcast.pk, last(key)))
        return cls(broadcast, count)

    @property
    def by_channel(self) -> ByChannel:
        """Deliveries by channel and state."""
        return self.count.by_channel

    @property
    def counts(self) -> dict[str, int]:
        """Deliveries by state, over all channels."""
        rows = self.by_channel.values()
        return {state: sum(row[state] for row in rows) for state in DeliveryState.values}

    @property
    def total(self) -> int:
        """All deliveries made so far."""
        return sum(self.counts.values())

    @property
    def done(self) -> int:
        """The number of deliveries that need nothing more from us."""
        counts = self.counts
        return self.total - sum(counts[state] for state in UNFINISHED)

    @property
    def failed(self) -> int:
        """The number of deliveries that reached nobody."""
        return sum(self.counts[state] for state in MISSED)

    @property
    def failed_part(self) -> tuple[int, int]:
        """Where on a bar of 1000 the failed part of what is done begins, and its length."""
        length = max(LEAST_SEEN, round(1000 * self.failed / self.total))
        return max(0, round(1000 * self.done / self.total) - length), length

    @property
    def rate(self) -> float:
        """Messages tried per second over the last ten seconds; 0 while unknown."""
        tried = self.count.tried
        if self.broadcast.state in AT_REST or len(tried) < 2:
            return 0.0
        (began, before), (now, after) = tried[0], tried[-1]
        return max(0.0, (after - before) / (now - began))

    @property
    def minutes_left(self) -> int | None:
        """Whole minutes until all due messages are tried at this rate, or None while unknown."""
        waiting = sum(self.counts[state] for state in WAITING) - self.count.held
        if self.broadcast.state != BroadcastState.SENDING or not self.rate or waiting <= 0:
            return None
        return math.ceil(waiting / self.rate / 60)

    @property
    def rows(self) -> list[tuple[str, int, list[int]]]:
        """Table rows: channel, total, and counts in the order of the states."""
        return [
            (channel, sum(counts.values()), [counts[state] for state in DeliveryState.values])
            for channel, counts in self.by_channel.items()
        ]

    @property
    def moving(self) -> bool:
        """True while messages are still to be sent or receipts are outstanding."""
        return self.broadcast.state not in AT_REST or self._awaits_receipts()

    def _awaits_receipts(self) -> bool:
        finished_at = self.broadcast.finished_at
        if finished_at is None or database_now() - finished_at > RECEIPTS_AWAITED:
            return False
        awaited = (one.name for one in media() if one.sends_receipts())
        return any(self.by_channel.get(name, {}).get(DeliveryState.SENT) for name in awaited)


def _count(number: int, before: object) -> DeliveryCounts:
    by_channel = progress_by_channel(number)
    tried = sum(
        count for row in by_channel.values() for state, count in row.items() if state not in UNTRIED
    )
    now = database_now().timestamp()
    earlier = before.tried if isinstance(before, DeliveryCounts) else ()
    recent = tuple(one for one in earlier if now - RATE_OF_SECONDS <= one[0] < now)
    pending = any(row[DeliveryState.PENDING] for row in by_channel.values())
    held, until = held_back(number) if pending else (0, None)
    return DeliveryCounts(by_channel, held, until, (*recent, (now, tried)))
