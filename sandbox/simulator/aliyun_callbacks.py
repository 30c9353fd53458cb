"""Aliyun's callbacks: delivery reports and replies."""

import json
import secrets
import time
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sandbox.simulator.callback_sender import Callback
from sandbox.simulator.core import Core
from sandbox.simulator.store import Message, Provider

CHINA: Final = ZoneInfo("Asia/Shanghai")
DELIVERED: Final = "DELIVERED"
# The number that a phone answers to; Aliyun makes up what follows the carrier's prefix.
ANSWERED: Final = "10690000"


def new_biz_id() -> str:
    """Return a message's name: a number of 18 digits, a caret and the batch's part."""
    return f"{secrets.randbelow(9 * 10**17) + 10**17}^0"


def china_time(at: float) -> str:
    """Return a moment as Aliyun writes it."""
    return datetime.fromtimestamp(at, CHINA).strftime("%Y-%m-%d %H:%M:%S")


def national(number: str) -> str:
    """Return a number as Aliyun writes it: mainland ones bare, others behind their country code."""
    return number.removeprefix("+86").removeprefix("+")


def receipt(core: Core, message: Message, status: str) -> Callback | None:
    """Return the SmsReport of a message's end: help.aliyun.com/document_detail/101867.html."""
    if status == "sent" or not core.settings.aliyun_report_url:
        return None
    delivered = status == "delivered"
    report = {
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
    return _push(message, core.settings.aliyun_report_url, report)


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
    )
    core.store.add(message)
    pushed = {
        "phone_number": national(number),
        "content": text,
        "send_time": china_time(message.accepted_at),
        "dest_code": ANSWERED[-4:],
        "sequence_id": str(secrets.randbelow(10**10)),
    }
    if url := core.settings.aliyun_inbound_url:
        core.poster.post(_push(message, url, pushed))
    return message


def _push(message: Message, url: str, entry: dict[str, Any]) -> Callback:
    body = json.dumps([entry], ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json;charset=UTF-8"}
    return Callback(message, url, message.status, body, headers)
