"""Which queue a request to send goes to: that of its medium."""

from collections.abc import Sequence
from typing import Any, Final

from notifications.channels import medium

SEND: Final = "delivery.send"


def route(name: str, arguments: Sequence[Any], *_rest: Any, **_more: Any) -> dict[str, str] | None:
    """Return the queue of a task that sends, or None for the default queue; called by Celery."""
    if name != SEND:
        return None
    chosen = medium(arguments[0])
    return {"queue": chosen.queue or chosen.name}
