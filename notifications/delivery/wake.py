"""Waking workers: hints over the broker, whose loss changes nothing but the hour."""

from notifications.hints import hint


def wake_expand(statement_number: int) -> None:
    """Ask a worker to expand a statement's broadcast."""
    hint("delivery.expand", statement_number)


def wake_send(channel: str) -> None:
    """Ask a worker to send what is due on a channel."""
    hint("delivery.send", channel)


def wake_receipts() -> None:
    """Ask a worker to apply stored receipts."""
    hint("delivery.apply_receipts")
