"""The task that proves that beat is running."""

from celery import shared_task

from statuspage.operations.heartbeat import CLOCK, seen


@shared_task(name="operations.pulse")
def pulse() -> None:
    """Record that a task sent by beat has reached a worker."""
    seen(CLOCK)
