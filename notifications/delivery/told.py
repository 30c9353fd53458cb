"""How many a statement has reached, by channel, for the public page: counted now and then."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Final

from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise

from notifications.channels import channels
from notifications.delivery.models import Broadcast, BroadcastState
from notifications.delivery.selectors import progress_by_channel
from notifications.delivery.states import DeliveryState

# The provider has taken it, or the reader has it; what was found undelivered afterwards is neither.
REACHED: Final = (DeliveryState.SENT, DeliveryState.DELIVERED)
# Receipts still come in for about as long.
STILL_MOVING: Final = timedelta(hours=24)
AT_ONCE: Final = 50


def count_told() -> int:
    """Count anew what is still moving, and what never was counted; returns how many broadcasts.

    Counted here and not where a page is rendered: a million deliveries take a second to count.
    """
    since = timezone.now() - STILL_MOVING
    moving = Q(counted_at=None) | Q(statement__published_at__gte=since)
    unfinished = ~Q(state=BroadcastState.FINISHED)
    due = Broadcast.objects.filter(moving | unfinished).order_by("-statement_id")[:AT_ONCE]
    for broadcast in due:
        told = _counted(broadcast.pk)
        Broadcast.objects.filter(pk=broadcast.pk).update(told=told, counted_at=timezone.now())
    return len(due)


def told_of(numbers: Collection[int]) -> Mapping[int, Sequence[tuple[str | Promise, int]]]:
    """How many each statement has reached, by the names of channels; those that reached nobody are
    left out. One query.
    """
    labels = {one.name: one.label for one in channels()}
    found = Broadcast.objects.filter(pk__in=numbers).exclude(told={}).values_list("pk", "told")
    return {
        number: [(labels.get(name, name), count) for name, count in sorted(told.items())]
        for number, told in found
    }


def _counted(number: int) -> dict[str, int]:
    counts = {
        name: sum(states[one] for one in REACHED)
        for name, states in progress_by_channel(number).items()
    }
    return {name: count for name, count in counts.items() if count}
