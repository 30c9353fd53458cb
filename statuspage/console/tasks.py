"""What the clock does in the console."""

from celery import shared_task

from statuspage.console.writing import drafts_forget


@shared_task(name="console.forget_drafts")
def forget_drafts() -> None:
    """Delete drafts that nobody came back to."""
    drafts_forget()
