"""Periodic tasks of the API."""

from datetime import timedelta
from typing import Final

from celery import shared_task

from statuspage.api.models import IdempotencyRecord
from statuspage.lib.database_clock import database_now

KEPT: Final = timedelta(hours=24)


@shared_task(name="api.forget_old_answers")
def forget_old_answers() -> None:
    """Delete stored answers that have expired."""
    IdempotencyRecord.objects.filter(created_at__lt=database_now() - KEPT).delete()
