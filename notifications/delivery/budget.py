"""What SMS cost: estimated before publishing, reserved before sending, and never over the cap."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from notifications.channels.base import Message
from notifications.delivery.alarms import alarm_over, alarm_raise
from notifications.delivery.models import Alarm, Spending

NEAR: Final = Decimal("0.8")
LONGEST_CODE: Final = 3
BOOKS_IN: Final = ZoneInfo("Asia/Shanghai")


def price_of(number: str) -> Decimal:
    """The price of one segment to a number, or a country calling code, that begins with +."""
    prices = settings.SMS_PRICES
    for length in range(LONGEST_CODE, 0, -1):
        if number[1 : 1 + length] in prices:
            return prices[number[1 : 1 + length]]
    return prices["*"]


def reserve(batch: Sequence[Message]) -> tuple[list[Message], list[Message]]:
    """Part a batch of SMS into what the month's cap still allows, which is booked, and the rest."""
    with transaction.atomic():
        books = _books()
        allowed, stopped = _within(batch, _left(books))
        books.spent += _cost(allowed)
        books.segments += _segments(allowed)
        books.stopped += len(stopped)
        books.save()
        _watch(books, stopped)
    return allowed, stopped


def give_back(unsent: Sequence[Message]) -> None:
    """Take messages that turned out not to be sent, and so not billed, off the books."""
    if unsent:
        Spending.objects.filter(pk=this_month()).update(
            spent=F("spent") - _cost(unsent), segments=F("segments") - _segments(unsent)
        )


def spending() -> Spending:
    """This month's books, without a row where nothing was sent yet."""
    return Spending.objects.filter(pk=this_month()).first() or Spending(month=this_month())


def this_month() -> date:
    """The first day of the month, as the operator's accountant reckons."""
    return timezone.now().astimezone(BOOKS_IN).date().replace(day=1)


def _books() -> Spending:
    Spending.objects.bulk_create([Spending(month=this_month())], ignore_conflicts=True)
    return Spending.objects.select_for_update().get(pk=this_month())


def _left(books: Spending) -> Decimal | None:
    cap = settings.SMS_MONTHLY_CAP
    return None if cap is None else cap - books.spent


def _within(batch: Sequence[Message], left: Decimal | None) -> tuple[list[Message], list[Message]]:
    if left is None or _cost(batch) <= left:
        return [*batch], []
    allowed: list[Message] = []
    stopped: list[Message] = []
    for message in batch:
        cost = _cost([message])
        fits = cost <= left
        left -= cost if fits else 0
        (allowed if fits else stopped).append(message)
    return allowed, stopped


def _watch(books: Spending, stopped: Sequence[Message]) -> None:
    """The cap stops nothing silently, does not come as a surprise, and is over once raised."""
    cap, month = settings.SMS_MONTHLY_CAP, f"{books.month:%Y-%m}"
    near = cap is not None and books.spent >= cap * NEAR
    _set_alarm(Alarm.Kind.BUDGET_NEAR, month, near)
    if stopped or not near:
        _set_alarm(Alarm.Kind.BUDGET_SPENT, month, bool(stopped))


def _set_alarm(kind: Alarm.Kind, month: str, rings: bool) -> None:
    (alarm_raise if rings else alarm_over)(kind, month)


def _cost(messages: Iterable[Message]) -> Decimal:
    return sum(
        (message.content.segments * price_of(message.address) for message in messages), Decimal(0)
    )


def _segments(messages: Iterable[Message]) -> int:
    return sum(message.content.segments for message in messages)
