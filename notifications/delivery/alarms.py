"""Alarms: what staff must know, said once when it begins and kept in view until it is over."""

import logging
from functools import partial

from django.db import transaction
from django.utils import timezone

from notifications.delivery.models import Alarm
from notifications.hints import hint

logger = logging.getLogger(__name__)


def alarm_raise(kind: Alarm.Kind, subject: str) -> None:
    """Raise an alarm unless it is raised already; a worker then tells staff."""
    _alarm, new = Alarm.objects.get_or_create(kind=kind, subject=subject, over_at=None)
    if new:
        logger.error("alarm: %s (%s)", kind, subject)
        transaction.on_commit(partial(hint, "delivery.tell_alarms"))


def alarm_over(kind: Alarm.Kind, subject: str) -> None:
    """End an alarm, where there is one."""
    ended = Alarm.objects.filter(kind=kind, subject=subject, over_at=None).update(
        over_at=timezone.now()
    )
    if ended:
        logger.warning("alarm over: %s (%s)", kind, subject)
