"""Raise and end alarms; staff_words.py tells staff of them."""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Now

from notifications.delivery.models import Alarm
from notifications.hints import hint

OF_A_MONTH: Final = (Alarm.Kind.BUDGET_NEAR, Alarm.Kind.BUDGET_SPENT)
# A watch looks every few seconds; what none has seen for so long is over.
OVER_AFTER: Final = timedelta(seconds=15)

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Trouble:
    """Something that a watch sees to be wrong, for how many seconds already."""

    kind: Alarm.Kind
    subject: str = ""
    seconds: float = 0


def alarm_raise(kind: Alarm.Kind, subject: str = "", figures: str = "") -> None:
    """Raise an alarm unless it is open already; staff are then notified.

    `figures` are how many of how many ("20/68"); an open alarm takes over new ones.
    """
    if _open(Trouble(kind, subject), figures):
        transaction.on_commit(partial(hint, "delivery.tell_alarms"))


def alarm_over(kind: Alarm.Kind, subject: str = "") -> None:
    """End an alarm if it is open."""
    _end(Q(kind=kind, subject=subject))


def alarms_over(kind: Alarm.Kind, subjects: Collection[str]) -> int:
    """End the alarms of a kind about these that are open; return how many."""
    return _end(Q(kind=kind, subject__in=subjects))


def alarms_see(troubles: Collection[Trouble], kinds: Collection[str]) -> None:
    """Raise alarms for what a watch sees now, and end those of these kinds that none sees any more.

    Several processes watch: what one of them sees keeps an alarm open for all.
    """
    for trouble in troubles:
        _open(trouble)
        Alarm.objects.filter(kind=trouble.kind, subject=trouble.subject, over_at=None).update(
            seen_at=Now()
        )
    _end(Q(kind__in=kinds, seen_at__lt=Now() - OVER_AFTER))


def alarms_forget(ended: Q) -> None:
    """End alarms whose time has passed; staff are not notified, because nothing got better."""
    Alarm.objects.filter(ended, over_at=None).update(over_at=Now(), over_told_at=Now())


def _open(trouble: Trouble, figures: str = "") -> bool:
    """Open an alarm that began so many seconds ago; False when it is open already, or again."""
    _reopen(trouble)
    alarm, new = Alarm.objects.get_or_create(
        kind=trouble.kind,
        subject=trouble.subject,
        over_at=None,
        defaults={"figures": figures, "raised_at": Now() - timedelta(seconds=trouble.seconds)},
    )
    if new:
        logger.error("alarm: %s (%s) %s", trouble.kind, trouble.subject, figures)
    elif alarm.figures != figures:
        Alarm.objects.filter(pk=alarm.pk).update(figures=figures)
    return new


def _reopen(trouble: Trouble) -> None:
    """Open an alarm again that was over for so short that staff were not told."""
    same = Alarm.objects.filter(kind=trouble.kind, subject=trouble.subject)
    last = same.order_by("-pk").first()
    if last is None or last.over_at is None:
        return
    unsettled = same.filter(pk=last.pk, over_told_at=None, over_at__gt=settled_since())
    if unsettled.update(over_at=None, seen_at=None):
        logger.warning("alarm again: %s (%s)", trouble.kind, trouble.subject)


def settled_since() -> CombinedExpression:
    """When an alarm must have been over for staff to be told so now, by the database's clock."""
    return Now() - timedelta(seconds=settings.ALARM_SETTLED_SECONDS)


def _end(which: Q) -> int:
    count = 0
    for alarm in Alarm.objects.filter(which, over_at=None):
        ended = Alarm.objects.filter(pk=alarm.pk, over_at=None).update(over_at=Now())
        count += ended
        if ended:
            logger.warning("alarm over: %s (%s)", alarm.kind, alarm.subject)
    return count
