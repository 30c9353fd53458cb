"""Looking at what is promised, every few seconds."""

from celery import shared_task

from notifications.escalation.services import promises_remind, reminders_forget


@shared_task(name="escalation.remind")
def remind_task() -> None:
    """Remind staff of what is due or late."""
    promises_remind()


@shared_task(name="escalation.forget")
def forget_task() -> None:
    """Forget old reminders."""
    reminders_forget()
