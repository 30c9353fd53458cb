"""Periodic tasks of approvals."""

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.db.models import Q

from statuspage.approvals.drafts import UNDO
from statuspage.approvals.models import Draft
from statuspage.approvals.scheduling import scheduled_publish
from statuspage.lib.database_clock import database_now


@shared_task(name="approvals.publish_scheduled")
def publish_scheduled() -> None:
    """Publish the notices whose time has come."""
    scheduled_publish()


@shared_task(name="approvals.forget_drafts")
def forget_drafts() -> None:
    """Delete drafts untouched for settings.DRAFTS_KEEP_DAYS, or discarded a day ago."""
    now = database_now()
    old = Q(saved_at__lt=now - timedelta(days=settings.DRAFTS_KEEP_DAYS))
    Draft.objects.filter(old | Q(discarded_at__lt=now - UNDO)).delete()
