"""A Twilio message's life after it is accepted, and the signed callbacks that tell of it."""

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlencode

from notifications.simulator.core import Core
from notifications.simulator.fates import Fate
from notifications.simulator.poster import Callback
from notifications.simulator.store import Message, Provider

API_VERSION: Final = "2010-04-01"
WAITING: Final = frozenset({"accepted", "queued"})
FINAL: Final = frozenset({"delivered", "undelivered", "failed", "canceled"})
FORM: Final = "application/x-www-form-urlencoded; charset=UTF-8"
HELD_BACK_SECONDS: Final = 0.1


def signature(token: str, url: str, parameters: Mapping[str, str]) -> str:
    """X-Twilio-Signature: HMAC-SHA1 over the URL and the sorted parameters, in base64.

    Source: twilio.com/docs/usage/security#validating-requests.
    """
    text = url + "".join(f"{name}{parameters[name]}" for name in sorted(parameters))
    digest = hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def signed(token: str, url: str, parameters: Mapping[str, str]) -> tuple[bytes, dict[str, str]]:
    """The body and the headers of a signed callback."""
    headers = {
        "Content-Type": FORM,
        "User-Agent": "TwilioProxy/1.1",
        "X-Twilio-Signature": signature(token, url, parameters),
    }
    return urlencode(parameters).encode(), headers


def begin(core: Core, message: Message, fate: Fate) -> None:
    """Set an accepted message on its way."""
    core.later(core.settings.sent_ms / 1000, _send, core, message, fate)


def resume(core: Core) -> None:
    """After a restart, send on the messages that were under way."""
    for message in core.store.by_provider[Provider.TWILIO]:
        if message.status in WAITING and not message.inbound:
            begin(core, message, Fate())
        elif message.status == "sent":
            core.later(core.settings.delivered_ms / 1000, _finish, core, message, Fate())


def _send(core: Core, message: Message, fate: Fate) -> None:
    if message.sid not in core.store.messages or message.status not in WAITING:
        return
    if fate.status == "failed":
        _finish(core, message, fate)
        return
    sender = message.sender or core.settings.twilio_service_sender
    core.store.change(message, status="sent", sent_at=time.time(), sender=sender)
    if not fate.out_of_order:
        _tell(core, message, fate)
    core.later(core.settings.delivered_ms / 1000, _finish, core, message, fate)


def _finish(core: Core, message: Message, fate: Fate) -> None:
    if message.sid not in core.store.messages or message.status in FINAL:
        return
    core.store.change(message, status=fate.status, error_code=fate.code)
    _tell(core, message, fate)
    if fate.out_of_order:
        core.later(HELD_BACK_SECONDS, _tell, core, message, fate, "sent")


def _tell(core: Core, message: Message, fate: Fate, status: str = "") -> None:
    if not message.status_callback or fate.never:
        return
    callback = _callback(core, message, status or message.status)
    for _ in range(2 if fate.doubled else 1):
        if fate.late_seconds:
            core.later(fate.late_seconds, core.poster.post, callback)
        else:
            core.poster.post(callback)


def _callback(core: Core, message: Message, status: str) -> Callback:
    parameters = {
        "AccountSid": core.settings.twilio_account_sid,
        "ApiVersion": API_VERSION,
        "From": message.sender,
        "MessageSid": message.sid,
        "MessageStatus": status,
        "SmsSid": message.sid,
        "SmsStatus": status,
        "To": message.to,
    }
    if message.error_code and status in FINAL:
        parameters["ErrorCode"] = str(message.error_code)
    if status in {"delivered", "undelivered"}:
        parameters["RawDlrDoneDate"] = datetime.now(UTC).strftime("%y%m%d%H%M")
    url = message.status_callback
    body, headers = signed(core.settings.twilio_auth_token, url, parameters)
    return Callback(message=message, url=url, says=status, body=body, headers=headers)
