"""The clouds' SMS, and messages as they would send them."""

from typing import Any, Final

from notifications.channels.base import Message
from tests.notifications.approved import cloud, composed
from tests.notifications.channels.builders import bulletin, message

PHONE: Final = "+8613800138000"
SMS: Final = cloud("aliyun")
TENCENT: Final = cloud("tencent")


def sms(address: str = PHONE, delivery_id: int = 7, **values: Any) -> Message:
    """Return a bulletin to one number; `values` are the bulletin's."""
    return _sms(SMS, address, delivery_id, **values)


def tencent_sms(address: str = PHONE, delivery_id: int = 7, **values: Any) -> Message:
    """Return the same by Tencent Cloud."""
    return _sms(TENCENT, address, delivery_id, **values)


def _sms(provider: Any, address: str, delivery_id: int, **values: Any) -> Message:
    abroad = not address.startswith("+86")
    language = "en" if abroad else "zh-hans"
    said = bulletin(**{"language": language, **values})
    content = composed(provider, said, abroad=abroad)
    return message(address, content=content, delivery_id=delivery_id)
