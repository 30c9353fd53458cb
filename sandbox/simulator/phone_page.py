"""A merchant's phone: what arrives on it, by day, and what its owner sends."""

import re
import secrets
from itertools import groupby
from typing import Final

from aiohttp import web

from sandbox.simulator import sms, wechat_callbacks
from sandbox.simulator.calls import ANSWERED, CALLERS, RINGING
from sandbox.simulator.core import CORE
from sandbox.simulator.markup import Safe, clock, day, fill, join, page, path, web_link
from sandbox.simulator.parsing import read_form
from sandbox.simulator.store import Message, Provider, Store, Table

# What people write between the digits of a number.
APART: Final = re.compile(r"[\s().-]")
MAINLAND: Final = re.compile(r"1[3-9][0-9]{9}")
INTERNATIONAL: Final = re.compile(r"\+[1-9][0-9]{7,14}")
ARRIVED: Final = frozenset({"delivered", "received"})
# An unknown status is shown as the provider writes it.
STATUSES: Final = {
    "accepted": "已受理",
    "queued": "排队中",
    "sent": "已发出",
    "delivered": "已送达",
    "undelivered": "未送达",
    "failed": "发送失败",
    "canceled": "已取消",
    "received": "已收到",
    "ringing": "正在响铃",
    "in-progress": "通话中",
    "completed": "通话结束",
    "busy": "占线",
    "no-answer": "无人接听",
}


async def show(request: web.Request) -> web.StreamResponse:
    """GET /phones/{number}: the phone."""
    store, number = request.app[CORE].store, request.match_info["number"]
    if new := unread(store, number):
        store.put(Table.SEEN, number, {"count": _seen(store, number) + new})
    there, openid = path("phones", number), _following(store, number)
    label = "取消关注公众号" if openid else "关注公众号"
    return page(
        request,
        "phone.html",
        title=number,
        items=timeline(messages_of(store, number)),
        number=number,
        path=there,
        opted_out=fill("opted_out.html") if number in store.tables[Table.OPT_OUTS] else Safe(),
        channel=fill("channel_choice.html") if openid else Safe(),
        follow=fill("follow.html", path=there, label=label, openid=openid),
    )


def phone_number(store: Store, text: str) -> str:
    """Return the number that someone typed, as providers spell it, or a follower's OpenID.

    Raises:
        ValueError: it is neither.
    """
    if text.strip() in store.tables[Table.FOLLOWERS]:
        return text.strip()
    digits = APART.sub("", text)
    # A plus sign typed into an address bar arrives as a space.
    if digits[:1].isdigit():
        digits = f"+86{digits}" if MAINLAND.fullmatch(digits) else f"+{digits}"
    if not INTERNATIONAL.fullmatch(digits):
        raise ValueError("这不是手机号。请填写 11 位手机号，或以 + 和国家代码开头的号码。")
    return digits


async def send(request: web.Request) -> web.StreamResponse:
    """POST /phones/{number}/send: the owner sends an SMS, or writes to the account."""
    core, number = request.app[CORE], request.match_info["number"]
    form = await read_form(request)
    text = form.get("text", "").strip()
    openids = followers_of(core.store, number)
    if text and form.get("channel") == "wechat" and openids:
        wechat_callbacks.write(core, openids[0], text)
    elif text:
        sms.receive(core, number, text)
    raise web.HTTPSeeOther(path("phones", number))


async def follow(request: web.Request) -> web.StreamResponse:
    """POST /phones/{number}/follow: the owner follows the account, or leaves it."""
    core, number = request.app[CORE], request.match_info["number"]
    following = _following(core.store, number)
    if following:
        wechat_callbacks.unfollow(core, following)
    else:
        known = followers_of(core.store, number)
        openid = known[0] if known else f"o{secrets.token_urlsafe(20)}"
        wechat_callbacks.follow(core, openid, {"name": "", "phone": number})
    raise web.HTTPSeeOther(path("phones", number))


def _following(store: Store, number: str) -> str:
    followers = store.tables[Table.FOLLOWERS]
    linked = followers_of(store, number)
    return next((openid for openid in linked if followers[openid]["following"]), "")


def followers_of(store: Store, number: str) -> list[str]:
    """Return the OpenIDs linked to a phone; one without a phone is linked to itself."""
    rows = store.tables[Table.FOLLOWERS].items()
    return [openid for openid, row in rows if number in (openid, row.get("phone"))]


def messages_of(store: Store, number: str) -> list[Message]:
    """Return what the phone shows, oldest first."""
    found = sms.messages_with(store, number)
    found += [one for caller in CALLERS for one in store.newest_first(caller, number)]
    for openid in followers_of(store, number):
        found += store.newest_first(Provider.WECHAT, openid)
        found += store.newest_first(Provider.MINI_PROGRAM, openid)
    return sorted(found, key=lambda message: message.accepted_at)


def unread(store: Store, number: str) -> int:
    """Return how many messages arrived since the phone was last viewed."""
    received = sum(not message.inbound for message in messages_of(store, number))
    return max(received - _seen(store, number), 0)


def timeline(messages: list[Message]) -> Safe:
    """Return the messages under a heading a day."""
    days = groupby(messages, key=lambda message: day(message.accepted_at))
    shown = (fill("day.html", day=name, items=join(map(_item, rows))) for name, rows in days)
    return join(shown, "empty.html")


def _seen(store: Store, number: str) -> int:
    return int(store.tables[Table.SEEN].get(number, {}).get("count", 0))


def _item(message: Message) -> Safe:
    details, label = message.details, sms.LABELS.get(Provider(message.provider))
    if details.get("event"):
        return fill("event.html", text=f"{message.body}公众号", time=clock(message.accepted_at))
    common = {
        "arrival": "" if message.status in ARRIVED else "pending",
        "sid": message.sid,
        "status": _status(message),
        "time": clock(message.accepted_at),
    }
    if message.provider in CALLERS:
        here = path("phones", message.to, "calls", message.sid)
        ringing = message.status in RINGING | {ANSWERED}
        keys = fill("call_keys.html", path=here) if ringing else Safe()
        return fill("call.html", text=message.body, keys=keys, **common)
    if not label and "data" in details:
        rows, url = details["data"].items(), details.get("url")
        return fill(
            "card.html",
            template=details.get("template_id") or "",
            rows=join(fill("card_row.html", name=name, value=row["value"]) for name, row in rows),
            link=fill("card_link.html", url=web_link(url))
            if isinstance(url, str) and url
            else Safe(),
            **common,
        )
    return fill(
        "bubble.html",
        side="mine" if message.inbound else "theirs",
        kind="sms" if label else "wechat",
        text=message.body,
        provider=label or "微信 WeChat",
        parts=f"{message.segments} 段 · " if label else "",
        **common,
    )


def _status(message: Message) -> str:
    label = "已发送" if message.inbound else STATUSES.get(message.status, message.status)
    return f"{label} {message.error_code}" if message.error_code else label


ROUTES: Final = (
    web.get("/phones/{number}{fragment:(?:/fragment)?}", show),
    web.post("/phones/{number}/send", send),
    web.post("/phones/{number}/follow", follow),
)
