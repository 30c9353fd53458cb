"""Periodic tasks of signals."""

from celery import shared_task

from statuspage.monitors.housekeeping import drafts_lapse, signals_forget
from statuspage.monitors.rematching import rules_apply


@shared_task(name="monitors.lapse_drafts")
def lapse_drafts() -> None:
    """Close drafts that ended before a decision; match what a change of a rule left behind."""
    rules_apply()
    drafts_lapse()


@shared_task(name="monitors.forget_signals")
def forget_signals() -> None:
    """Delete signals not reported for long, and old history."""
    signals_forget()
