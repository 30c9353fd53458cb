"""What the clock does to maintenance."""

from celery import shared_task

from statuspage.incidents.services.maintenances import maintenances_advance
from statuspage.incidents.services.recurrences import recurrences_announce


@shared_task(name="incidents.advance_maintenances")
def advance_maintenances() -> None:
    """Start and complete what is due."""
    maintenances_advance()


@shared_task(name="incidents.announce_recurring")
def announce_recurring() -> None:
    """Announce what comes back, where the clock is to do it."""
    recurrences_announce()
