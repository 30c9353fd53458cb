"""A merchant's phone: what arrives on it, and what its owner sends."""

import secrets
from typing import Final

from aiohttp import web

from notifications.simulator import sms, wechat_callbacks
from notifications.simulator.core import CORE
from notifications.simulator.markup import Safe, fill, fragment, page, path
from notifications.simulator.reading import read_form
from notifications.simulator.store import Store, Table
from notifications.simulator.timeline import (
    followers_of,
    mark_seen,
    messages_of,
    timeline,
)


async def show(request: web.Request) -> web.StreamResponse:
    """GET /phones/{number}: the phone."""
    store, number = request.app[CORE].store, request.match_info["number"]
    mark_seen(store, number)
    body = fill(
        "phone.html",
        number=number,
        path=path("phones", number),
        opted_out=fill("opted_out.html") if _opted_out(store, number) else Safe(),
        items=timeline(messages_of(store, number)),
        channel=_channel_choice(store, number),
        follow=_follow_button(store, number),
    )
    return page(number, body)


async def show_fragment(request: web.Request) -> web.StreamResponse:
    """GET /phones/{number}/fragment: only the screen, for refreshing."""
    store, number = request.app[CORE].store, request.match_info["number"]
    mark_seen(store, number)
    return fragment(timeline(messages_of(store, number)))


async def open_phone(request: web.Request) -> web.StreamResponse:
    """GET /phones?number=...: the address of a phone's page."""
    number = request.query.get("number", "").strip()
    # A plus sign typed into an address bar arrives as a space.
    if number[:1].isdigit() and len(number) > 11:
        number = f"+{number}"
    raise web.HTTPSeeOther(path("phones", number) if number else "/")


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


def _opted_out(store: Store, number: str) -> bool:
    return number in store.tables[Table.OPT_OUTS]


def _following(store: Store, number: str) -> str:
    followers = store.tables[Table.FOLLOWERS]
    linked = followers_of(store, number)
    return next((openid for openid in linked if followers[openid]["following"]), "")


def _channel_choice(store: Store, number: str) -> Safe:
    return fill("channel_choice.html") if _following(store, number) else Safe()


def _follow_button(store: Store, number: str) -> Safe:
    openid = _following(store, number)
    label = "取消关注公众号" if openid else "关注公众号"
    return fill("follow.html", path=path("phones", number), label=label, openid=openid)


ROUTES: Final = (
    web.get("/phones", open_phone),
    web.get("/phones/{number}", show),
    web.get("/phones/{number}/fragment", show_fragment),
    web.post("/phones/{number}/send", send),
    web.post("/phones/{number}/follow", follow),
)
