"""Celery tasks of the inbox; each may be lost, doubled or late."""

from celery import shared_task

from notifications.inbox.services import answers_send, texts_forget

shared_task(name="inbox.answer")(answers_send)
shared_task(name="inbox.forget")(texts_forget)
