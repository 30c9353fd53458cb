"""The messages to somebody's addresses, for the copy of their data."""

from collections.abc import Iterator
from typing import Any

from notifications.delivery.models import Delivery


def messages_to(addresses: list[int]) -> Iterator[dict[str, Any]]:
    """Yield each message, oldest first: which notice, by which channel, when, with what result."""
    rows = Delivery.objects.filter(address_id__in=addresses).order_by("published_at", "id")
    columns = ("statement_id", "channel", "state", "sent_at", "updated_at")
    for number, channel, state, sent, updated in rows.values_list(*columns).iterator():
        yield {
            "notice": number,
            "channel": channel,
            "result": state,
            "at": (sent or updated).isoformat(timespec="seconds"),
        }
