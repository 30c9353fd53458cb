"""Which queue a request to send goes to: that of its medium."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from notifications.channels import channel
from notifications.channels.addresses import AddressKind

MEDIA: Final[Mapping[AddressKind, str]] = {
    AddressKind.PHONE: "sms",
    AddressKind.OPENID: "wechat",
    AddressKind.EMAIL: "email",
    AddressKind.ROBOT: "robot",
    AddressKind.URL: "webhook",
}
SEND: Final = "delivery.send"


def route(name: str, arguments: Sequence[Any], *_rest: Any, **_more: Any) -> dict[str, str] | None:
    """Return the queue of a task that sends, or None for the default queue; called by Celery."""
    return {"queue": MEDIA[channel(arguments[0]).address_kind]} if name == SEND else None
