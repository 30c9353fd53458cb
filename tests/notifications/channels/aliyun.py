"""The second provider of SMS, and a message as it would send it."""

from typing import Any, Final

from notifications.channels import provider as find_provider
from notifications.channels.base import Message
from tests.notifications.channels.builders import bulletin, message

PHONE: Final = "+8613800138000"
SMS: Final = find_provider("aliyun")


def sms(address: str = PHONE, delivery_id: int = 7, **values: Any) -> Message:
    """Return a bulletin to one number; `values` are the bulletin's."""
    return message(address, content=SMS.compose(bulletin(**values)), delivery_id=delivery_id)
