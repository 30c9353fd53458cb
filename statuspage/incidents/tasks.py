"""Periodic tasks of maintenance."""

from celery import shared_task

from statuspage.incidents.services.maintenances import maintenances_advance
from statuspage.incidents.services.recurrences import recurrences_announce


@shared_task(name="incidents.advance_maintenances")
def advance_maintenances() -> None:
    """Start and complete the maintenances that are due."""
    maintenances_advance()


@shared_task(name="incidents.announce_recurring")
def announce_recurring() -> None:
    """Announce the due occurrences of automatic recurrences."""
    recurrences_announce()
