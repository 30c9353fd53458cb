"""Settings of the broker, of what beat asks for, and of what is told of the product's health."""

from typing import Final

from statuspage.env import ConfigurationError, Env
from statuspage.operations.logs import logging_by

_env: Final = Env()

# -- Celery: it only wakes workers, the truth is in PostgreSQL --------------------------------
# Where hints to workers go; empty: through Redis.
BROKER_URL = _env.text("BROKER_URL", "")
_SCHEME: Final = BROKER_URL.partition("://")[0]
if BROKER_URL and _SCHEME not in ("redis", "rediss", "amqp", "amqps"):
    raise ConfigurationError(
        "BROKER_URL", "must start with redis://, rediss://, amqp:// or amqps://"
    )
_RABBITMQ: Final = _SCHEME.startswith("amqp")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Workers wait for a broker as long as it takes; whoever hands one a hint does not wait at all.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CONNECTION_TIMEOUT = 2
CELERY_BROKER_TRANSPORT_OPTIONS = {"max_retries": 0} | (
    {"confirm_publish": True} if _RABBITMQ else {"socket_connect_timeout": 2}
)
# Copies of the queue on several nodes of RabbitMQ: a node that dies takes no hint with it.
CELERY_TASK_DEFAULT_QUEUE_TYPE = "quorum" if _RABBITMQ else "classic"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
# Sweeps find whatever a lost task left: how late that may become, in seconds. One that no worker
# has taken by the next but one is dropped, so that none pile up while all workers are away.
CELERY_BEAT_SCHEDULE = {
    task: {"task": task, "schedule": seconds, "options": {"expires": 2 * seconds}}
    for task, seconds in {
        "incidents.advance_maintenances": 5.0,
        "incidents.announce_recurring": 60.0,
        "monitors.lapse_drafts": 60.0,
        "monitors.forget_signals": 3600.0,
        "settlement.read_uploads": 2.0,
        "settlement.forget_transactions": 3600.0,
        "operations.pulse": 5.0,
        "console.forget_drafts": 3600.0,
        "delivery.sweep": 2.0,
        "delivery.resolve_unknown": 15.0,
        "delivery.fold": 3600.0,
        "delivery.tell_alarms": 30.0,
        "escalation.remind": 15.0,
        "escalation.forget": 86400.0,
        "delivery.count_told": 30.0,
        "delivery.report": 3600.0,
        "subscribers.send_unsent_codes": 5.0,
        "subscribers.read_imports": 2.0,
        "subscribers.forget_old_signups": 3600.0,
        "api.forget_old_answers": 3600.0,
    }.items()
}

METRICS_TOKEN = _env.text("METRICS_TOKEN", "")
LOGGING = logging_by(_env.text("LOG_FORMAT", "line"), _env.text("LOG_LEVEL", "INFO"))
