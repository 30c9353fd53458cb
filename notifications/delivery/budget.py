"""Reserve the cost of SMS in the month's budget before they are sent, and release what was not.

What a try is booked with stands on its delivery, with the month, and is released in the transaction
that says that it was not accepted: the month's spending is what providers have accepted, or may
have, whenever a process is killed.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from notifications.channels.base import Message
from notifications.delivery.alarms import alarm_over, alarm_raise
from notifications.delivery.claim import Claimed, lock
from notifications.delivery.models import Alarm, Spending
from notifications.media import SMS, VOICE
from statuspage.lib.database_clock import database_now

NEAR: Final = Decimal("0.8")
LONGEST_CODE: Final = 3

# Only what is still ours to send: the try of another worker is booked by that worker. What an
# earlier try was booked with, and may have cost, stays spent.
BOOK: Final = """
    WITH booked AS (
        UPDATE delivery_delivery d
        SET cost = b.cost, booked_in = %s, segments = b.segments
        FROM unnest(%s::bigint[], %s::timestamptz[], %s::int[], %s::numeric[], %s::int[])
             AS b (id, published_at, fence, cost, segments)
        WHERE d.id = b.id AND d.published_at = b.published_at AND d.published_at = ANY(%s)
          AND d.fence = b.fence AND d.state = 'sending'
        RETURNING d.cost, d.segments
    )
    SELECT coalesce(sum(cost), 0), coalesce(sum(segments), 0) FROM booked
"""
# The months are locked in order: at the end of one, two workers may release something in both.
RELEASE: Final = """
    WITH booked AS (
        SELECT d.id, d.published_at, d.booked_in, d.cost, d.segments
        FROM delivery_delivery d
        JOIN unnest(%s::bigint[], %s::timestamptz[], %s::int[]) AS k (id, published_at, fence)
          ON d.id = k.id AND d.published_at = k.published_at AND d.fence = k.fence
        WHERE d.published_at = ANY(%s) AND d.booked_in IS NOT NULL
          AND d.state IN ('sending', 'pending', 'failed')
    ), released AS (
        UPDATE delivery_delivery d SET cost = 0, booked_in = NULL, segments = 0
        FROM booked WHERE d.id = booked.id AND d.published_at = booked.published_at
    ), sums AS (
        SELECT booked_in, sum(cost) AS cost, sum(segments) AS segments FROM booked GROUP BY 1
    ), months AS (
        SELECT month FROM delivery_spending WHERE month IN (SELECT booked_in FROM sums)
        ORDER BY month FOR UPDATE
    )
    UPDATE delivery_spending s
    SET spent = s.spent - sums.cost, segments = s.segments - sums.segments
    FROM sums JOIN months ON months.month = sums.booked_in
    WHERE s.month = sums.booked_in
"""


def price_of(number: str, billed_as: str = SMS) -> Decimal:
    """Return the price of one segment, or of one call, to a number or calling code after a +."""
    prices = settings.VOICE_PRICES if billed_as == VOICE else settings.SMS_PRICES
    codes = (number[1 : 1 + length] for length in range(LONGEST_CODE, 0, -1))
    return next((prices[code] for code in codes if code in prices), prices["*"])


def reserve(
    batch: Sequence[Message],
    rows: Mapping[int, Claimed] | None = None,
    month: date | None = None,
) -> tuple[list[Message], list[Message]]:
    """Divide SMS into those that the month's cap still allows, which are booked, and the rest.

    `rows` are their claimed deliveries by id, which keep what they are booked with. A message
    without one is given back by the caller, in the `month` that it names here.
    """
    cap, of = settings.SMS_MONTHLY_CAP, month or this_month()
    claimed = [(rows or {})[one.delivery_id] for one in batch] if rows else []
    with transaction.atomic():
        # Before the month: results and receipts lock in the same order.
        lock([(one.id, one.published_at) for one in claimed])
        Spending.objects.bulk_create([Spending(month=of)], ignore_conflicts=True)
        books = Spending.objects.select_for_update().get(pk=of)
        left = Decimal("Infinity") if cap is None else cap - books.spent
        allowed, stopped = _within(left, batch)
        cost, segments = _cost(allowed), _segments(allowed)
        if rows:
            cost, segments = _book(allowed, rows, of)
        books.spent += cost
        books.segments += segments
        books.stopped += len(stopped)
        books.save()
        _watch(books, stopped)
    return allowed, stopped


def release(tries: Sequence[tuple[int, datetime, int]]) -> None:
    """Give back what these tries were booked with, which were certainly not accepted.

    They are given by their delivery's id, published_at and fence. Call it in the transaction that
    says so, while they are locked.
    """
    if not tries:
        return
    ids, moments, fences = zip(*tries, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(RELEASE, [[*ids], [*moments], [*fences], [*set(moments)]])


def give_back(unsent: Sequence[Message], month: date | None = None) -> None:
    """Subtract messages that are no deliveries and were not sent from the month's spending."""
    if unsent:
        Spending.objects.filter(pk=month or this_month()).update(
            spent=F("spent") - _cost(unsent), segments=F("segments") - _segments(unsent)
        )


def spending() -> Spending:
    """Return this month's spending, unsaved where nothing was sent yet."""
    return Spending.objects.filter(pk=this_month()).first() or Spending(month=this_month())


def this_month() -> date:
    """Return the first day of the current month in Asia/Shanghai."""
    return timezone.localdate(database_now()).replace(day=1)


def _book(
    batch: Sequence[Message], rows: Mapping[int, Claimed], month: date
) -> tuple[Decimal, int]:
    """Write on each delivery what its try costs; return the sums."""
    if not batch:
        return Decimal(0), 0
    columns = zip(
        *(
            (row.id, row.published_at, row.fence, _cost([one]), one.content.segments)
            for one in batch
            for row in (rows[one.delivery_id],)
        ),
        strict=True,
    )
    moments = [*{rows[one.delivery_id].published_at for one in batch}]
    with connection.cursor() as cursor:
        cursor.execute(BOOK, [month, *([*column] for column in columns), moments])
        cost, segments = cursor.fetchone()
    return cost, int(segments)


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
