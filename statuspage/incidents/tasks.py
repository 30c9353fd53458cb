"""What the clock does to maintenance."""

from celery import shared_task

from statuspage.incidents.services.maintenances import maintenances_advance


@shared_task(name="incidents.advance_maintenances")
def advance_maintenances() -> None:
    """Start and complete what is due."""
    maintenances_advance()
