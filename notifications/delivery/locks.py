"""Whoever writes to many deliveries locks them in one order, so that no two wait for each other."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from django.db import connection

# The month is named beside the id because it is what tells the partition.
LOCK: Final = """
    SELECT FROM delivery_delivery
    WHERE id = ANY(%s) AND published_at = ANY(%s)
    ORDER BY id
    FOR UPDATE
"""


def lock(deliveries: Collection[tuple[int, datetime]]) -> None:
    """Hold deliveries, named by id and published_at, until the transaction ends.

    Receipts and results come for the same messages at the same moment, each in its own order.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            LOCK, [[key for key, _ in deliveries], list({moment for _, moment in deliveries})]
        )
