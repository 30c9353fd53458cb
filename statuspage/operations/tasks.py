"""What proves that the clock is running."""

from celery import shared_task

from statuspage.operations.pulse import clock_lives


@shared_task(name="operations.pulse")
def pulse() -> None:
    """Asked for by beat alone."""
    clock_lives()
