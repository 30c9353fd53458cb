"""The task that proves that beat is running."""

from celery import shared_task

from statuspage.operations.heartbeat import CLOCK, PULSE_TASK, seen


@shared_task(name=PULSE_TASK)
def pulse() -> None:
    """Record that a task sent by beat has reached a worker."""
    seen(CLOCK)
