"""What wakes the workers; each task may be lost, late or doubled without harm."""

import time

from celery import shared_task

from notifications.delivery.expand import expand
from notifications.delivery.receipts import BATCH, receipts_apply
from notifications.delivery.report import report_publish
from notifications.delivery.resolve import LOOKS_AT_ONCE, resolve_unknown
from notifications.delivery.retention import deliveries_fold
from notifications.delivery.send import SLICE_SECONDS, send_due
from notifications.delivery.sweep import sweep
from notifications.delivery.telling import alarms_tell
from notifications.delivery.told import count_told
from notifications.delivery.wake import wake_resolve, wake_send


@shared_task(name="delivery.expand")
def expand_task(statement_number: int) -> None:
    """Make a broadcast's deliveries."""
    expand(statement_number)


@shared_task(name="delivery.send")
def send_task(channel: str) -> None:
    """Send for one slice of time, then queue up behind whatever else is waiting."""
    if send_due(channel):
        wake_send(channel)


@shared_task(name="delivery.apply_receipts")
def apply_receipts_task() -> None:
    """Apply stored receipts for one slice of time; what is left is found by the next hint."""
    until = time.monotonic() + SLICE_SECONDS
    while receipts_apply() == BATCH and time.monotonic() < until:
        pass


@shared_task(name="delivery.resolve_unknown")
def resolve_unknown_task() -> None:
    """Look for messages that may or may not have gone out."""
    if resolve_unknown() == LOOKS_AT_ONCE:
        wake_resolve()


@shared_task(name="delivery.fold")
def fold_task() -> None:
    """Fold what is older than the set age into counts."""
    deliveries_fold()


@shared_task(name="delivery.tell_alarms")
def tell_alarms_task() -> None:
    """Tell staff of alarms."""
    alarms_tell()


@shared_task(name="delivery.count_told")
def count_told_task() -> None:
    """Count for the public page whom recent statements have reached."""
    count_told()


@shared_task(name="delivery.report")
def report_task() -> None:
    """Say in public how prompt the messages of last month were, once the month is over."""
    report_publish()


@shared_task(name="delivery.sweep")
def sweep_task() -> None:
    """Find unfinished work."""
    sweep()
