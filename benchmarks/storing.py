"""How many bytes of the database a recipient takes, and a delivery in each part of its life."""

from typing import Final
from uuid import UUID

from django.db import connection

from benchmarks.data import CHANNEL, announce, subscribe
from benchmarks.provider import free_provider
from benchmarks.sending import send_waiting
from benchmarks.stage import Section, Stage
from notifications.channels.outcomes import ProviderReceipt, ReceiptState
from notifications.delivery.broadcasts import expand
from notifications.delivery.models import Delivery
from notifications.delivery.receipts import BATCH, receipts_apply, receipts_store

RECIPIENTS: Final = 200_000
SENDERS: Final = 2
SIZE: Final = """
    SELECT sum(pg_table_size(coalesce(part.relid, name::regclass))),
           sum(pg_indexes_size(coalesce(part.relid, name::regclass)))
    FROM unnest(%s::text[]) AS name
    LEFT JOIN pg_partition_tree(name::regclass) AS part ON true
"""
PEOPLE: Final = ("subscribers_subscriber", "subscribers_address", "subscribers_subscription")


def measure(stage: Stage) -> Section:
    """Have a broadcast expanded, sent and acknowledged, by what does it in operation."""
    section = Section(
        "Storing",
        f"{RECIPIENTS:,} recipients with a phone each, one broadcast; bytes for each of them.",
        ("", "tables", "indexes", "together"),
    )
    subscribe(RECIPIENTS)
    section.rows.append(_row("a subscriber with an address and a subscription", *PEOPLE))
    expand(announce().number)
    section.rows.append(_row("a delivery that waits", "delivery_delivery"))
    with free_provider(stage, 0) as provider:
        send_waiting(stage, provider, SENDERS)
    section.rows.append(_row("one that is sent", "delivery_delivery"))
    _acknowledge()
    section.rows.append(_row("one that is delivered", "delivery_delivery"))
    section.rows.append(_row("its receipt, until it is forgotten", "delivery_receipt"))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM FULL delivery_delivery")
    section.rows.append(_row("a delivered one, compact", "delivery_delivery"))
    return section


def _acknowledge() -> None:
    """Store a receipt for each delivery, and apply them all."""
    ids = [*Delivery.objects.values_list("id", "attempt_id")]
    for start in range(0, len(ids), BATCH):
        receipts_store(CHANNEL, [_receipt(*one) for one in ids[start : start + BATCH]])
    while receipts_apply():
        pass
    left = Delivery.objects.exclude(state="delivered").count()
    assert not left, f"{left} have no receipt"


def _receipt(number: int, attempt: UUID) -> ProviderReceipt:
    return ProviderReceipt(
        f"SM{number:032x}:delivered", ReceiptState.DELIVERED, f"SM{number:032x}", number, attempt
    )


def _row(what: str, *tables: str) -> tuple[str, ...]:
    with connection.cursor() as cursor:
        cursor.execute(SIZE, [[*tables]])
        sizes = [float(size) / RECIPIENTS for size in cursor.fetchone()]
    return (what, *(f"{size:.0f}" for size in (*sizes, sum(sizes))))
