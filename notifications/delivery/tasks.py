"""Celery tasks of delivery; each may be lost, late or repeated without harm."""

import time

from celery import shared_task

from notifications.delivery.broadcasts import count_told, expand
from notifications.delivery.holds import holds_work
from notifications.delivery.partitions import deliveries_fold, partitions_make
from notifications.delivery.receipts import BATCH, receipts_apply
from notifications.delivery.report import report_publish
from notifications.delivery.resending import TASK as RESENDING
from notifications.delivery.resending import resendings_work
from notifications.delivery.resolve import LOOKS_AT_ONCE, resolve_unknown, sweep
from notifications.delivery.returned_mail import returned_mail_read
from notifications.delivery.routing import SEND
from notifications.delivery.send import SLICE_SECONDS, send_due
from notifications.delivery.shares import templates_approved
from notifications.delivery.staff_words import alarms_tell
from notifications.delivery.taken import forget_spent
from notifications.delivery.template_faults import TASK as WORK_ON_TEMPLATES
from notifications.delivery.template_work import templates_work
from notifications.delivery.trials import trials_send
from notifications.delivery.unconfirmed import receipts_ask
from notifications.hints import hint, wake_send

shared_task(name="delivery.send_trials")(trials_send)
shared_task(name="delivery.expand")(expand)
shared_task(name="delivery.fold")(deliveries_fold)
shared_task(name="delivery.make_partitions")(partitions_make)
shared_task(name="delivery.count_told")(count_told)
shared_task(name="delivery.ask_receipts")(receipts_ask)
shared_task(name="delivery.report")(report_publish)
shared_task(name="delivery.read_returned_mail")(returned_mail_read)
shared_task(name="delivery.forget_spent")(forget_spent)
shared_task(name="delivery.sweep")(sweep)
shared_task(name=WORK_ON_TEMPLATES)(templates_work)
shared_task(name="delivery.templates_approved")(templates_approved)
shared_task(name="delivery.work_on_holds")(holds_work)
shared_task(name=RESENDING)(resendings_work)
shared_task(name="delivery.tell_alarms")(alarms_tell)


@shared_task(name=SEND)
def send_task(channel: str) -> None:
    """Send for one slice of time, then queue up behind other waiting tasks."""
    if send_due(channel):
        wake_send(channel)


@shared_task(name="delivery.apply_receipts")
def apply_receipts_task() -> None:
    """Apply stored receipts for one slice of time; the next hint finds what is left."""
    until = time.monotonic() + SLICE_SECONDS
    while receipts_apply() == BATCH and time.monotonic() < until:
        pass


@shared_task(name="delivery.resolve_unknown")
def resolve_unknown_task() -> None:
    """Look up messages with an unknown outcome, and go on while there are more.

    First what receipts have told already: no decision may go against them.
    """
    apply_receipts_task()
    if resolve_unknown() == LOOKS_AT_ONCE:
        hint("delivery.resolve_unknown")
