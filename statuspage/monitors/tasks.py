"""Periodic tasks of signals."""

from celery import shared_task

from statuspage.monitors.decisions import drafts_lapse, signals_forget


@shared_task(name="monitors.lapse_drafts")
def lapse_drafts() -> None:
    """Close drafts that ended before a decision."""
    drafts_lapse()


@shared_task(name="monitors.forget_signals")
def forget_signals() -> None:
    """Delete signals not reported for long."""
    signals_forget()
