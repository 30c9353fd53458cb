"""Twilio's signed callbacks: receipts, and what a phone writes, with its opting out and in."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlencode

from sandbox.simulator.callback_sender import Callback
from sandbox.simulator.core import Core
from sandbox.simulator.overrides import overrides_of
from sandbox.simulator.parsing import parse_xml
from sandbox.simulator.store import Message, Provider, Table

API_VERSION: Final = "2010-04-01"
NOBODY: Final = "+15005550006"


def new_sid() -> str:
    """Return a message SID: SM and 32 hexadecimal digits."""
    return f"SM{secrets.token_hex(16)}"


def signature(token: str, url: str, parameters: Mapping[str, str]) -> str:
    """Return X-Twilio-Signature: HMAC-SHA1 over the URL and the sorted parameters, in base64.

    Source: twilio.com/docs/usage/security#validating-requests.
    """
    text = url + "".join(f"{name}{parameters[name]}" for name in sorted(parameters))
    digest = hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def receipt(core: Core, message: Message, status: str) -> Callback | None:
    """Return the callback for a status, or None if none was requested."""
    if not message.status_callback:
        return None
    parameters = {"MessageStatus": status}
    if message.error_code and status != "sent":
        parameters["ErrorCode"] = str(message.error_code)
    if status in {"delivered", "undelivered"}:
        parameters["RawDlrDoneDate"] = datetime.now(UTC).strftime("%y%m%d%H%M")
    return _callback(core, message, message.status_callback, status, parameters)


def receive(core: Core, number: str, text: str) -> Message:
    """Take an SMS from `number`; post it to the inbound URL when there is one."""
    message = Message(
        sid=new_sid(),
        provider=Provider.TWILIO,
        to=_answered_number(core, number),
        sender=number,
        body=text,
        status="received",
        inbound=True,
    )
    message.sent_at = message.accepted_at
    core.store.add(message)
    parameters = {
        "Body": text,
        "NumMedia": "0",
        "NumSegments": str(message.segments),
        "SmsMessageSid": message.sid,
    }
    if kind := _opt_out(core, number, text):
        parameters["OptOutType"] = kind

    def answered(answer: str) -> None:
        # TwiML: twilio.com/docs/messaging/twiml.
        for element in parse_xml(answer).iter("Message"):
            if reply := "".join(element.itertext()).strip():
                core.store.add(message.reply(new_sid(), reply))

    if url := core.settings.twilio_inbound_url:
        core.poster.post(_callback(core, message, url, "received", parameters, answered))
    return message


def _answered_number(core: Core, number: str) -> str:
    """Return the number that last wrote to this phone, to which a reply goes."""
    written = core.store.newest_first(Provider.TWILIO, number)
    senders = (message.sender for message in written if not message.inbound and message.sender)
    return next(senders, NOBODY)


def _opt_out(core: Core, number: str, text: str) -> str:
    word = text.strip().upper()
    if word in core.settings.stop_words:
        core.store.put(Table.OPT_OUTS, number, {"word": word})
        return "STOP"
    if word in core.settings.start_words:
        core.store.drop(Table.OPT_OUTS, number)
        return "START"
    return ""


def _callback(
    core: Core,
    message: Message,
    url: str,
    status: str,
    details: Mapping[str, str],
    answered: Callable[[str], None] = lambda answer: None,
) -> Callback:
    parameters = {
        "AccountSid": core.settings.twilio_account_sid,
        "ApiVersion": API_VERSION,
        "From": message.sender,
        "MessageSid": message.sid,
        "SmsSid": message.sid,
        "SmsStatus": status,
        "To": message.to,
        **details,
    }
    # Neither posted nor signed.
    url, overrides = overrides_of(url)
    headers = {
        "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
        "User-Agent": "TwilioProxy/1.1",
        "X-Twilio-Signature": signature(core.settings.twilio_auth_token, url, parameters),
    }
    body = urlencode(parameters).encode()
    return Callback(message, url, status, body, headers, answered, overrides)
