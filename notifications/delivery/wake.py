"""Waking workers: hints over the broker, whose loss changes nothing but the hour."""

from typing import Final

from notifications.hints import hint

# A hint to send that has waited so long in the queue is dropped: while there is work the sweep
# gives another, and each would go on queueing itself until receipts wait behind thousands.
STALE_SECONDS: Final = 20.0


def wake_expand(statement_number: int) -> None:
    """Ask a worker to expand a statement's broadcast."""
    hint("delivery.expand", statement_number)


def wake_send(channel: str) -> None:
    """Ask a worker to send what is due on a channel."""
    hint("delivery.send", channel, expires=STALE_SECONDS)


def wake_receipts() -> None:
    """Ask a worker to apply stored receipts."""
    hint("delivery.apply_receipts")


def wake_resolve() -> None:
    """Ask a worker to look for more unknown messages."""
    hint("delivery.resolve_unknown")
