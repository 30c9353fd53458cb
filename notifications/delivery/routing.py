"""Which queue a request to send goes to: that of its medium."""

from collections.abc import Sequence
from typing import Any, Final

from notifications.channels import medium

SEND: Final = "delivery.send"


def route(name: str, arguments: Sequence[Any], *_rest: Any, **_more: Any) -> dict[str, str] | None:
    """Return the queue of a task that sends, or None for the default queue; called by Celery."""
    return {"queue": medium(arguments[0]).name} if name == SEND else None
