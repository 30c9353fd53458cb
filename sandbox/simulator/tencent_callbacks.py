"""Tencent Cloud's callbacks: delivery reports and replies."""

import json
import secrets
import time
from typing import Any, Final

from sandbox.simulator.aliyun_callbacks import china_time
from sandbox.simulator.callback_sender import Callback
from sandbox.simulator.core import Core
from sandbox.simulator.store import Message, Provider

DELIVERED: Final = "DELIVRD"
# The number that a phone answers to.
ANSWERED: Final = "10691234"


def new_serial_no() -> str:
    """Return a message's name."""
    return f"8:{secrets.token_hex(14)}"


def parts_of(number: str) -> tuple[str, str]:
    """Return country code and number of an E.164 number, as Tencent writes them."""
    if number.startswith("+86"):
        return "86", number[3:]
    code = next((one for one in ("852", "853", "886", "65", "1") if number[1:].startswith(one)), "")
    return code, number[1 + len(code) :]


def receipt(core: Core, message: Message, status: str) -> Callback | None:
    """Return the report of a message's end: cloud.tencent.com/document/api/382/5807."""
    if status == "sent" or not core.settings.tencent_report_url:
        return None
    delivered = status == "delivered"
    country, number = parts_of(message.to)
    report = {
        "user_receive_time": china_time(time.time()),
        "nationcode": country,
        "mobile": number,
        "report_status": "SUCCESS" if delivered else "FAIL",
        "errmsg": DELIVERED if delivered else str(message.error_code or "UNDELIV"),
        "description": "用户短信送达成功" if delivered else "用户短信接收失败",
        "sid": message.sid,
    }
    return _push(message, core.settings.tencent_report_url, [report])


def receive(core: Core, number: str, text: str) -> Message:
    """Take an SMS from `number`; push it where there is an address for that (/5809)."""
    message = Message(
        sid=new_serial_no(),
        provider=Provider.TENCENT,
        to=ANSWERED,
        sender=number,
        body=text,
        status="received",
        inbound=True,
    )
    core.store.add(message)
    country, national = parts_of(number)
    pushed = {
        "extend": "",
        "mobile": national,
        "nationcode": country,
        "sign": "",
        "text": text,
        "time": int(message.accepted_at),
    }
    if url := core.settings.tencent_inbound_url:
        core.poster.post(_push(message, url, pushed))
    return message


def _push(message: Message, url: str, said: Any) -> Callback:
    body = json.dumps(said, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json;charset=UTF-8"}
    return Callback(message, url, message.status, body, headers)
