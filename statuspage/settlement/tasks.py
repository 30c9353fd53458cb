"""What beat has workers do for settlement."""

from celery import shared_task

from statuspage.settlement.affected.retention import transactions_forget
from statuspage.settlement.affected.services import uploads_read


@shared_task(name="settlement.read_uploads")
def read_uploads_task() -> None:
    """Read on in uploaded files."""
    uploads_read()


@shared_task(name="settlement.forget_transactions")
def forget_transactions_task() -> None:
    """Forget what nobody asks about any more."""
    transactions_forget()
