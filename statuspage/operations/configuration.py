"""Typed settings of the broker, logs and metrics, and the schedule of beat."""

from typing import Any, Final, Literal

from pydantic import Field, field_validator

from statuspage.lib.env import AreaSettings, Token, WordList, written
from statuspage.operations.age import read_recipient
from statuspage.operations.beat import NEVER_RUN, every
from statuspage.operations.queueing import HEADER

# One for each medium, by which a worker can send SMS alone, and one for everything else. A worker
# that names none serves all.
QUEUES: Final = ("celery", "sms", "wechat", "email", "robot", "webhook", "voice")
BROKERS: Final = ("redis://", "rediss://", "amqp://", "amqps://")
# Seconds between runs: a sweep finds what a lost task left undone.
BEAT_SCHEDULE: Final[dict[str, dict[str, Any]]] = {
    task: {
        "task": task,
        "schedule": every(seconds),
        "last_run_at": NEVER_RUN,
        "options": {"headers": {HEADER: True}},
    }
    for task, seconds in {
        "statements.recompute": 3600.0,
        "statements.cosign": 15.0,
        "incidents.advance_maintenances": 5.0,
        "incidents.announce_recurring": 60.0,
        "monitors.lapse_drafts": 60.0,
        "monitors.forget_signals": 3600.0,
        "settlement.read_uploads": 2.0,
        "settlement.forget_transactions": 3600.0,
        "operations.pulse": 5.0,
        "projections.check": 86400.0,
        "approvals.publish_scheduled": 5.0,
        "approvals.forget_drafts": 3600.0,
        "delivery.sweep": 2.0,
        "delivery.resolve_unknown": 15.0,
        "delivery.ask_receipts": 60.0,
        "delivery.fold": 3600.0,
        "delivery.forget_spent": 3600.0,
        "delivery.make_partitions": 3600.0,
        "delivery.tell_alarms": 30.0,
        "delivery.read_returned_mail": 60.0,
        # A template a minute: Aliyun takes the next one after half a minute.
        "delivery.work_on_templates": 60.0,
        "escalation.remind": 15.0,
        "escalation.tell_waiting": 15.0,
        "escalation.forget": 86400.0,
        "delivery.count_told": 30.0,
        "delivery.report": 3600.0,
        "subscribers.send_unsent_codes": 5.0,
        "inbox.answer": 15.0,
        "inbox.forget": 3600.0,
        "delivery.send_trials": 5.0,
        "subscribers.read_imports": 2.0,
        "subscribers.forget_old_signups": 3600.0,
        "subscribers.keep_withdrawals": 300.0,
        "api.forget_old_answers": 3600.0,
        "staff.send_password_mails": 5.0,
        "staff.check_people": 60.0,
    }.items()
}


class OperationsSettings(AreaSettings):
    """Broker, logs and metrics."""

    BROKER_URL: str = ""
    """RabbitMQ (amqp://…) for hints to workers; empty: they go through Redis."""
    LOG_LEVEL: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = Field(
        "INFO", exclude=True
    )
    """DEBUG, INFO, WARNING, ERROR or CRITICAL."""
    LOG_FORMAT: Literal["line", "json"] = Field("line", exclude=True)
    """line, or json: one object a line, with request, task and delivery."""
    METRICS_TOKEN: Token = ""
    """Bearer token of /metrics; empty: nobody may read it. Make one: openssl rand -hex 32"""

    BACKUP_AGE_RECIPIENTS: WordList = written("")
    """Public keys of age (age1…), separated by commas: whoever holds the secret key of one of them
    can open the backups that `candor backup` writes. Empty: they are not encrypted.
    Keep the secret keys elsewhere than the backups: age-keygen -o backup.key"""

    @field_validator("BACKUP_AGE_RECIPIENTS")
    @classmethod
    def _recipients_are_keys(cls, recipients: list[str]) -> list[str]:
        for one in recipients:
            read_recipient(one)
        return recipients

    @field_validator("BROKER_URL")
    @classmethod
    def _broker_is_known(cls, url: str) -> str:
        if url and not url.startswith(BROKERS):
            raise ValueError("must start with redis://, rediss://, amqp:// or amqps://")
        return url

    @property
    def on_rabbitmq(self) -> bool:
        """Whether hints go through RabbitMQ."""
        return self.BROKER_URL.startswith("amqp")
