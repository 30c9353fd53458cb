"""Celery tasks of reminders, run every few seconds and once a day."""

from celery import shared_task

from notifications.escalation.services import promises_remind, reminders_forget
from notifications.escalation.waiting import told_forget, waiting_tell

shared_task(name="escalation.remind")(promises_remind)
shared_task(name="escalation.tell_waiting")(waiting_tell)


@shared_task(name="escalation.forget")
def forget() -> None:
    """Delete the records of old reminders, and of what nobody waits for any more."""
    reminders_forget()
    told_forget()
