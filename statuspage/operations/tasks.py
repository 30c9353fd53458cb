"""Tasks that prove that beat is running, and that pages show what the log says."""

from celery import shared_task

from statuspage.operations.heartbeat import CLOCK, PULSE_TASK, seen
from statuspage.projections.services import projections_check


@shared_task(name=PULSE_TASK)
def pulse() -> None:
    """Record that a task sent by beat has reached a worker."""
    seen(CLOCK)


@shared_task(name="projections.check")
def projections_task() -> None:
    """Compare what pages show with the statements."""
    projections_check()
