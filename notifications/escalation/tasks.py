"""Celery tasks of reminders, run every few seconds and once a day."""

from celery import shared_task

from notifications.escalation.services import promises_remind, reminders_forget

shared_task(name="escalation.remind")(promises_remind)
shared_task(name="escalation.forget")(reminders_forget)
