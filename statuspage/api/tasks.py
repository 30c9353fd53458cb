"""Periodic tasks of the API."""

from datetime import timedelta
from typing import Final

from celery import shared_task
from django.utils import timezone

from statuspage.api.models import IdempotencyRecord

KEPT: Final = timedelta(hours=24)


@shared_task(name="api.forget_old_answers")
def forget_old_answers() -> None:
    """Delete stored answers that have expired."""
    IdempotencyRecord.objects.filter(created_at__lt=timezone.now() - KEPT).delete()
