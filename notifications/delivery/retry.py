"""What people may take back: definite failures are tried again, and the unknown is decided."""

from collections.abc import Collection
from functools import partial
from typing import Any, Final

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from notifications.delivery.ledger import DEFINITE, UNDECIDED
from notifications.delivery.models import Broadcast, BroadcastState, Delivery
from notifications.delivery.states import DeliveryState
from notifications.delivery.wake import wake_send

# Rows put back in one transaction, and at most by one call: a press of a button has to end.
BATCH: Final = 5_000
AT_ONCE: Final = 100_000

# As if it had never been tried: what an old receipt names is no longer there, and a look-up must
# not find the message that failed. The fence keeps out whoever still holds the row.
ANEW: Final[dict[str, Any]] = {
    "state": DeliveryState.PENDING,
    "due_at": Now(),
    "attempts": 0,
    "fence": F("fence") + 1,
    "looks": 0,
    "lease_until": None,
    "first_tried_at": None,
    "provider_id": "",
    "reason": "",
    "code": "",
    "sent_at": None,
    "settled_at": None,
    "updated_at": Now(),
}


def retryable(rows: QuerySet[Delivery]) -> QuerySet[Delivery]:
    """Those that certainly reached nobody, at addresses that are still to be written to.

    Where a merchant is told one by one, and the next address was told instead, another try would
    tell them twice.
    """
    later = Q(address__position__gt=OuterRef("address__position")) | Q(
        address__position=OuterRef("address__position"), address_id__gt=OuterRef("address_id")
    )
    passed_on = Delivery.objects.filter(
        later,
        statement_id=OuterRef("statement_id"),
        address__subscriber=OuterRef("address__subscriber"),
    )
    return rows.filter(
        DEFINITE, address__confirmed_at__isnull=False, address__suppressed_at=None
    ).filter(Q(address__subscriber__one_by_one=False) | ~Exists(passed_on))


def deliveries_retry(rows: QuerySet[Delivery]) -> int:
    """Put the retryable ones among these back, in batches; returns how many, 100,000 at most.

    What fails again meanwhile is left for the next call: this one would not end.
    """
    before = timezone.now()
    wanted = retryable(rows).filter(updated_at__lt=before)
    done = 0
    while done < AT_ONCE and (count := _retry_batch(wanted)):
        done += count
    return done


def delivery_send_again(delivery_id: int) -> bool:
    """Send one again although it may have arrived; False when it is undecided no more."""
    with transaction.atomic():
        undecided = Delivery.objects.filter(UNDECIDED, pk=delivery_id)
        return bool(_put_back(_locked(undecided)))


def delivery_leave(delivery_id: int) -> bool:
    """Leave one as it is: unknown, and looked after; False when it is undecided no more."""
    undecided = Delivery.objects.filter(UNDECIDED, pk=delivery_id)
    return bool(undecided.update(settled_at=Now(), updated_at=Now()))


def _retry_batch(wanted: QuerySet[Delivery]) -> int:
    with transaction.atomic():
        return _put_back(_locked(wanted.order_by())[:BATCH])


def _locked(rows: QuerySet[Delivery]) -> QuerySet[Delivery]:
    return rows.select_for_update(skip_locked=True, of=("self",))


def _put_back(rows: QuerySet[Delivery]) -> int:
    """Make locked rows due again, reopen their broadcasts and wake senders."""
    chosen = [*rows.values_list("pk", "published_at", "statement_id", "channel")]
    if not chosen:
        return 0
    keys, moments, statements, names = zip(*chosen, strict=True)
    Delivery.objects.filter(pk__in=keys, published_at__in=set(moments)).update(**ANEW)
    _reopen(set(statements))
    for name in set(names):
        transaction.on_commit(partial(wake_send, name))
    return len(chosen)


def _reopen(statements: Collection[int]) -> None:
    Broadcast.objects.filter(pk__in=statements, state=BroadcastState.FINISHED).update(
        state=BroadcastState.SENDING, finished_at=None
    )
