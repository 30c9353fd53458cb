"""Celery tasks of subscribers; each may be lost, doubled or late."""

from celery import shared_task

from notifications.subscribers.services.codes import codes_send
from notifications.subscribers.services.importing import IMPORTS
from notifications.subscribers.services.signups import signups_forget
from notifications.subscribers.services.withdrawals import withdrawals_keep

shared_task(name="subscribers.send_code")(codes_send)
shared_task(name="subscribers.send_unsent_codes")(codes_send)
shared_task(name="subscribers.forget_old_signups")(signups_forget)
shared_task(name="subscribers.keep_withdrawals")(withdrawals_keep)


@shared_task(name="subscribers.read_imports")
def read_imports_task() -> None:
    """Read on in uploaded files."""
    IMPORTS.read_all()
