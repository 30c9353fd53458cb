"""Raise and end alarms, and notify staff of them through the channels that subscribers use."""

import logging
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final, Literal
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Now
from django.utils import timezone

from notifications.channels import channel as find_channel
from notifications.channels.base import NO_DELIVERY, Channel, Content, Message
from notifications.channels.outcomes import Accepted, NotSent
from notifications.delivery import loop
from notifications.delivery.alarm_texts import alarm_content, over_content
from notifications.delivery.models import Alarm
from notifications.hints import hint
from statuspage.lib.database_clock import database_now

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


@dataclass(frozen=True)
class Word:
    """One message to staff: that an alarm is open, or that it is over."""

    alarm: int
    said: Literal["told_at", "over_told_at"]
    content: Content


def alarm_raise(kind: Alarm.Kind, subject: str = "", figures: str = "") -> None:
    """Raise an alarm unless it is open already; staff are then notified.

    `figures` are how many of how many ("20/68"); an open alarm takes over new ones.
    """
    if _open(Trouble(kind, subject), figures):
        transaction.on_commit(partial(hint, "delivery.tell_alarms"))


def alarm_over(kind: Alarm.Kind, subject: str = "") -> None:
    """End an alarm if it is open."""
    _end(Q(kind=kind, subject=subject))


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


def alarms_tell() -> int:
    """Notify staff of alarms that are new to them, and of those that are over.

    Returns how many of them are open.
    """
    words = alarms_claim()
    for word in words:
        if not word_send(word):
            word_release(word)
    return sum(word.said == "told_at" for word in words)


def alarms_claim() -> list[Word]:
    """Return what staff are to be told now, once to whoever asks: it counts as told before it is.

    What is over must have stayed so for ALARM_SETTLED_SECONDS. Nothing is claimed while the
    settings name nobody.
    """
    alarms_forget(Q(kind__in=OF_A_MONTH, subject__lt=f"{timezone.localdate(database_now()):%Y-%m}"))
    if not recipients():
        return []
    with transaction.atomic():
        rows = Alarm.objects.select_for_update(skip_locked=True).order_by("pk")
        new = list(rows.filter(told_at=None, over_at=None))
        settled = rows.filter(over_at__lte=_settled())
        over = list(settled.filter(told_at__isnull=False, over_told_at=None))
        Alarm.objects.filter(pk__in=[one.pk for one in new]).update(told_at=Now())
        Alarm.objects.filter(pk__in=[one.pk for one in over]).update(over_told_at=Now())
    return [
        *(Word(one.pk, "over_told_at", over_content(one)) for one in over),
        *(Word(one.pk, "told_at", alarm_content(one)) for one in new),
    ]


def word_send(word: Word) -> bool:
    """Send a claimed message; False when it certainly reached nobody."""
    return send_to_staff(f"alarm {word.alarm}", recipients(), word.content)


def word_release(word: Word) -> None:
    """Have a message that reached nobody claimed again."""
    Alarm.objects.filter(pk=word.alarm).update(**{word.said: None})


def recipients() -> list[tuple[Channel, str]]:
    """Return the recipients in the settings whose channels are set up; addresses in clear."""
    named = [("wecom", settings.ALARM_WECOM_KEY)] if settings.ALARM_WECOM_KEY else []
    named += [("email", address) for address in settings.ALARM_EMAILS]
    return [
        (find_channel(name), address) for name, address in named if find_channel(name).configured()
    ]


def send_to_staff(
    name: str,
    to: Iterable[tuple[Channel, str]],
    content: Content,
    attempt: UUID | None = None,
) -> bool:
    """Send a message to staff, and log failures under its name.

    Whoever sends it again gives the same `attempt`: receivers that can, recognise a repetition.
    Returns False when it certainly reached nobody, so that it is safe to send it again.
    """
    outcomes = []
    for channel, address in to:
        message = Message(NO_DELIVERY, attempt or uuid4(), address, content)
        [(_message, outcome)] = loop.stream(channel.send([message]))
        outcomes.append(outcome)
        if not isinstance(outcome, Accepted):
            logger.error("%s: staff were not told: %s", name, outcome.reason)
    return not all(isinstance(one, NotSent) for one in outcomes)


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
    unsettled = same.filter(pk=last.pk, over_told_at=None, over_at__gt=_settled())
    if unsettled.update(over_at=None, seen_at=None):
        logger.warning("alarm again: %s (%s)", trouble.kind, trouble.subject)


def _settled() -> CombinedExpression:
    """When an alarm must have been over for staff to be told so now, by the database's clock."""
    return Now() - timedelta(seconds=settings.ALARM_SETTLED_SECONDS)


def _end(which: Q) -> None:
    for alarm in Alarm.objects.filter(which, over_at=None):
        ended = Alarm.objects.filter(pk=alarm.pk, over_at=None).update(over_at=Now())
        if ended:
            logger.warning("alarm over: %s (%s)", alarm.kind, alarm.subject)
