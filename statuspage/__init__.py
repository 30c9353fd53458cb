"""The public status page: statements are published once and kept for good."""

import gc

# The only place that names the version; both distributions read it when they are built.
__version__ = "1.0.0rc1"

# A program begins with 200,000 objects that live as long as it does; to look for garbage
# after every 700 more, as Python does unless told, takes a tenth of its start and of its work.
gc.set_threshold(50_000, 10, 10)

from statuspage.celery import app as celery_app  # noqa: E402

__all__ = ["__version__", "celery_app"]
