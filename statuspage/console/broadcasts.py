"""How far a broadcast has got, and whether there is more to come."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.utils import timezone

from notifications.channels import channels
from notifications.channels.base import Channel
from notifications.delivery.models import Broadcast, BroadcastState
from notifications.delivery.selectors import progress_by_channel
from notifications.delivery.states import UNFINISHED, DeliveryState

# Some receipts never come (a phone that stays off): the page stops asking after that.
RECEIPTS_AWAITED: Final = timedelta(hours=1)


@dataclass(frozen=True)
class Progress:
    """A broadcast with its deliveries counted by channel and state."""

    broadcast: Broadcast
    by_channel: Mapping[str, Mapping[str, int]]

    @classmethod
    def of(cls, broadcast: Broadcast) -> "Progress":
        """Count now."""
        return cls(broadcast, progress_by_channel(broadcast.pk))

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


def _sends_receipts(channel: Channel) -> bool:
    """A channel whose provider calls back reads those calls; the others leave that as it is."""
    return type(channel).parse_callback is not Channel.parse_callback
