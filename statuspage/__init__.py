"""The public status page: statements are published once and kept for good."""

# The only place that names the version; both distributions read it when they are built.
__version__ = "1.0.0rc1"

from statuspage.celery import app as celery_app

__all__ = ["__version__", "celery_app"]
