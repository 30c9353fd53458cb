"""Messages in several parts: the provider names and reports each part, and we fold the reports."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.db import connection, models
from django.db.models.functions import Now

from notifications.delivery.states import RANK, DeliveryState

if TYPE_CHECKING:
    from notifications.delivery.models import Receipt
    from notifications.delivery.results import Result

FAILED: Final = frozenset({DeliveryState.UNDELIVERED, DeliveryState.FAILED})
ADD: Final = """
    INSERT INTO delivery_messagepart
        (provider, part_id, delivery_id, attempt_id, total, state, added_at)
    SELECT *, '', now()
    FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::uuid[], %s::int[])
    ON CONFLICT ON CONSTRAINT part_once DO NOTHING
"""


class MessagePart(models.Model):
    """One part of a message, as the provider names it, and how far it has got."""

    provider = models.CharField(max_length=20)
    part_id = models.CharField(max_length=80)
    delivery_id = models.BigIntegerField()
    attempt_id = models.UUIDField(null=True)
    # How many parts the message has, whether or not we have learnt of each.
    total = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=12, blank=True)
    added_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "part_id"], name="part_once")]
        indexes = [models.Index(fields=["delivery_id"], name="part_of_delivery")]

    def __str__(self) -> str:
        return f"{self.provider} {self.part_id} of delivery {self.delivery_id}"


@dataclass(frozen=True)
class NewPart:
    """A part that the provider has taken."""

    provider: str
    part_id: str
    delivery_id: int
    attempt_id: UUID | None
    total: int


def parts_add(results: Sequence[tuple["Result", int]]) -> None:
    """Remember the parts of which results tell, beside the number of all of them.

    Also of a claim that has ended since: its reports still say what became of the message.
    """
    parts_insert(
        [
            NewPart(one.claimed.provider, name, one.claimed.id, one.claimed.attempt_id, segments)
            for one, segments in results
            for name in one.part_ids
        ]
    )


def parts_insert(parts: Sequence[NewPart]) -> None:
    """Remember parts, in the order of their names; those that are known stay as they are."""
    if not parts:
        return
    rows = sorted((vars(one) for one in parts), key=lambda row: (row["provider"], row["part_id"]))
    columns = [[row[name] for row in rows] for name in rows[0]]
    with connection.cursor() as cursor:
        cursor.execute(ADD, columns)


def parts_of(receipts: Sequence["Receipt"]) -> dict[int, MessagePart]:
    """Return the part that each receipt is about, by the receipt's id, where it is about one."""
    names = [one.provider_id for one in receipts]
    known = {
        (one.provider, one.part_id): one for one in MessagePart.objects.filter(part_id__in=names)
    }
    return {one.pk: part for one in receipts if (part := known.get((one.channel, one.provider_id)))}


def parts_apply(receipts: Sequence["Receipt"], parts: Mapping[int, MessagePart]) -> None:
    """Note what receipts say of parts; the caller has locked their deliveries.

    Undelivered after delivered is no progress, delivered after undelivered is.
    """
    reported = [one for one in receipts if one.state in RANK]
    for one in sorted(reported, key=lambda one: RANK[one.state]):
        part = parts[one.pk]
        MessagePart.objects.filter(pk=part.pk, state__in=_before(one.state)).update(state=one.state)


def folded(part: MessagePart) -> str:
    """Return how far the whole message of a part has got; empty where that cannot be told yet.

    It is delivered once every part is, and not once one of them is not: a phone shows no message
    of which a part is missing.
    """
    states = list(
        MessagePart.objects.filter(
            delivery_id=part.delivery_id, attempt_id=part.attempt_id
        ).values_list("state", flat=True)
    )
    if FAILED.intersection(states):
        return DeliveryState.UNDELIVERED
    if len(states) < part.total:
        return ""
    every = all(one == DeliveryState.DELIVERED for one in states)
    return DeliveryState.DELIVERED if every else DeliveryState.SENT


def _before(state: str) -> list[str]:
    """Return the states of a part that one may follow; the empty one is a part without a report."""
    return ["", *(one for one in RANK if RANK[one] < RANK[state])]
