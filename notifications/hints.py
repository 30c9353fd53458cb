"""Ask workers over the broker to run a task; a lost request only delays the work."""

import logging
import time
from typing import Final

from celery import current_app
from kombu.exceptions import OperationalError

from statuspage.operations.logs import current_request
from statuspage.operations.queueing import HEADER, offer, take

# Providers call back by the hundred a second, and one hint is enough for all that are stored.
RECEIPT_HINTS_EVERY: Final = 0.25
_receipts_woken_at = -RECEIPT_HINTS_EVERY

logger = logging.getLogger(__name__)


def hint(task: str, *arguments: object) -> None:
    """Ask a worker to run a task soon; a sweep does the same work when the hint is lost.

    Nothing is sent while the same hint waits in the queue: a sender would go on queueing itself
    until receipts wait behind thousands.
    """
    if not offer(task, arguments):
        return
    try:
        # Not retried: a broker that is down must not hold up a publisher, a merchant or a provider.
        current_app.send_task(
            task,
            args=arguments,
            retry=False,
            ignore_result=True,
            headers={"request": current_request(), HEADER: True},
        )
    except OperationalError as error:
        take(task, arguments)  # it was not sent
        logger.warning("could not wake %s: %s; the sweep will", task, type(error).__name__)


def wake_send(channel: str) -> None:
    """Ask a worker to send what is due on a channel."""
    hint("delivery.send", channel)


def wake_receipts() -> None:
    """Ask a worker to apply stored receipts; what comes right after is found by the sweep."""
    global _receipts_woken_at
    now = time.monotonic()
    if now - _receipts_woken_at >= RECEIPT_HINTS_EVERY:
        _receipts_woken_at = now
        hint("delivery.apply_receipts")
