"""An Aliyun message's life after it is accepted, and what is pushed of it and of replies."""

import json
import secrets
import time
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from notifications.simulator.core import Core
from notifications.simulator.fates import Fate
from notifications.simulator.poster import Callback
from notifications.simulator.segments import segments
from notifications.simulator.store import Message, Provider

CHINA: Final = ZoneInfo("Asia/Shanghai")
DELIVERED: Final = "DELIVERED"
# The number that a telephone answers to; Aliyun makes up what follows the carrier's prefix.
ANSWERED: Final = "10690000"
UNDER_WAY: Final = frozenset({"queued", "sent"})


def new_biz_id() -> str:
    """What Aliyun names a message by: a number of 18 digits, a caret and the batch's part."""
    return f"{secrets.randbelow(9 * 10**17) + 10**17}^0"


def china_time(at: float) -> str:
    """A moment as Aliyun writes it."""
    return datetime.fromtimestamp(at, CHINA).strftime("%Y-%m-%d %H:%M:%S")


def national(number: str) -> str:
    """A number as Aliyun writes it: mainland ones bare, others behind their country code."""
    return number.removeprefix("+86").removeprefix("+")


def begin(core: Core, message: Message, fate: Fate) -> None:
    """Set an accepted message on its way."""
    core.later(core.settings.sent_ms / 1000, _send, core, message, fate)


def resume(core: Core) -> None:
    """After a restart, send on the messages that were under way."""
    for message in core.store.by_provider[Provider.ALIYUN]:
        if message.status in UNDER_WAY:
            begin(core, message, Fate())


def receive(core: Core, number: str, text: str) -> Message:
    """Take an SMS from `number`; push it (SmsUp) where there is an address for that."""
    message = Message(
        sid=new_biz_id(),
        provider=Provider.ALIYUN,
        to=ANSWERED,
        sender=number,
        body=text,
        status="received",
        inbound=True,
        segments=segments(text),
    )
    core.store.add(message)
    pushed = {
        "phone_number": national(number),
        "content": text,
        "send_time": china_time(message.accepted_at),
        "dest_code": ANSWERED[-4:],
        "sequence_id": str(secrets.randbelow(10**10)),
    }
    _push(core, message, core.settings.aliyun_inbound_url, pushed)
    return message


def _send(core: Core, message: Message, fate: Fate) -> None:
    if message.sid in core.store.messages:
        core.store.change(message, status="sent", sent_at=time.time())
        core.later(core.settings.delivered_ms / 1000, _finish, core, message, fate)


def _finish(core: Core, message: Message, fate: Fate) -> None:
    if message.sid not in core.store.messages:
        return
    core.store.change(message, status=fate.status, error_code=fate.code)
    if fate.never:
        return
    for _ in range(2 if fate.doubled else 1):
        address = core.settings.aliyun_report_url
        core.later(fate.late_seconds, _push, core, message, address, _report(message))


def _report(message: Message) -> dict[str, Any]:
    """One entry of an SmsReport: help.aliyun.com/document_detail/101867.html."""
    delivered = message.status == "delivered"
    return {
        "phone_number": national(message.to),
        "send_time": china_time(message.sent_at or message.accepted_at),
        "report_time": china_time(time.time()),
        "success": delivered,
        "err_code": DELIVERED if delivered else str(message.error_code or "SP_UNKNOWN_ERROR"),
        "err_msg": "用户接收成功" if delivered else "发送失败",
        "sms_size": str(message.segments),
        "biz_id": message.sid,
        "out_id": message.details["out_id"],
    }


def _push(core: Core, message: Message, address: str, entry: dict[str, Any]) -> None:
    if address:
        body = json.dumps([entry], ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json;charset=UTF-8"}
        core.poster.post(Callback(message, address, message.status, body, headers))
