"""Ask workers over the broker to run a task; a lost request only delays the work."""

import logging
import time
from typing import Final

from celery import current_app
from kombu.exceptions import OperationalError

from statuspage.operations.logs import current_request

# A hint to send that has waited so long in the queue is dropped: while there is work the sweep
# sends another, and each would go on queueing itself until receipts wait behind thousands.
STALE_SECONDS: Final = 20.0
# Providers call back by the hundred a second, and one hint is enough for all that are stored.
RECEIPT_HINTS_EVERY: Final = 0.25
_receipts_woken_at = -RECEIPT_HINTS_EVERY

logger = logging.getLogger(__name__)


def hint(task: str, *arguments: object, expires: float | None = None) -> None:
    """Ask a worker to run a task soon; a sweep does the same work when the hint is lost.

    A hint that has waited for `expires` seconds is dropped.
    """
    try:
        # Not retried: a broker that is down must not hold up a publisher, a merchant or a provider.
        current_app.send_task(
            task,
            args=arguments,
            retry=False,
            ignore_result=True,
            expires=expires,
            headers={"request": current_request()},
        )
    except OperationalError as error:
        logger.warning("could not wake %s: %s; the sweep will", task, type(error).__name__)


def wake_send(channel: str) -> None:
    """Ask a worker to send what is due on a channel."""
    hint("delivery.send", channel, expires=STALE_SECONDS)


def wake_receipts() -> None:
    """Ask a worker to apply stored receipts; what comes right after is found by the sweep."""
    global _receipts_woken_at
    now = time.monotonic()
    if now - _receipts_woken_at >= RECEIPT_HINTS_EVERY:
        _receipts_woken_at = now
        hint("delivery.apply_receipts")
