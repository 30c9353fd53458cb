"""WeChat's signed XML callbacks: receipts, follows, unfollows and what followers write."""

import base64
import hashlib
import secrets
import time
from typing import Any, Final
from urllib.parse import urlencode

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from sandbox.simulator.callback_sender import Callback
from sandbox.simulator.core import Core
from sandbox.simulator.parsing import parse_xml
from sandbox.simulator.store import JsonObject, Message, Provider, Table
from sandbox.simulator.wechat_accounts import Account, official

ACCOUNT: Final = "gh_simulator"
SUCCESS: Final = "success"


def new_msgid() -> str:
    """Return a message id: WeChat's are large integers."""
    return str(secrets.randbelow(9 * 10**18) + 10**18)


def signature(*values: str) -> str:
    """Return SHA-1 of the sorted, joined values (developers.weixin.qq.com, access overview)."""
    joined = "".join(sorted(values))
    return hashlib.sha1(joined.encode()).hexdigest()  # noqa: S324 - the protocol's choice


def finish_template(core: Core, message: Message, status: str) -> None:
    """End a template message's life, and send its TEMPLATESENDJOBFINISH."""
    if message.sid not in core.store.messages:
        return
    core.store.change(message, status="delivered" if status == SUCCESS else status)
    fields = {"Event": "TEMPLATESENDJOBFINISH", "MsgID": int(message.sid), "Status": status}
    _post(core, official(core), message, status, {"MsgType": "event", **fields})


def resume(core: Core) -> None:
    """Finish, after a restart, the template messages that were not yet delivered."""
    for message in core.store.by_provider[Provider.WECHAT]:
        if message.status == "queued":
            core.later(
                core.settings.wechat_receipt_ms / 1000, finish_template, core, message, SUCCESS
            )


def follow(core: Core, openid: str, row: JsonObject, *, tell: bool = True) -> None:
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
    """Take what a follower writes to the account; a passive reply appears as a bubble."""
    message = _inbound(openid, text)
    core.store.add(message)
    fields = {"MsgType": "text", "Content": text, "MsgId": int(message.sid)}
    _post(core, official(core), message, "text", fields)
    return message


def _happen(core: Core, openid: str, event: str, label: str) -> None:
    message = _inbound(openid, label)
    message.details = {"event": event}
    core.store.add(message)
    fields = {"MsgType": "event", "Event": event, "EventKey": ""}
    _post(core, official(core), message, event, fields)


def happens(
    core: Core, account: Account, message: Message, event: str, rows: list[JsonObject]
) -> None:
    """Send an event about subscription messages, with its list."""
    if message.inbound:
        core.store.add(message)
    around = "".join(part.title() for part in event.split("_"))
    fields = {"MsgType": "event", "Event": event, around: [{"List": row} for row in rows]}
    _post(core, account, message, event, fields)


def _inbound(openid: str, text: str) -> Message:
    return Message(
        sid=new_msgid(),
        provider=Provider.WECHAT,
        to=ACCOUNT,
        sender=openid,
        body=text,
        status="received",
        inbound=True,
    )


def _post(core: Core, account: Account, message: Message, says: str, fields: JsonObject) -> None:
    url = account.callback_url
    if not url:
        return
    timestamp, nonce = str(int(time.time())), secrets.token_hex(5)
    query = {
        "signature": signature(account.token, timestamp, nonce),
        "timestamp": timestamp,
        "nonce": nonce,
    }

    def answered(answer: str) -> None:
        root = parse_xml(answer)
        if sealed_reply := root.findtext("Encrypt"):
            root = parse_xml(unsealed(sealed_reply, account.aes_key))
        text = root.findtext("Content") if root.findtext("MsgType") == "text" else ""
        if text:
            core.store.add(message.reply(new_msgid(), text))

    envelope = {
        "ToUserName": account.original_id,
        "FromUserName": message.person,
        "CreateTime": int(timestamp),
    }
    body = _xml({**envelope, **fields})
    if key := account.aes_key:
        encrypted = sealed(body.encode(), key, account.app_id)
        body = _xml({"ToUserName": account.original_id, "Encrypt": encrypted})
        signed = signature(account.token, timestamp, nonce, encrypted)
        query |= {"encrypt_type": "aes", "msg_signature": signed}
    signed_url = f"{url}{'&' if '?' in url else '?'}{urlencode(query)}"
    headers = {"Content-Type": "text/xml"}
    core.poster.post(Callback(message, signed_url, says, body.encode(), headers, answered))


def sealed(message: bytes, encoding_key: str, app_id: str) -> str:
    """Return the message as safe mode encrypts it, in base64 (developers.weixin.qq.com)."""
    key = base64.b64decode(f"{encoding_key}=")
    clear = secrets.token_bytes(16) + len(message).to_bytes(4, "big") + message + app_id.encode()
    missing = 32 - len(clear) % 32
    encryptor = Cipher(AES(key), CBC(key[:16])).encryptor()
    encrypted = encryptor.update(clear + bytes([missing]) * missing) + encryptor.finalize()
    return base64.b64encode(encrypted).decode()


def unsealed(encrypted: str, encoding_key: str) -> str:
    """Return what our side encrypted; empty where it cannot be opened."""
    key = base64.b64decode(f"{encoding_key}=")
    try:
        given = base64.b64decode(encrypted, validate=True)
        decryptor = Cipher(AES(key), CBC(key[:16])).decryptor()
        clear = decryptor.update(given) + decryptor.finalize()
        size = int.from_bytes(clear[16:20], "big")
        return clear[20 : 20 + size].decode()
    except ValueError:
        return ""


def _xml(fields: JsonObject) -> str:
    return f"<xml>{_inner(fields)}</xml>"


def _inner(fields: JsonObject) -> str:
    return "".join(f"<{name}>{_value(value)}</{name}>" for name, value in fields.items())


def _value(value: Any) -> str:
    if isinstance(value, list):
        return "".join(map(_inner, value))
    if isinstance(value, dict):
        return _inner(value)
    if isinstance(value, int):
        return str(value)
    escaped = str(value).replace("]]>", "]]]]><![CDATA[>")
    return f"<![CDATA[{escaped}]]>"
