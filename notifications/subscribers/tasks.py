"""What workers do for subscribers; each may be lost, doubled or late."""

from celery import shared_task

from notifications.subscribers.services.sending import code_send, codes_send_unsent
from notifications.subscribers.services.signups import signups_forget
from notifications.subscribers.services.uploads import imports_read


@shared_task(name="subscribers.send_code")
def send_code(signup_id: int) -> None:
    """Send the code of one sign-up, unless another worker has."""
    code_send(signup_id)


@shared_task(name="subscribers.send_unsent_codes")
def send_unsent_codes() -> None:
    """Send the codes whose task was lost."""
    codes_send_unsent()


@shared_task(name="subscribers.read_imports")
def read_imports() -> None:
    """Read on in uploaded files of subscribers."""
    imports_read()


@shared_task(name="subscribers.forget_old_signups")
def forget_old_signups() -> None:
    """Delete sign-ups older than a day."""
    signups_forget()
