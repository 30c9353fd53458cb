"""Tell staff of alarms and of what waits for them, through the media that subscribers use."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal
from uuid import UUID, uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from notifications.channels import medium as find_medium
from notifications.channels.addresses import normalise
from notifications.channels.base import Content
from notifications.channels.media import Medium
from notifications.channels.outcomes import Accepted, NotSent
from notifications.delivery.alarm_texts import alarm_content, over_content
from notifications.delivery.alarms import OF_A_MONTH, alarms_forget, settled_since
from notifications.delivery.models import Alarm
from notifications.delivery.singles import Single, singles_send
from notifications.media import EMAIL, ROBOT
from statuspage.lib.database_clock import database_now

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Word:
    """One message to staff: that an alarm is open, or that it is over."""

    alarm: int
    said: Literal["told_at", "over_told_at"]
    content: Content


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
    """Return what staff are to be told now, to one caller only: it counts as told from here on.

    What is over must have stayed so for ALARM_SETTLED_SECONDS. Nothing is claimed while the
    settings name nobody.
    """
    alarms_forget(Q(kind__in=OF_A_MONTH, subject__lt=f"{timezone.localdate(database_now()):%Y-%m}"))
    if not recipients():
        return []
    with transaction.atomic():
        rows = Alarm.objects.select_for_update(skip_locked=True).order_by("pk")
        new = list(rows.filter(told_at=None, over_at=None))
        settled = rows.filter(over_at__lte=settled_since())
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


def recipients() -> list[tuple[Medium, str]]:
    """Return the recipients in the settings whose media are set up; addresses in clear."""
    robots = (_robot(name, typed) for name, typed in _robots_typed())
    named = [(ROBOT, one) for one in robots if one]
    named += [(EMAIL, address) for address in settings.ALARM_EMAILS]
    return [
        (find_medium(name), address) for name, address in named if find_medium(name).configured()
    ]


def robots_unknown() -> list[str]:
    """Return where the settings name a robot of staff's that is none, as an operator finds it."""
    return [name for name, typed in _robots_typed() if not _robot(name, typed)]


def _robots_typed() -> list[tuple[str, str]]:
    alone = [("ALARM_WECOM_KEY", settings.ALARM_WECOM_KEY)] if settings.ALARM_WECOM_KEY else []
    more = enumerate(settings.ALARM_ROBOTS, start=1)
    return alone + [(f"ALARM_ROBOTS: address {place}", one) for place, one in more]


@lru_cache(maxsize=64)
def _robot(name: str, typed: str) -> str:
    """Return a robot's address in clear; empty, and logged by where it stands, if it is none."""
    robots = find_medium(ROBOT)
    try:
        return normalise(robots.kind_of(typed), typed)
    except ValidationError:
        logger.error("%s is not the address of a group robot", name)  # noqa: TRY400
        return ""


def send_to_staff(
    name: str,
    to: Iterable[tuple[Medium, str]],
    content: Content,
    attempt: UUID | None = None,
) -> bool:
    """Send a message to staff, and log failures under its name.

    Whoever sends it again gives the same `attempt`: receivers that can, recognise a repetition.
    Returns False when it certainly reached nobody, so that it is safe to send it again.
    """
    outcomes = []
    for medium, address in to:
        single = Single(address, lambda _provider: content, attempt_id=attempt or uuid4())
        outcome = singles_send(medium.name, [single])[single.attempt_id]
        outcomes.append(outcome)
        if not isinstance(outcome, Accepted):
            logger.error("%s: staff were not told: %s", name, outcome.reason)
    return not all(isinstance(one, NotSent) for one in outcomes)
