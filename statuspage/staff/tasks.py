"""Tasks about staff."""

from celery import shared_task

from statuspage.staff import password_mails, provider_checks


@shared_task(name="staff.send_password_mails")
def send_password_mails() -> int:
    """Send the mails with a link to a new password."""
    return password_mails.send_waiting()


@shared_task(name="staff.check_people")
def check_people() -> int:
    """Ask the single sign-on provider about those whose confirmation is due."""
    return provider_checks.check_people()
