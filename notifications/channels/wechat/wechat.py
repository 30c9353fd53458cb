"""WeChat Official Account template messages."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, Final
from urllib.parse import quote
from xml.etree.ElementTree import Element

import aiohttp
from django.conf import settings
from django.http import HttpRequest
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from redis.exceptions import RedisError

from notifications.channels import http, wording
from notifications.channels.addresses import AddressKind
from notifications.channels.base import (
    Bulletin,
    Content,
    DataRecipient,
    Message,
    MessageTemplate,
    Provider,
    register,
)
from notifications.channels.outcomes import (
    Accepted,
    BadSignature,
    Callback,
    Failed,
    Inbound,
    InboundAction,
    NotAccepted,
    NotSent,
    Outcome,
    ProviderReceipt,
    Reason,
    Refusal,
    Unknown,
    UnreadableCallback,
)
from notifications.channels.wechat_safe_mode import document, encrypted_in, is_signed, opened
from notifications.media import WECHAT
from statuspage.lib.database_clock import database_now
from statuspage.lib.redis_client import async_client

logger = logging.getLogger(__name__)

# A token is replaced this long before its end, so that none expires in transit.
SPARE_SECONDS: Final = 300
# A process that dies while it fetches must not hold up the others for longer.
LOCK_SECONDS: Final = 45
# errcode -> what it means for us; source: developers.weixin.qq.com, 全局返回码 and 模板消息
ERRORS: Final[Mapping[int, Refusal]] = {
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
    "cancelled": "已取消",
    "correction": "更正",
    "withdrawal": "撤回",
    # Kinds of notice whose Chinese label is too long.
    "notice.channel_closure": "渠道调整",
    "notice.holiday_schedule": "假期结算",
    "notice.payout_progress": "退还进度",
    "notice.penalty_disclosure": "行政处罚",
    "notice.replacement": "设备更换",
    "notice.settlement_rule": "结算规则",
    "notice.yearly_disclosure": "年度披露",
}
OTHER_PHRASE: Final = "公告"

CALLBACK_SECONDS: Final = 600
# What an unsigned body may not cause: messages to somebody who had them stopped.
SIGNED_ONLY: Final = frozenset({"subscribe"})
REFUSED_BY_READER: Final = "user block"


@register
class WeChat(Provider):
    """Template messages of an Official Account."""

    name = "wechat"
    label = _("WeChat")
    medium = WECHAT
    address_kind = AddressKind.OPENID
    # WeChat promises ten minutes for client_msg_id; two are a margin.
    recognises_repeats_for = timedelta(minutes=8)
    required_settings = ("WECHAT_APP_ID", "WECHAT_SECRET", "WECHAT_TEMPLATE_ID")
    rate_setting = "WECHAT_PER_SECOND"

    def compose(self, bulletin: Bulletin, template: MessageTemplate | None = None) -> Content:
        """Return name, state, time and the start of the body; the URL leads to the rest."""
        published = localtime(bulletin.published_at)
        fields = {
            "thing1": _thing(f"{bulletin.mark}{bulletin.name}"),
            "phrase2": _phrase(bulletin),
            "time3": f"{published:%Y}年{published.month}月{published.day}日 {published:%H:%M}",
            "thing4": _thing(" ".join(wording.in_brief(bulletin, wording.WECHAT).body.split())),
        }
        data = {"data": {name: {"value": value} for name, value in fields.items()}}
        return Content(text="\n".join(fields.values()), data={**data, "url": bulletin.url})

    def recipient(self) -> DataRecipient:
        """Return WeChat's company."""
        return DataRecipient(
            name=gettext("Shenzhen Tencent Computer Systems Co., Ltd. (WeChat)"),
            receives=gettext(
                "your WeChat OpenID, which it knows already, and the text of the message"
            ),
            purpose=gettext("sending messages in WeChat to those who follow our official account"),
        )

    async def send(self, batch: Iterable[Message]) -> AsyncIterator[tuple[Message, Outcome]]:
        """Send every message once; repeat it only where WeChat refused the token."""
        async with http.session() as session:
            sender = _Sender(session)
            async for sent in http.each(batch, sender.send):
                yield sent

    def verify_callback(self, request: HttpRequest) -> None:
        """Check WeChat's signature: of the time, a nonce, and in safe mode the encrypted body.

        A question (GET) has no body. Clear text is believed only where that was chosen.
        """
        given = {name: request.GET.get(name, "") for name in ("timestamp", "nonce")}
        token, signature, parts = settings.WECHAT_CALLBACK_TOKEN, "signature", list(given.values())
        if request.method == "POST" and settings.WECHAT_ENCODING_AES_KEY:
            signature, parts = "msg_signature", [*parts, encrypted_in(request.body)]
        elif request.method == "POST" and not settings.WECHAT_CALLBACK_PLAIN:
            raise BadSignature
        genuine = token and is_signed(request.GET.get(signature, ""), token, *parts)
        if not genuine or not all(parts) or not _is_recent(given["timestamp"]):
            raise BadSignature

    def parse_callback(self, request: HttpRequest) -> Callback:
        """Read an event in XML, or answer WeChat's check of the URL (GET)."""
        if request.method == "GET":
            return Callback(answer=request.GET.get("echostr", ""))
        try:
            root = document(_clear(request))
        except ValueError as error:
            raise UnreadableCallback from error
        openid = root.findtext("FromUserName", "")
        kind = root.findtext("Event") or root.findtext("MsgType")
        if not openid or not kind:
            raise UnreadableCallback
        read = _READ.get(kind)
        if read is None or (kind in SIGNED_ONLY and not settings.WECHAT_ENCODING_AES_KEY):
            said = Callback(answer="success")
        else:
            said = read(root, openid)
        return replace(said, once=f"{request.GET['timestamp']}:{request.GET['nonce']}")


def _clear(request: HttpRequest) -> bytes:
    """Return the document in clear; ValueError where it cannot be opened."""
    key = settings.WECHAT_ENCODING_AES_KEY
    if not key:
        return request.body
    return opened(encrypted_in(request.body), key, settings.WECHAT_APP_ID)


class _Sender:
    """Sends a batch over one session, with the shared access token."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session
        self._token = ""
        self._renewing = asyncio.Lock()

    async def send(self, message: Message) -> Outcome:
        token = self._token or await self._renew("")
        outcome = await self._post(token, message)
        if outcome is None:
            outcome = await self._post(await self._renew(token), message)
        return outcome or NotSent(Reason.NO_CREDENTIALS, "token")

    async def _renew(self, stale: str) -> str:
        """Return another token than `stale`, fetched once for all messages that wait for it."""
        async with self._renewing:
            if self._token == stale:
                try:
                    await self._renew_shared(stale)
                except RedisError as error:
                    if self._token == stale:
                        raise NotAccepted(NotSent(Reason.CONNECTION, "redis")) from error
                    # Nobody else got the new token; it is good all the same.
                    logger.warning("Redis did not take WeChat's token: %s", type(error).__name__)
            return self._token

    async def _renew_shared(self, stale: str) -> None:
        """Take the token that all processes share; of those that want another only one fetches.

        Raises:
            redis.RedisError: Redis is away.
            NotAccepted: WeChat gives none.
        """
        key = f"token:wechat:{settings.WECHAT_APP_ID}"
        async with async_client(decode_responses=True) as redis:
            kept = await redis.get(key)
            if kept and kept != stale:
                self._token = str(kept)
                return
            async with redis.lock(f"{key}:lock", timeout=LOCK_SECONDS):
                kept = await redis.get(key)
                if kept and kept != stale:
                    self._token = str(kept)
                    return
                self._token, seconds = await self._fetch(stale)
                await redis.set(key, self._token, ex=max(1, seconds - SPARE_SECONDS))

    async def _post(self, token: str, message: Message) -> Outcome | None:
        """Return the outcome of one try; None when WeChat refused the token."""
        answer = await self._call(
            f"message/template/send?access_token={quote(token)}",
            touser=message.address,
            template_id=settings.WECHAT_TEMPLATE_ID,
            client_msg_id=message.repeat_id,
            **message.content.data,
        )
        return _outcome_of(answer)

    async def _fetch(self, stale: str) -> tuple[str, int]:
        """Fetch a token and its seconds; force another (20 a day) only where it is `stale`."""
        token, seconds = await self._fetch_once(force=False)
        return await self._fetch_once(force=True) if token == stale else (token, seconds)

    async def _fetch_once(self, *, force: bool) -> tuple[str, int]:
        try:
            answer = await self._call(
                "stable_token",
                grant_type="client_credential",
                appid=settings.WECHAT_APP_ID,
                secret=settings.WECHAT_SECRET,
                force_refresh=force,
            )
        except NotAccepted as error:
            raise NotAccepted(NotSent(Reason.CONNECTION, error.outcome.code)) from error
        return _token_of(answer)

    async def _call(self, path: str, **values: Any) -> http.ProviderResponse:
        url = f"{settings.WECHAT_BASE_URL}/cgi-bin/{path}"
        return await http.request(self._session, "POST", url, json=values)


def _token_of(answer: http.ProviderResponse) -> tuple[str, int]:
    given = answer.json()
    token, seconds = given.get("access_token"), given.get("expires_in")
    if isinstance(token, str) and token and isinstance(seconds, int):
        return token, seconds
    code = given.get("errcode", answer.status)
    known = ERRORS.get(code) or NotSent(Reason.NO_CREDENTIALS)
    reason = Reason.PROVIDER_ERROR if answer.status >= 500 else known.reason
    raise NotAccepted(NotSent(reason, f"token {code}", known.retry_after))


def _outcome_of(answer: http.ProviderResponse) -> Outcome | None:
    given = answer.json()
    code = given.get("errcode", "")
    readable = answer.status == 200 and isinstance(code, int)
    if outcome := http.without_code(answer, readable=readable):
        return outcome
    if code in STALE_TOKEN:
        return None
    if code == 0 or code in REPEATED:
        return Accepted(str(given.get("msgid", "")))
    return http.meaning(ERRORS, code)


def _thing(text: str) -> str:
    return wording.cut(text, THING_CHARACTERS)


def _phrase(bulletin: Bulletin) -> str:
    if PHRASE.fullmatch(bulletin.status_label):
        return bulletin.status_label
    return PHRASES.get(bulletin.status, OTHER_PHRASE)


def _is_recent(timestamp: str) -> bool:
    readable = timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12
    return readable and abs(database_now().timestamp() - int(timestamp)) <= CALLBACK_SECONDS


def _receipt(root: Element, _openid: str) -> Callback:
    status = root.findtext("Status", "").strip().lower()
    provider_id = root.findtext("MsgID", "").strip()
    if not status or not provider_id:
        raise UnreadableCallback
    refused = REFUSED_BY_READER in status
    reason = Reason.OPTED_OUT if refused else Reason.PROVIDER_ERROR
    error = None if status == "success" else Failed(reason, status[:64], suppress=refused)
    receipt = ProviderReceipt.ended(f"{provider_id}:{status}", provider_id, error)
    return Callback(receipts=[receipt], answer="success")


def _act(action: InboundAction, root: Element, openid: str) -> Callback:
    text = root.findtext("Content", "").strip()
    # Of an event only its sender, time and kind are its own: 接收事件推送, 关于重试的消息排重.
    event = (root.findtext(name, "") for name in ("CreateTime", "Event"))
    name = root.findtext("MsgId") or ":".join([openid, *event])
    return Callback(inbound=[Inbound(openid, action, text, name)], answer="success")


_READ: Final[Mapping[str, Callable[[Element, str], Callback]]] = {
    "TEMPLATESENDJOBFINISH": _receipt,
    "subscribe": partial(_act, InboundAction.FOLLOW),
    "unsubscribe": partial(_act, InboundAction.STOP),
    "text": partial(_act, InboundAction.TEXT),
}
