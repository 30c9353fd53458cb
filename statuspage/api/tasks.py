"""Housekeeping of the API."""

from celery import shared_task

from statuspage.api.idempotency import answers_forget


@shared_task(name="api.forget_old_answers")
def forget_old_answers() -> None:
    """Drop answers that need no longer be repeated."""
    answers_forget()
