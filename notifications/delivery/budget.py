"""Estimate the cost of SMS, and reserve it in the month's budget before they are sent."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from notifications.channels.base import Message
from notifications.delivery.alarms import alarm_over, alarm_raise
from notifications.delivery.models import Alarm, Spending
from notifications.media import SMS, VOICE
from statuspage.lib.database_clock import database_now

NEAR: Final = Decimal("0.8")
LONGEST_CODE: Final = 3


def price_of(number: str, billed_as: str = SMS) -> Decimal:
    """Return the price of one segment, or of one call, to a number or calling code after a +."""
    prices = settings.VOICE_PRICES if billed_as == VOICE else settings.SMS_PRICES
    codes = (number[1 : 1 + length] for length in range(LONGEST_CODE, 0, -1))
    return next((prices[code] for code in codes if code in prices), prices["*"])


def reserve(batch: Sequence[Message]) -> tuple[list[Message], list[Message]]:
    """Divide SMS into those that the month's cap still allows, which are booked, and the rest."""
    cap = settings.SMS_MONTHLY_CAP
    with transaction.atomic():
        Spending.objects.bulk_create([Spending(month=this_month())], ignore_conflicts=True)
        month = Spending.objects.select_for_update().get(pk=this_month())
        left = Decimal("Infinity") if cap is None else cap - month.spent
        allowed, stopped = _within(left, batch)
        month.spent += _cost(allowed)
        month.segments += _segments(allowed)
        month.stopped += len(stopped)
        month.save()
        _watch(month, stopped)
    return allowed, stopped


def give_back(unsent: Sequence[Message]) -> None:
    """Subtract messages that were not sent, and so not billed, from the month's spending."""
    if unsent:
        Spending.objects.filter(pk=this_month()).update(
            spent=F("spent") - _cost(unsent), segments=F("segments") - _segments(unsent)
        )


def spending() -> Spending:
    """Return this month's spending, unsaved where nothing was sent yet."""
    return Spending.objects.filter(pk=this_month()).first() or Spending(month=this_month())


def this_month() -> date:
    """Return the first day of the current month in Asia/Shanghai."""
    return timezone.localdate(database_now()).replace(day=1)


def _watch(month: Spending, stopped: Sequence[Message]) -> None:
    """Raise an alarm near the cap and at it, and end them once the cap is raised."""
    cap, subject = settings.SMS_MONTHLY_CAP, f"{month.month:%Y-%m}"
    near = cap is not None and month.spent >= cap * NEAR
    (alarm_raise if near else alarm_over)(Alarm.Kind.BUDGET_NEAR, subject)
    if stopped or not near:
        (alarm_raise if stopped else alarm_over)(Alarm.Kind.BUDGET_SPENT, subject)


def _within(left: Decimal, batch: Sequence[Message]) -> tuple[list[Message], list[Message]]:
    if _cost(batch) <= left:
        return [*batch], []
    allowed: list[Message] = []
    stopped: list[Message] = []
    for message in batch:
        cost = _cost([message])
        fits = cost <= left
        left -= cost if fits else 0
        (allowed if fits else stopped).append(message)
    return allowed, stopped


def _cost(messages: Iterable[Message]) -> Decimal:
    """Return what they cost together: few differ in what a price depends on."""
    alike = Counter(
        (one.address[: 1 + LONGEST_CODE], one.content.billed_as, one.content.segments)
        for one in messages
    )
    costs = (
        price_of(code, billed_as) * segments * count
        for (code, billed_as, segments), count in alike.items()
    )
    return sum(costs, Decimal(0))


def _segments(messages: Iterable[Message]) -> int:
    return sum(message.content.segments for message in messages)
