"""Entry point of the workers and of beat."""

import os
from typing import Any

from celery import Celery
from celery.signals import task_prerun

from statuspage.operations.logs import follow_request

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "statuspage.settings")
app = Celery("candor", task_cls="statuspage.operations.queueing:OnceTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@task_prerun.connect
def _follow(*, task: Any, **_given: object) -> None:
    """Reuse the request id of the request that sent the task; tasks from beat have none."""
    headers = task.request.headers or {}
    follow_request(str(headers.get("request", "-")))
