"""WeChat's signed XML callbacks: receipts, follows, unfollows and what followers write."""

import hashlib
import secrets
import time
from typing import Any, Final
from urllib.parse import urlencode
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from notifications.simulator.core import Core
from notifications.simulator.poster import Callback
from notifications.simulator.store import Message, Provider, Row, Table

ACCOUNT: Final = "gh_simulator"
SUCCESS: Final = "success"


def new_msgid() -> int:
    """A message id: WeChat's are large integers."""
    return secrets.randbelow(9 * 10**18) + 10**18


def signature(token: str, timestamp: str, nonce: str) -> str:
    """SHA-1 over the three, sorted and joined (developers.weixin.qq.com, access overview)."""
    joined = "".join(sorted((token, timestamp, nonce)))
    return hashlib.sha1(joined.encode()).hexdigest()  # noqa: S324 - the protocol's choice


def finish_template(core: Core, message: Message, status: str) -> None:
    """End a template message's life, and send its TEMPLATESENDJOBFINISH."""
    if message.sid not in core.store.messages:
        return
    core.store.change(message, status="delivered" if status == SUCCESS else status)
    fields = {"Event": "TEMPLATESENDJOBFINISH", "MsgID": int(message.sid), "Status": status}
    _post(core, message, status, _event(message.to, fields))


def resume(core: Core) -> None:
    """After a restart, finish the template messages that were under way."""
    for message in core.store.by_provider[Provider.WECHAT]:
        if message.status == "queued":
            core.later(
                core.settings.wechat_receipt_ms / 1000, finish_template, core, message, SUCCESS
            )


def follow(core: Core, openid: str, row: Row, *, tell: bool = True) -> None:
    """Make somebody a follower, with a `subscribe` event unless `tell` is false."""
    core.store.put(Table.FOLLOWERS, openid, {**row, "following": True})
    if tell:
        _happen(core, openid, "subscribe", "关注")


def unfollow(core: Core, openid: str) -> None:
    """Make a follower leave, with an `unsubscribe` event."""
    row = core.store.tables[Table.FOLLOWERS].get(openid, {})
    core.store.put(Table.FOLLOWERS, openid, {**row, "following": False})
    _happen(core, openid, "unsubscribe", "取消关注")


def write(core: Core, openid: str, text: str) -> Message:
    """A follower writes to the account; a passive reply appears as a bubble."""
    message = _inbound(openid, text)
    core.store.add(message)
    fields = {"MsgType": "text", "Content": text, "MsgId": int(message.sid)}
    _post(core, message, "text", _xml({**_envelope(openid), **fields}))
    return message


def _happen(core: Core, openid: str, event: str, label: str) -> None:
    message = _inbound(openid, label)
    message.details = {"event": event}
    core.store.add(message)
    _post(core, message, event, _event(openid, {"Event": event, "EventKey": ""}))


def _inbound(openid: str, text: str) -> Message:
    return Message(
        sid=str(new_msgid()),
        provider=Provider.WECHAT,
        to=ACCOUNT,
        sender=openid,
        body=text,
        status="received",
        inbound=True,
    )


def _post(core: Core, message: Message, says: str, body: str) -> None:
    url = core.settings.wechat_callback_url
    if not url:
        return
    timestamp, nonce = str(int(time.time())), secrets.token_hex(5)
    query = {
        "signature": signature(core.settings.wechat_token, timestamp, nonce),
        "timestamp": timestamp,
        "nonce": nonce,
    }

    def answered(answer: str) -> None:
        if text := _passive_reply(answer):
            core.store.add(_reply(message, text))

    separator = "&" if "?" in url else "?"
    signed_url = f"{url}{separator}{urlencode(query)}"
    headers = {"Content-Type": "text/xml"}
    core.poster.post(Callback(message, signed_url, says, body.encode(), headers, answered))


def _envelope(openid: str) -> Row:
    return {"ToUserName": ACCOUNT, "FromUserName": openid, "CreateTime": int(time.time())}


def _event(openid: str, fields: Row) -> str:
    return _xml({**_envelope(openid), "MsgType": "event", **fields})


def _xml(fields: Row) -> str:
    inner = "".join(f"<{name}>{_value(value)}</{name}>" for name, value in fields.items())
    return f"<xml>{inner}</xml>"


def _value(value: Any) -> str:
    if isinstance(value, int):
        return str(value)
    escaped = str(value).replace("]]>", "]]]]><![CDATA[>")
    return f"<![CDATA[{escaped}]]>"


def _passive_reply(answer: str) -> str:
    try:
        root: Any = fromstring(answer)
    except (ParseError, DefusedXmlException):
        return ""
    return str(root.findtext("Content") or "") if root.findtext("MsgType") == "text" else ""


def _reply(message: Message, text: str) -> Message:
    return Message(
        sid=str(new_msgid()),
        provider=Provider.WECHAT,
        to=message.sender,
        sender=ACCOUNT,
        body=text,
        status="delivered",
        details={"reply_to": message.sid},
    )
