"""Deciding what becomes of messages and addresses; every decision is written down."""

from dataclasses import asdict

from django.db import transaction
from django.db.models import QuerySet

from notifications.delivery.ledger import Wanted
from notifications.delivery.models import Delivery
from notifications.delivery.retry import deliveries_retry, delivery_leave, delivery_send_again
from notifications.subscribers.models import Address
from notifications.subscribers.services import addresses_revive
from statuspage.console.models import Decision
from statuspage.staff.models import Staff


def retry(*, staff: Staff, rows: QuerySet[Delivery], wanted: Wanted) -> int:
    """Send the retryable ones among these again; returns how many.

    Written down before it begins, because it is done in many transactions.
    """
    about = {name: value for name, value in asdict(wanted).items() if value}
    decision = Decision.objects.create(act=Decision.Act.RETRIED, staff=staff, about=about, count=0)
    decision.count = deliveries_retry(rows)
    decision.save(update_fields=["count"])
    return decision.count


def send_again(*, staff: Staff, delivery: Delivery) -> bool:
    """Send one again although it may have arrived; False when that is no question any more."""
    with transaction.atomic():
        done = delivery_send_again(delivery.pk)
        if done:
            _write(Decision.Act.SENT_AGAIN, staff, delivery)
    return done


def leave(*, staff: Staff, delivery: Delivery) -> bool:
    """Leave one as it is; False when that is no question any more."""
    with transaction.atomic():
        done = delivery_leave(delivery.pk)
        if done:
            _write(Decision.Act.LEFT, staff, delivery)
    return done


def revive(*, staff: Staff, address: Address) -> bool:
    """Write to an address again; False when its owner stopped it, or nobody did."""
    about = {"address": address.masked, "channel": address.channel}
    about["reason"] = address.suppressed_for
    with transaction.atomic():
        done = bool(addresses_revive([address.pk]))
        if done:
            Decision.objects.create(act=Decision.Act.REVIVED, staff=staff, about=about)
    return done


def _write(act: Decision.Act, staff: Staff, delivery: Delivery) -> None:
    about = {
        "delivery": delivery.pk,
        "statement": delivery.statement_id,
        "channel": delivery.channel,
        "address": delivery.address.masked if delivery.address else "",
    }
    Decision.objects.create(act=act, staff=staff, about=about)
