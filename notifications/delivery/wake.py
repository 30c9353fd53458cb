"""Waking workers: hints over the broker, whose loss changes nothing but the hour."""

import time
from typing import Final

from notifications.hints import hint

# A hint to send that has waited so long in the queue is dropped: while there is work the sweep
# gives another, and each would go on queueing itself until receipts wait behind thousands.
STALE_SECONDS: Final = 20.0
# Providers call back by the hundred a second, and one hint is enough for all that are stored.
RECEIPT_HINTS_EVERY: Final = 0.25


class _Throttle:
    """Lets one call through in so many seconds."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._last = -seconds

    def passes(self) -> bool:
        now = time.monotonic()
        passes = now - self._last >= self._seconds
        self._last = now if passes else self._last
        return passes


_receipts: Final = _Throttle(RECEIPT_HINTS_EVERY)


def wake_expand(statement_number: int) -> None:
    """Ask a worker to expand a statement's broadcast."""
    hint("delivery.expand", statement_number)


def wake_send(channel: str) -> None:
    """Ask a worker to send what is due on a channel."""
    hint("delivery.send", channel, expires=STALE_SECONDS)


def wake_receipts() -> None:
    """Ask a worker to apply stored receipts; what comes right after is found by the sweep."""
    if _receipts.passes():
        hint("delivery.apply_receipts")


def wake_resolve() -> None:
    """Ask a worker to look for more unknown messages."""
    hint("delivery.resolve_unknown")
