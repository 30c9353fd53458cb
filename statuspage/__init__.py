"""The public status page: what happened, said once and kept."""

from statuspage.celery import app as celery_app

__all__ = ["celery_app"]
