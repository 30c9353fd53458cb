"""A phone writes to us: opting out at Twilio, and the signed callback of the inbound message."""

from typing import Any, Final
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from notifications.simulator.core import Core
from notifications.simulator.poster import Callback
from notifications.simulator.segments import segments
from notifications.simulator.store import Message, Provider, Table
from notifications.simulator.twilio_api import new_sid
from notifications.simulator.twilio_callbacks import API_VERSION, signed

NOBODY: Final = "+15005550006"


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
        segments=segments(text),
    )
    message.sent_at = message.accepted_at
    core.store.add(message)
    kind = _opt_out(core, number, text)
    if core.settings.twilio_inbound_url:
        core.poster.post(_callback(core, message, kind))
    return message


def _answered_number(core: Core, number: str) -> str:
    """Who wrote last to this phone: a person answers in that conversation."""
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


def _callback(core: Core, message: Message, opt_out: str) -> Callback:
    parameters = {
        "AccountSid": core.settings.twilio_account_sid,
        "ApiVersion": API_VERSION,
        "Body": message.body,
        "From": message.sender,
        "MessageSid": message.sid,
        "NumMedia": "0",
        "NumSegments": str(message.segments),
        "SmsMessageSid": message.sid,
        "SmsSid": message.sid,
        "SmsStatus": "received",
        "To": message.to,
    }
    if opt_out:
        parameters["OptOutType"] = opt_out
    url = core.settings.twilio_inbound_url
    body, headers = signed(core.settings.twilio_auth_token, url, parameters)

    def answered(answer: str) -> None:
        for text in _replies(answer):
            core.store.add(_reply(message, text))

    return Callback(message, url, "received", body, headers, answered)


def _replies(answer: str) -> list[str]:
    """The texts of a TwiML answer's Message elements (twilio.com/docs/messaging/twiml)."""
    try:
        root: Any = fromstring(answer)
    except (ParseError, DefusedXmlException):
        return []
    texts = ("".join(element.itertext()).strip() for element in root.iter("Message"))
    return [text for text in texts if text]


def _reply(message: Message, text: str) -> Message:
    reply = Message(
        sid=new_sid(),
        provider=Provider.TWILIO,
        to=message.sender,
        sender=message.to,
        body=text,
        status="delivered",
        segments=segments(text),
        details={"reply_to": message.sid},
    )
    reply.sent_at = reply.accepted_at
    return reply
