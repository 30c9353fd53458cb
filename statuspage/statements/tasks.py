"""Celery tasks of the log; each may be lost, late or repeated without harm."""

from celery import shared_task

from statuspage.statements.cosigning import witnesses_ask
from statuspage.statements.recompute import log_recompute

shared_task(name="statements.cosign")(witnesses_ask)


@shared_task(name="statements.recompute")
def recompute_task() -> None:
    """Compare the whole log with what is kept of it."""
    log_recompute()
