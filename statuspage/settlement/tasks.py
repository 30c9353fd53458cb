"""Periodic Celery tasks of settlement."""

from celery import shared_task

from statuspage.settlement.affected.services import UPLOADS, transactions_forget


@shared_task(name="settlement.read_uploads")
def read_uploads_task() -> None:
    """Read on in uploaded files."""
    UPLOADS.read_all()


@shared_task(name="settlement.forget_transactions")
def forget_transactions_task() -> None:
    """Delete transactions that have not changed for long."""
    transactions_forget()
