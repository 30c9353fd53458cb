"""The second provider of SMS, and a message as it would send it."""

from typing import Any, Final

from notifications.channels import channel as find_channel
from notifications.channels.base import Message
from tests.notifications.channels.builders import bulletin, message

PHONE: Final = "+8613800138000"
SMS: Final = find_channel("aliyun_sms")


def sms(address: str = PHONE, delivery_id: int = 7, **values: Any) -> Message:
    """Return a bulletin to one number; `values` are the bulletin's."""
    return message(address, content=SMS.compose(bulletin(**values)), delivery_id=delivery_id)
