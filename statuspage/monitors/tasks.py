"""What the clock does to signals."""

from celery import shared_task

from statuspage.monitors.deciding import drafts_lapse, signals_forget


@shared_task(name="monitors.lapse_drafts")
def lapse_drafts() -> None:
    """Close drafts that are over."""
    drafts_lapse()


@shared_task(name="monitors.forget_signals")
def forget_signals() -> None:
    """Drop what was not heard of for long."""
    signals_forget()
