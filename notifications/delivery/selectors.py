"""Reading broadcasts and deliveries."""

from django.db.models import Count, QuerySet

from notifications.delivery.models import Broadcast, Delivery
from notifications.delivery.states import DeliveryState


def progress(statement_number: int) -> dict[str, int]:
    """How many deliveries of a statement are in each state, and `total`."""
    by_channel = progress_by_channel(statement_number).values()
    counts = {
        state: sum(channel[state] for channel in by_channel) for state in DeliveryState.values
    }
    return {**counts, "total": sum(counts.values())}


def progress_by_channel(statement_number: int) -> dict[str, dict[str, int]]:
    """The same for each channel that has any."""
    rows = (
        Delivery.objects.filter(statement_id=statement_number)
        .values_list("channel", "state")
        .annotate(count=Count("id"))
        .order_by("channel")
    )
    counts: dict[str, dict[str, int]] = {}
    for channel, state, count in rows:
        counts.setdefault(channel, dict.fromkeys(DeliveryState.values, 0))[state] = count
    return counts


def deliveries_of(statement_number: int) -> QuerySet[Delivery]:
    """The deliveries of one statement, in the order in which they were made."""
    return (
        Delivery.objects.filter(statement_id=statement_number)
        .select_related("address")
        .order_by("id")
    )


def recent_broadcasts(limit: int) -> QuerySet[Broadcast]:
    """The newest broadcasts with their statements."""
    return Broadcast.objects.select_related("statement").order_by("-statement_id")[:limit]
