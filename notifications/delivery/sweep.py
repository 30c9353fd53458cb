"""Finding all unfinished work, whatever task was lost, late or doubled."""

from django.utils import timezone

from notifications.delivery.claim import expire_leases
from notifications.delivery.models import Broadcast, BroadcastState, Delivery, Receipt
from notifications.delivery.resolve import NEVER
from notifications.delivery.states import UNFINISHED, DeliveryState
from notifications.delivery.wake import wake_expand, wake_receipts, wake_send


def sweep() -> None:
    """Wake whoever has something to do; cheap when nobody has."""
    for number in Broadcast.objects.filter(state=BroadcastState.EXPANDING).values_list(
        "pk", flat=True
    ):
        wake_expand(number)
    expire_leases()
    due = Delivery.objects.filter(state=DeliveryState.PENDING, due_at__lte=timezone.now())
    for channel in due.order_by("channel").values_list("channel", flat=True).distinct():
        wake_send(channel)
    if Receipt.objects.filter(applied_at=None, look_at__lte=timezone.now()).exists():
        wake_receipts()
    finish_broadcasts()


def finish_broadcasts() -> None:
    """Close expanded broadcasts of which nothing waits, is in flight or is still looked for.

    What only people can tell never becomes due, and does not hold its broadcast open.
    """
    for broadcast in Broadcast.objects.filter(state=BroadcastState.SENDING):
        busy = Delivery.objects.filter(
            statement_id=broadcast.pk, state__in=UNFINISHED, due_at__lt=NEVER
        )
        if not busy.exists():
            Broadcast.objects.filter(pk=broadcast.pk, state=BroadcastState.SENDING).update(
                state=BroadcastState.FINISHED, finished_at=timezone.now()
            )
