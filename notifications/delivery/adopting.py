"""Receipts that name a message which we never learnt of: whose can it be?

A provider that cannot be asked takes a message, and its answer is lost. Its report then names an
id that nobody knows; but it also says the number, and when the message was taken.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils import timezone

from notifications.channels import provider as find_provider
from notifications.delivery.messages import contents
from notifications.delivery.models import Delivery, Receipt
from notifications.delivery.parts import MessagePart, NewPart, parts_insert
from notifications.delivery.states import DeliveryState
from notifications.delivery.taken import TakenCallback
from statuspage.lib.database_clock import database_now

# Under which a name that belongs to no delivery (a code, an alarm) is remembered.
NOT_A_DELIVERY: Final = "no delivery:"
# Our own result may be about to be written, and then tells more.
PATIENCE: Final = timedelta(seconds=2)
# How far the provider's clock, which gives whole minutes, may be from ours.
CLOCKS: Final = timedelta(minutes=5)
# It waits for its report, or to be sent again since none has come.
ADOPTABLE: Final = frozenset({DeliveryState.UNKNOWN, DeliveryState.PENDING})
# All that the number may have been sent by then without our knowing its name: one that is still
# being sent counts as well, for the report may be its. Whose it is must be beyond doubt.
CANDIDATES: Final = """
    SELECT d.id, d.published_at, d.statement_id, d.language, d.provider, d.state, d.attempt_id,
           d.segments
    FROM subscribers_address a
    JOIN delivery_delivery d ON d.address_id = a.id
    WHERE a.blind_index = %s AND d.provider = %s
      AND d.statement_id IN (SELECT statement_id FROM delivery_broadcast
                             WHERE created_at > now() - interval '3 days')
      AND (d.state IN ('unknown', 'sending') OR (d.state = 'pending' AND d.may_be_sent))
      AND d.first_tried_at <= %s AND coalesce(d.lease_until, d.updated_at) >= %s
    LIMIT 2
"""


# While nobody was connected the provider had nobody to tell what became of these. A process that
# connects again and again does not put off for ever what staff or the settings decide.
WAIT: Final = """
    WITH waiting AS (
        SELECT id, published_at FROM delivery_delivery
        WHERE provider = %(provider)s AND state IN ('unknown', 'pending') AND may_be_sent
          AND due_at < now() + make_interval(secs => %(wait)s)
          AND first_tried_at > now() - interval '1 hour'
        FOR UPDATE SKIP LOCKED
    )
    UPDATE delivery_delivery d SET due_at = now() + make_interval(secs => %(wait)s)
    FROM waiting
    WHERE d.id = waiting.id AND d.published_at = waiting.published_at
"""


class Candidate(NamedTuple):
    """A delivery that a report may be about."""

    id: int
    published_at: datetime
    statement_number: int
    language: str
    provider: str
    state: str
    attempt_id: UUID | None
    segments: int


def adopt(
    receipts: Sequence[Receipt],
    deliveries: dict[int, Delivery],
    parts: dict[int, MessagePart],
) -> None:
    """Add to `deliveries`, and to `parts`, those that receipts without a name can only be about.

    Where two would fit, or none, the receipt waits; what stays unknown is for staff to decide.
    """
    before = database_now() - PATIENCE
    able = [
        one
        for one in receipts
        if one.address_index and one.submitted_at and one.received_at < before
    ]
    others = _no_deliveries(able)
    for receipt in able:
        if (receipt.channel, receipt.provider_id) in others:
            continue
        if found := _only_candidate(receipt):
            _adopt_one(receipt, found, deliveries, parts)


def _adopt_one(
    receipt: Receipt,
    found: Candidate,
    deliveries: dict[int, Delivery],
    parts: dict[int, MessagePart],
) -> None:
    total = found.segments or _segments(found)
    if total > 1 and not _add_part(receipt, found, total):
        return
    delivery = Delivery.objects.get(pk=found.id, published_at=found.published_at)
    if total > 1:
        named = MessagePart.objects.filter(provider=receipt.channel, part_id=receipt.provider_id)
        parts[receipt.pk] = named.get()
    deliveries[receipt.pk] = delivery


def _add_part(receipt: Receipt, found: Candidate, total: int) -> bool:
    """Take the receipt for one of a part that was never named, if there is one."""
    known = MessagePart.objects.filter(delivery_id=found.id, attempt_id=found.attempt_id)
    if known.count() >= total:
        return False
    named = (receipt.channel, receipt.provider_id)
    parts_insert([NewPart(*named, found.id, found.attempt_id, total)])
    return True


def _only_candidate(receipt: Receipt) -> Candidate | None:
    taken = receipt.submitted_at or timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(
            CANDIDATES,
            [receipt.address_index, receipt.channel, taken + CLOCKS, taken - CLOCKS],
        )
        found = [Candidate(*row) for row in cursor.fetchall()]
    # One that is still being sent will be named by its own result.
    return found[0] if len(found) == 1 and found[0].state in ADOPTABLE else None


def wait_for_reports(provider: str) -> None:
    """Have what may have gone out wait as long as at first: its report can only come now."""
    with connection.cursor() as cursor:
        wait = settings.DELIVERY_RESOLVE_AFTER_SECONDS
        cursor.execute(WAIT, {"provider": provider, "wait": wait})


def _segments(found: Candidate) -> int:
    """Compose it again: a process that was killed has left no number of parts."""
    return contents(find_provider(found.provider))(found).segments


def _no_deliveries(receipts: Sequence[Receipt]) -> set[tuple[str, str]]:
    keys = [f"{NOT_A_DELIVERY}{one.provider_id}" for one in receipts]
    rows = TakenCallback.objects.filter(key__in=keys).values_list("channel", "key")
    return {(channel, key.removeprefix(NOT_A_DELIVERY)) for channel, key in rows}
