"""Callbacks of WeChat: whom to believe, what they say, and the reply within the answer.

Source: developers.weixin.qq.com, 接收普通消息, 接收事件推送, 被动回复用户消息 and 订阅通知事件推送.
"""

import logging
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final
from xml.etree.ElementTree import Element

from django.http import HttpRequest

from notifications.channels import http
from notifications.channels.outcomes import (
    BadSignature,
    Callback,
    ConsentChange,
    Failed,
    Inbound,
    InboundAction,
    NotSent,
    ProviderReceipt,
    Reason,
    Refusal,
    UnreadableCallback,
)
from notifications.channels.sms_text import action_of
from notifications.channels.weixin.codes import ERRORS
from notifications.channels.weixin.safe_mode import (
    CannotOpen,
    document,
    encrypted_in,
    is_signed,
    opened,
    sealed,
    signature,
)
from statuspage.lib.database_clock import database_now

CALLBACK_SECONDS: Final = 600
# What an unsigned body may not cause: messages to somebody who had them stopped, or who agreed
# to none.
SIGNED_ONLY: Final = frozenset(
    {"subscribe", "subscribe_msg_popup_event", "subscribe_msg_change_event"}
)
REFUSED_BY_READER: Final = "user block"
# A fault of WeChat's own, after it took the message.
NOT_SENT_AFTER_ALL: Final = "system failed"
START: Final = InboundAction.START
SUCCESS: Final = "success"
MANAGED: Final = "subscribe_msg_change_event"
SENT: Final = "subscribe_msg_sent_event"
XML: Final = "text/xml"
CODE: Final = re.compile(r"-?[0-9]{1,9}")
# A large number; another form of it would do no harm, but none that no column takes.
MESSAGE_ID: Final = re.compile(r"[0-9A-Za-z_-]{1,64}")
CODE_LENGTH: Final = 40
SECONDS: Final = re.compile(r"[0-9]{1,10}")

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Door:
    """The callback address of one account, as it is entered at WeChat."""

    app_id: str
    token: str
    # What bodies are encrypted with in safe mode, and after a change what they were until then.
    keys: Sequence[str]
    plain: bool = False
    # Whose messages `subscribe_msg_sent_event` is about: an account has one address for all.
    notices: str = ""
    # An answer is a message to the person who wrote; a mini program cannot send one.
    replies: bool = True


def verify(request: HttpRequest, door: Door) -> None:
    """Check WeChat's signature: of the time, a nonce, and in safe mode the encrypted body.

    A question (GET) has no body. Clear text is believed only where that was chosen.

    Raises:
        BadSignature: it is not WeChat's, or old.
    """
    given = {name: request.GET.get(name, "") for name in ("timestamp", "nonce")}
    name, parts = "signature", list(given.values())
    if request.method == "POST" and door.keys:
        name, parts = "msg_signature", [*parts, encrypted_in(request.body)]
    elif request.method == "POST" and not door.plain:
        raise BadSignature
    genuine = door.token and is_signed(request.GET.get(name, ""), door.token, *parts)
    if not genuine or not all(parts) or not _is_recent(given["timestamp"]):
        raise BadSignature


def read(request: HttpRequest, door: Door) -> Callback:
    """Read a verified event or message in XML, or answer WeChat's check of the address (GET).

    Raises:
        UnreadableCallback: it is malformed.
    """
    if request.method == "GET":
        return Callback(answer=request.GET.get("echostr", ""))
    try:
        root = document(_clear(request, door))
    except ValueError as error:
        raise UnreadableCallback from error
    openid = root.findtext("FromUserName", "")
    kind = root.findtext("Event") or root.findtext("MsgType")
    if not openid or not kind:
        raise UnreadableCallback
    reader = _READ.get(kind)
    if reader is None or (kind in SIGNED_ONLY and not door.keys):
        said = Callback(answer=SUCCESS)
    else:
        said = reader(root, openid)
        if not door.keys:
            said = replace(said, inbound=[one for one in said.inbound if one.action is not START])
        of = door.notices if kind == SENT else ""
        reply = partial(_reply, root, openid, door) if door.replies else None
        said = replace(said, receipts_of=of, reply=reply)
    return replace(said, once=f"{request.GET['timestamp']}:{request.GET['nonce']}")


def _clear(request: HttpRequest, door: Door) -> bytes:
    """Return the document in clear; ValueError where it cannot be opened."""
    if not door.keys:
        return request.body
    try:
        return opened(encrypted_in(request.body), door.keys, door.app_id)
    except CannotOpen:
        # WeChat signed it, so it is the settings that are wrong: nobody's 退订 is heard.
        logger.error("a callback of %s cannot be opened: check its EncodingAESKey", door.app_id)  # noqa: TRY400
        raise


def _is_recent(timestamp: str) -> bool:
    readable = timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12
    return readable and abs(database_now().timestamp() - int(timestamp)) <= CALLBACK_SECONDS


def _reply(root: Element, openid: str, door: Door, text: str) -> tuple[str, str]:
    """Return the body and type of an answer that the follower sees as a message."""
    body = _xml(
        ToUserName=openid,
        FromUserName=root.findtext("ToUserName", ""),
        CreateTime=str(int(database_now().timestamp())),
        MsgType="text",
        Content=text,
    )
    return (_in_safe_mode(body, door) if door.keys else body), XML


def _in_safe_mode(body: str, door: Door) -> str:
    encrypted = sealed(body.encode(), door.keys[0], door.app_id)
    moment, nonce = str(int(database_now().timestamp())), secrets.token_hex(5)
    return _xml(
        Encrypt=encrypted,
        MsgSignature=signature(door.token, moment, nonce, encrypted),
        TimeStamp=moment,
        Nonce=nonce,
    )


def _xml(**fields: str) -> str:
    inner = "".join(
        f"<{name}><![CDATA[{value.replace(']]>', ']]]]><![CDATA[>')}]]></{name}>"
        for name, value in fields.items()
    )
    return f"<xml>{inner}</xml>"


def _receipt(root: Element, _openid: str) -> Callback:
    status = root.findtext("Status", "").strip().lower()
    provider_id = root.findtext("MsgID", "").strip()
    if not status or not MESSAGE_ID.fullmatch(provider_id):
        raise UnreadableCallback
    error = None if status == SUCCESS else _ended_by(status)
    receipt = ProviderReceipt.ended(f"{provider_id}:{status}", provider_id, error)
    return Callback(receipts=[receipt], answer=SUCCESS)


def _ended_by(status: str) -> Refusal:
    code = status[:CODE_LENGTH]
    if NOT_SENT_AFTER_ALL in status:
        return NotSent(Reason.PROVIDER_ERROR, code)
    refused = REFUSED_BY_READER in status
    return Failed(Reason.OPTED_OUT if refused else Reason.PROVIDER_ERROR, code, suppress=refused)


def _sent(root: Element, openid: str) -> Callback:
    """Read what became of subscription messages; a code that is not 0 says why it was none."""
    receipts = []
    for one in root.iter("List"):
        provider_id = one.findtext("MsgID", "").strip()
        code = one.findtext("ErrorCode", "").strip()
        if not MESSAGE_ID.fullmatch(provider_id) or not CODE.fullmatch(code):
            raise UnreadableCallback
        error = None if int(code) == 0 else http.reported(ERRORS, int(code))
        receipt = ProviderReceipt.ended(f"{provider_id}:{code}", provider_id, error)
        receipts.append(replace(receipt, **_whose(root, one, openid)))
    return Callback(receipts=receipts, answer=SUCCESS)


def _whose(root: Element, one: Element, openid: str) -> Mapping[str, Any]:
    """Return what tells whose message it was, where the answer with its id was lost.

    WeChat reports within seconds: the time of the report is about that of the message.
    """
    when, template = root.findtext("CreateTime", "").strip(), one.findtext("TemplateId", "").strip()
    if not template or not SECONDS.fullmatch(when):
        return {}
    at = datetime.fromtimestamp(int(when), UTC)
    return {"address": openid, "template": template, "submitted_at": at}


def _consents(root: Element, openid: str) -> Callback:
    """Read for which templates somebody agreed to one message, and which they refuse."""
    when = root.findtext("CreateTime", "")
    managed = root.findtext("Event") == MANAGED
    changes = [
        ConsentChange(
            openid,
            template,
            accepted=one.findtext("SubscribeStatusString", "").strip() == "accept",
            # Of an event only its sender, time and place in it are its own.
            name=":".join((openid, when, str(place), template)),
        )
        for place, one in enumerate(root.iter("List"))
        if (template := one.findtext("TemplateId", "").strip())
    ]
    if not changes:
        raise UnreadableCallback
    # To say no when asked is not to take back what was agreed to before; and in the list of notices
    # nobody agrees to one more.
    said = [one for one in changes if one.accepted is not managed]
    return Callback(consents=said, answer=SUCCESS)


def _act(action: InboundAction, root: Element, openid: str) -> Callback:
    text = root.findtext("Content", "").strip()
    # Of an event only its sender, time and kind are its own: 接收事件推送, 关于重试的消息排重.
    event = (root.findtext(name, "") for name in ("CreateTime", "Event"))
    name = root.findtext("MsgId") or ":".join([openid, *event])
    return Callback(inbound=[Inbound(openid, action, text, name)], answer=SUCCESS)


def _text(root: Element, openid: str) -> Callback:
    """Read what somebody wrote: 退订 stops our messages and 恢复 starts them again."""
    return _act(action_of(root.findtext("Content", "")), root, openid)


_READ: Final[Mapping[str, Callable[[Element, str], Callback]]] = {
    "TEMPLATESENDJOBFINISH": _receipt,
    "subscribe": partial(_act, InboundAction.FOLLOW),
    "unsubscribe": partial(_act, InboundAction.STOP),
    "text": _text,
    "subscribe_msg_popup_event": _consents,
    MANAGED: _consents,
    SENT: _sent,
}
