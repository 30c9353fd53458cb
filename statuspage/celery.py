"""Entry point of the workers and of beat."""

import gc
import os
from typing import Any, Final

from celery import Celery
from celery.signals import beat_init, task_prerun, worker_init, worker_process_init
from kombu.transport import TRANSPORT_ALIASES

from statuspage.operations.logs import follow_request

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "statuspage.settings")
TRANSPORT_ALIASES.update(
    dict.fromkeys(("redis", "rediss"), "statuspage.operations.broker:Transport")
)
app = Celery("candor", task_cls="statuspage.operations.queueing:OnceTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# A worker gives up waiting for PostgreSQL after so long; no statement of its is longer.
PATIENCE_SECONDS: Final = 900.0


@beat_init.connect
@worker_process_init.connect
def _bound(**_given: object) -> None:
    """Let no process of a worker, and not beat, wait for ever."""
    from statuspage.lib.postgres.base import wait_no_longer_than  # once Django is set up

    wait_no_longer_than(PATIENCE_SECONDS)


@beat_init.connect
@worker_init.connect
def _with_few_rights(**_given: object) -> None:
    """End a worker and beat in production whose database role could change the log."""
    from statuspage.operations.database_rights import refuse_excesses

    refuse_excesses()


@worker_process_init.connect
def _freeze(**_given: object) -> None:
    """Spare the garbage collector what a process begins with: none of it ever becomes garbage."""
    gc.freeze()


@task_prerun.connect
def _follow(*, task: Any, **_given: object) -> None:
    """Reuse the request id of the request that sent the task; tasks from beat have none."""
    headers = task.request.headers or {}
    follow_request(str(headers.get("request", "-")))
