"""Telling staff of alarms, by the channels that merchants are told by."""

import logging
from typing import Final
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from notifications.channels import channel as find_channel
from notifications.channels.base import Channel, Content, Message
from notifications.channels.outcomes import Accepted, NotSent, Outcome
from notifications.delivery import loop
from notifications.delivery.budget import this_month
from notifications.delivery.models import Alarm
from statuspage.statements.texts import LANGUAGES, in_language

OF_A_MONTH: Final = (Alarm.Kind.BUDGET_NEAR, Alarm.Kind.BUDGET_SPENT)
# Receipts name their delivery; an alarm is none, and no delivery has this id.
NO_DELIVERY: Final = 0

logger = logging.getLogger(__name__)


def alarms_tell() -> int:
    """Tell staff of every open alarm that they were not told of; returns how many those were."""
    _end_with_the_month()
    alarms = _claim() if recipients() else []
    for alarm in alarms:
        _tell(alarm)
    return len(alarms)


def recipients() -> list[tuple[Channel, str]]:
    """Whom the settings name, as far as their channels are set up; addresses in clear."""
    named = [("wecom", settings.ALARM_WECOM_KEY)] if settings.ALARM_WECOM_KEY else []
    named += [("email", address) for address in settings.ALARM_EMAILS]
    return [
        (find_channel(name), address) for name, address in named if find_channel(name).configured()
    ]


def headline(alarm: Alarm) -> str:
    """What is the matter and with what, in the language that is active."""
    return f"{alarm.get_kind_display()} ({_subject(alarm)})"


def _subject(alarm: Alarm) -> str:
    """A month, or the name that staff know a provider by."""
    try:
        return str(find_channel(alarm.subject).label)
    except KeyError:
        return alarm.subject


def _end_with_the_month() -> None:
    Alarm.objects.filter(
        kind__in=OF_A_MONTH, subject__lt=f"{this_month():%Y-%m}", over_at=None
    ).update(over_at=timezone.now())


def _claim() -> list[Alarm]:
    """Mark them as told before the first byte leaves: no two workers tell of one alarm."""
    with transaction.atomic():
        untold = Alarm.objects.select_for_update(skip_locked=True).filter(
            told_at=None, over_at=None
        )
        alarms = list(untold.order_by("pk"))
        Alarm.objects.filter(pk__in=[one.pk for one in alarms]).update(told_at=timezone.now())
    return alarms


def _tell(alarm: Alarm) -> None:
    """One that certainly reached nobody is put back for the next round."""
    content = _content(alarm)
    outcomes = [send_to_staff(channel, address, content) for channel, address in recipients()]
    for outcome in outcomes:
        if not isinstance(outcome, Accepted):
            logger.error("alarm %d: staff were not told: %s", alarm.pk, outcome.reason)
    if all(isinstance(one, NotSent) for one in outcomes):
        Alarm.objects.filter(pk=alarm.pk).update(told_at=None)


def send_to_staff(channel: Channel, address: str, content: Content) -> Outcome:
    """Send one message to one of staff's own addresses, and wait for what becomes of it."""
    message = Message(NO_DELIVERY, uuid4(), address, content)
    [(_message, outcome)] = loop.stream(channel.send([message]))
    return outcome


def _content(alarm: Alarm) -> Content:
    """In both languages: whoever is on duty reads one of them."""
    subjects = []
    for language in LANGUAGES:
        with override(language):
            subjects.append(
                _("[%(operator)s] Alarm: %(what)s")
                % {
                    "operator": in_language(settings.OPERATOR_NAME, language),
                    "what": headline(alarm),
                }
            )
    lines = [*subjects, f"{settings.SITE_URL}/console/"]
    return Content(text="\n".join(lines), subject=subjects[0])
