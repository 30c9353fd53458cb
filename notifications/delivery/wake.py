"""Waking workers: hints over the broker, whose loss changes nothing but the hour."""

import logging

from celery import current_app
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


def wake_expand(statement_number: int) -> None:
    """Ask a worker to expand a statement's broadcast."""
    _hint("delivery.expand", statement_number)


def wake_send(channel: str) -> None:
    """Ask a worker to send what is due on a channel."""
    _hint("delivery.send", channel)


def wake_receipts() -> None:
    """Ask a worker to apply stored receipts."""
    _hint("delivery.apply_receipts")


def _hint(task: str, *arguments: object) -> None:
    try:
        # Not retried: a broker that is down must not hold up a publisher or a provider.
        current_app.send_task(task, args=arguments, retry=False, ignore_result=True)
    except OperationalError as error:
        logger.warning("could not wake %s: %s; the sweep will", task, type(error).__name__)
