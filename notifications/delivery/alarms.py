"""Raise and end alarms, and notify staff of them through the channels that subscribers use."""

import logging
from collections.abc import Callable, Iterable
from functools import partial
from typing import Final
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, override

from notifications.channels import channel as find_channel
from notifications.channels import channels
from notifications.channels.base import NO_DELIVERY, Channel, Content, Message
from notifications.channels.outcomes import Accepted, NotSent
from notifications.delivery import loop
from notifications.delivery.models import Alarm
from notifications.hints import hint
from statuspage.lib.database_clock import database_now
from statuspage.lib.punctuation import in_parentheses
from statuspage.statements.texts import LANGUAGES, in_language

OF_A_MONTH: Final = (Alarm.Kind.BUDGET_NEAR, Alarm.Kind.BUDGET_SPENT)

logger = logging.getLogger(__name__)


def alarm_raise(kind: Alarm.Kind, subject: str) -> None:
    """Raise an alarm unless it is open already; a worker then notifies staff."""
    _alarm, new = Alarm.objects.get_or_create(kind=kind, subject=subject, over_at=None)
    if new:
        logger.error("alarm: %s (%s)", kind, subject)
        transaction.on_commit(partial(hint, "delivery.tell_alarms"))


def alarm_over(kind: Alarm.Kind, subject: str) -> None:
    """End an alarm if it is open."""
    ended = Alarm.objects.filter(kind=kind, subject=subject, over_at=None).update(over_at=Now())
    if ended:
        logger.warning("alarm over: %s (%s)", kind, subject)


def alarms_tell() -> int:
    """Notify staff of every open alarm that is new to them; return how many those were."""
    month = f"{timezone.localdate(database_now()):%Y-%m}"
    Alarm.objects.filter(kind__in=OF_A_MONTH, subject__lt=month, over_at=None).update(over_at=Now())
    to = recipients()
    alarms = _claim() if to else []
    for alarm in alarms:
        if not send_to_staff(f"alarm {alarm.pk}", to, _content(alarm)):
            Alarm.objects.filter(pk=alarm.pk).update(told_at=None)
    return len(alarms)


def recipients() -> list[tuple[Channel, str]]:
    """Return the recipients in the settings whose channels are set up; addresses in clear."""
    named = [("wecom", settings.ALARM_WECOM_KEY)] if settings.ALARM_WECOM_KEY else []
    named += [("email", address) for address in settings.ALARM_EMAILS]
    return [
        (find_channel(name), address) for name, address in named if find_channel(name).configured()
    ]


def headline(alarm: Alarm) -> str:
    """Return the kind, and the month or the provider's label, in the active language."""
    labels = {one.name: one.label for one in channels()}
    return f"{alarm.get_kind_display()}{in_parentheses(labels.get(alarm.subject, alarm.subject))}"


def _content(alarm: Alarm) -> Content:
    template = gettext_lazy("[%(operator)s] Alarm: %(what)s")
    return staff_content(template, lambda _language: headline(alarm), "/console/")


def _claim() -> list[Alarm]:
    """Mark alarms as sent before anything is sent, so that no two workers send the same one."""
    with transaction.atomic():
        untold = Alarm.objects.select_for_update(skip_locked=True).filter(
            told_at=None, over_at=None
        )
        alarms = list(untold.order_by("pk"))
        Alarm.objects.filter(pk__in=[one.pk for one in alarms]).update(told_at=Now())
    return alarms


def send_to_staff(name: str, to: Iterable[tuple[Channel, str]], content: Content) -> bool:
    """Send a message to staff, and log failures under its name.

    Returns False when it certainly reached nobody, so that it is safe to send it again.
    """
    outcomes = []
    for channel, address in to:
        message = Message(NO_DELIVERY, uuid4(), address, content)
        [(_message, outcome)] = loop.stream(channel.send([message]))
        outcomes.append(outcome)
        if not isinstance(outcome, Accepted):
            logger.error("%s: staff were not told: %s", name, outcome.reason)
    return not all(isinstance(one, NotSent) for one in outcomes)


def staff_content(template: str | Promise, what: Callable[[str], str], path: str) -> Content:
    """Compose a message in both languages, of which staff read one, with a link to the console."""
    lines = []
    for language in LANGUAGES:
        with override(language):
            operator = in_language(settings.OPERATOR_NAME, language)
            lines.append(str(template) % {"operator": operator, "what": what(language)})
    return Content(text="\n".join([*lines, settings.SITE_URL + path]), subject=lines[0])
