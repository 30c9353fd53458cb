"""WeChat Official Account template messages."""

import asyncio
import hashlib
import hmac
import re
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, Final
from urllib.parse import quote
from xml.etree.ElementTree import Element, ParseError

import aiohttp
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.conf import settings
from django.http import HttpRequest
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from redis.exceptions import RedisError

from notifications.channels import http, wording
from notifications.channels.addresses import AddressKind
from notifications.channels.base import Bulletin, Channel, Content, Limits, Message
from notifications.channels.batches import each
from notifications.channels.outcomes import (
    Accepted,
    BadSignature,
    Callback,
    Failed,
    Inbound,
    InboundAction,
    NotSent,
    Outcome,
    Reason,
    Receipt,
    ReceiptState,
    Unknown,
    Unreadable,
)
from notifications.channels.registry import register
from notifications.channels.shared_token import SharedToken, Token

# errcode -> what it means for us; source: developers.weixin.qq.com, 全局返回码 and 模板消息
ERRORS: Final[Mapping[int, Failed | NotSent | Unknown]] = {
    -1: Unknown(Reason.PROVIDER_ERROR),  # "busy, try again": repeated only while recognised
    40003: Failed(Reason.BAD_ADDRESS, suppress=True),
    43004: Failed(Reason.NOT_A_FOLLOWER, suppress=True),
    40132: Failed(Reason.OPTED_OUT, suppress=True),
    40037: Failed(Reason.REFUSED_CONTENT),
    47003: Failed(Reason.REFUSED_CONTENT),
    **dict.fromkeys((40013, 40125, 40164, 48001), NotSent(Reason.NO_CREDENTIALS)),
    45009: NotSent(Reason.QUOTA, retry_after=3600.0),  # the day's quota
    45011: NotSent(Reason.RATE_LIMITED, retry_after=60.0),
}
STALE_TOKEN: Final = frozenset({40001, 42001, 40014})
# The same client_msg_id again: WeChat has the message already.
REPEATED: Final = frozenset({45065, 45066})

# What template fields may hold; source: 模板消息参数类型 (thing, phrase).
THING_CHARACTERS: Final = 20
PHRASE: Final = re.compile(r"[\u4e00-\u9fff]{1,5}")  # whatever the reader's language
PHRASES: Final[Mapping[str, str]] = {
    "investigating": "调查中",
    "identified": "已定位",
    "monitoring": "处理中",
    "resolved": "已恢复",
    "scheduled": "计划维护",
    "in_progress": "进行中",
    "verifying": "验证中",
    "completed": "已完成",
    "correction": "更正",
    "withdrawal": "撤回",
}
OTHER_PHRASE: Final = "通知"

CALLBACK_SECONDS: Final = 600
REFUSED_BY_READER: Final = "user block"


class NoToken(Exception):
    """No access token could be had; nothing was sent."""

    def __init__(self, outcome: NotSent) -> None:
        super().__init__()
        self.outcome = outcome


@register
class WeChat(Channel):
    """Template messages of an Official Account."""

    name = "wechat"
    label = _("WeChat")
    address_kind = AddressKind.OPENID
    # client_msg_id is promised to hold for ten minutes; two are kept in hand.
    recognises_repeats_for = timedelta(minutes=8)

    @property
    def limits(self) -> Limits:
        """The account's messages a second."""
        rate = settings.WECHAT_PER_SECOND
        return Limits(per_second=rate, burst=rate)

    def configured(self) -> bool:
        """Account, secret and template are needed."""
        return bool(
            settings.WECHAT_APP_ID and settings.WECHAT_SECRET and settings.WECHAT_TEMPLATE_ID
        )

    def compose(self, bulletin: Bulletin) -> Content:
        """What, state, when and the first words; the rest is a tap away on the page."""
        time_said = localtime(bulletin.published_at)
        fields = {
            "thing1": _thing(bulletin.name),
            "phrase2": _phrase(bulletin),
            "time3": f"{time_said:%Y}年{time_said.month}月{time_said.day}日 {time_said:%H:%M}",
            "thing4": _thing(" ".join(wording.in_brief(bulletin).body.split())),
        }
        data = {"data": {name: {"value": value} for name, value in fields.items()}}
        return Content(text="\n".join(fields.values()), data={**data, "url": bulletin.url})

    async def send(self, batch: Sequence[Message]) -> AsyncIterator[tuple[Message, Outcome]]:
        """Send every message once; only a token that WeChat refused makes it ask again."""
        async with http.session() as session:
            sender = _Sender(session)
            async for sent in each(batch, sender.send):
                yield sent

    def verify_callback(self, request: HttpRequest) -> None:
        """WeChat signs the time and a nonce with the token set in its console."""
        given = {name: request.GET.get(name, "") for name in ("signature", "timestamp", "nonce")}
        token = settings.WECHAT_CALLBACK_TOKEN
        if not token or not _is_recent(given["timestamp"]):
            raise BadSignature
        signed = "".join(sorted([token, given["timestamp"], given["nonce"]])).encode()
        # SHA-1 is WeChat's choice.
        expected = hashlib.sha1(signed, usedforsecurity=False).hexdigest()
        if not hmac.compare_digest(expected.encode(), given["signature"].encode()):
            raise BadSignature

    def parse_callback(self, request: HttpRequest) -> Callback:
        """WeChat's question whether the address is ours (GET), or an event in XML."""
        if request.method == "GET":
            return Callback(answer=request.GET.get("echostr", ""))
        try:
            root = fromstring(request.body, forbid_dtd=True)
        except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
            raise Unreadable from error
        openid = root.findtext("FromUserName", "")
        kind = root.findtext("Event") or root.findtext("MsgType")
        if not openid or not kind:
            raise Unreadable
        return _READ.get(kind, _nothing)(root, openid)


class _Sender:
    """Sends a batch over one session, with the shared access token."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session
        self._shared = SharedToken(f"wechat:{settings.WECHAT_APP_ID}")
        self._token = ""
        self._renewing = asyncio.Lock()

    async def send(self, message: Message) -> Outcome:
        try:
            token = self._token or await self._renew("")
            outcome = await self._post(token, message)
            if outcome is None:
                outcome = await self._post(await self._renew(token), message)
        except NoToken as error:
            return error.outcome
        return outcome or NotSent(Reason.NO_CREDENTIALS, "token")

    async def _renew(self, stale: str) -> str:
        """Another token than `stale`, asked for once however many messages need it."""
        async with self._renewing:
            if self._token == stale:
                try:
                    self._token = await self._shared.renew(stale, self._fetch)
                except RedisError as error:
                    raise NoToken(NotSent(Reason.CONNECTION, "redis")) from error
            return self._token

    async def _post(self, token: str, message: Message) -> Outcome | None:
        """The outcome of one try; None when WeChat did not take the token."""
        try:
            answer = await self._call(
                f"message/template/send?access_token={quote(token)}",
                touser=message.address,
                template_id=settings.WECHAT_TEMPLATE_ID,
                client_msg_id=message.repeat_id,
                **message.content.data,
            )
        except http.ERRORS as error:
            return http.outcome_of(error)
        return _outcome_of(answer)

    async def _fetch(self, stale: str) -> Token:
        """A token from WeChat, forced only where it gives the refused one again (20 a day)."""
        token = await self._fetch_once(force=False)
        return await self._fetch_once(force=True) if token.value == stale else token

    async def _fetch_once(self, *, force: bool) -> Token:
        try:
            answer = await self._call(
                "stable_token",
                grant_type="client_credential",
                appid=settings.WECHAT_APP_ID,
                secret=settings.WECHAT_SECRET,
                force_refresh=force,
            )
        except http.ERRORS as error:
            raise NoToken(NotSent(Reason.CONNECTION, type(error).__name__)) from error
        return _token_of(answer)

    async def _call(self, path: str, **values: Any) -> http.Answer:
        url = f"{settings.WECHAT_BASE_URL}/cgi-bin/{path}"
        return await http.request(self._session, "POST", url, json=values)


def _token_of(answer: http.Answer) -> Token:
    given = answer.json()
    token, seconds = given.get("access_token"), given.get("expires_in")
    if isinstance(token, str) and token and isinstance(seconds, int):
        return Token(token, seconds)
    code = given.get("errcode", answer.status)
    known = ERRORS.get(code) or NotSent(Reason.NO_CREDENTIALS)
    reason = Reason.PROVIDER_ERROR if answer.status >= 500 else known.reason
    raise NoToken(NotSent(reason, f"token {code}", getattr(known, "retry_after", None)))


def _outcome_of(answer: http.Answer) -> Outcome | None:
    given = answer.json()
    code = given.get("errcode")
    if answer.status == 429:
        return NotSent(Reason.RATE_LIMITED, "429", http.retry_after(answer.headers))
    if answer.status != 200 or not isinstance(code, int):
        return Unknown(Reason.PROVIDER_ERROR, str(answer.status))
    if code in STALE_TOKEN:
        return None
    if code == 0 or code in REPEATED:
        return Accepted(str(given.get("msgid", "")))
    known = ERRORS.get(code, Failed(Reason.OTHER))
    return replace(known, code=str(code))


def _thing(text: str) -> str:
    return text if len(text) <= THING_CHARACTERS else f"{text[: THING_CHARACTERS - 1]}…"


def _phrase(bulletin: Bulletin) -> str:
    if PHRASE.fullmatch(bulletin.status_label):
        return bulletin.status_label
    return PHRASES.get(bulletin.status, OTHER_PHRASE)


def _is_recent(timestamp: str) -> bool:
    readable = timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12
    return readable and abs(time.time() - int(timestamp)) <= CALLBACK_SECONDS


def _receipt(root: Element, openid: str) -> Callback:
    status = root.findtext("Status", "").strip().lower()
    provider_id = root.findtext("MsgID", "").strip()
    if not status or not provider_id:
        raise Unreadable
    delivered, refused = status == "success", REFUSED_BY_READER in status
    failure = Reason.OPTED_OUT if refused else Reason.PROVIDER_ERROR
    receipt = Receipt(
        key=f"{provider_id}:{status}",
        state=ReceiptState.DELIVERED if delivered else ReceiptState.UNDELIVERED,
        provider_id=provider_id,
        code="" if delivered else status[:64],
        reason=None if delivered else failure,
        suppress=refused,
    )
    return Callback(receipts=[receipt], answer="success")


def _act(action: InboundAction, root: Element, openid: str) -> Callback:
    text = root.findtext("Content", "").strip()
    return Callback(inbound=[Inbound(openid, action, text)], answer="success")


def _nothing(root: Element, openid: str) -> Callback:
    return Callback(answer="success")


_READ: Final[Mapping[str, Callable[[Element, str], Callback]]] = {
    "TEMPLATESENDJOBFINISH": _receipt,
    "subscribe": partial(_act, InboundAction.FOLLOW),
    "unsubscribe": partial(_act, InboundAction.STOP),
    "text": partial(_act, InboundAction.TEXT),
}
