"""Reminding: each level of the chain once, of each promise, until it is kept."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.utils import timezone

from notifications.channels import channel as find_channel
from notifications.channels.base import Channel
from notifications.channels.outcomes import Accepted, NotSent
from notifications.delivery.telling import recipients as alarm_recipients
from notifications.delivery.telling import send_to_staff
from notifications.escalation.chain import STAFF, Level, begun
from notifications.escalation.models import Reminder
from notifications.escalation.promises import Kind, Promise, open_promises
from notifications.escalation.words import content

# What is kept of reminders, to say them once.
KEPT: Final = timedelta(days=90)
# The setting of those that have a chain of their own.
CHAINS: Final[Mapping[Kind, str]] = {
    Kind.POSTMORTEM: "POSTMORTEM_ESCALATION",
    Kind.REGULATOR: "REGULATOR_ESCALATION",
    Kind.DISCLOSURE: "DISCLOSURE_ESCALATION",
}

logger = logging.getLogger(__name__)


def promises_remind(now: datetime | None = None) -> int:
    """Remind of every promise whose next level has come; returns of how many."""
    moment = now or timezone.now()
    told = [one for one in open_promises(moment) if _remind(one, moment)]
    return len(told)


def reminders_forget(now: datetime | None = None) -> None:
    """Forget what was said of promises long past."""
    Reminder.objects.filter(told_at__lt=(now or timezone.now()) - KEPT).delete()


def chain_of(kind: Kind) -> Sequence[Level]:
    """Who is reminded of such a promise."""
    chain: Sequence[Level] = getattr(settings, CHAINS.get(kind, "PROMISE_ESCALATION"))
    return chain


def _remind(promise: Promise, now: datetime) -> bool:
    """One message to each, however many levels have come at once since the last look."""
    levels = _claim(promise, begun(chain_of(promise.kind), promise.by, now), now)
    if not levels:
        return False
    outcomes = [
        send_to_staff(channel, address, content(promise, now))
        for channel, address in _addresses(levels)
    ]
    for outcome in outcomes:
        if not isinstance(outcome, Accepted):
            logger.error("%s: staff were not reminded: %s", promise.key, outcome.reason)
    if all(isinstance(one, NotSent) for one in outcomes):
        # It certainly reached nobody: the next round tries again.
        Reminder.objects.filter(
            promise=promise.key, minutes__in=[one.minutes for one in levels]
        ).delete()
        return False
    return True


def _claim(promise: Promise, levels: Iterable[Level], now: datetime) -> list[Level]:
    """Those that nobody has told yet: no two workers tell one level."""
    claimed = []
    for level in levels:
        _row, new = Reminder.objects.get_or_create(
            promise=promise.key, minutes=level.minutes, defaults={"told_at": now}
        )
        if new:
            claimed.append(level)
    return claimed


def _addresses(levels: Iterable[Level]) -> list[tuple[Channel, str]]:
    """Each once, as far as their channels are set up."""
    found: dict[tuple[Channel, str], None] = {}
    mail = find_channel("email")
    for name in (one for level in levels for one in level.recipients):
        if name == STAFF:
            found |= dict.fromkeys(alarm_recipients())
        elif mail.configured():
            found[mail, name] = None
    return list(found)
