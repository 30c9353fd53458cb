"""The control API's half about people: what phones and followers do, and webhooks' secrets."""

from typing import Final

from aiohttp import web

from notifications.simulator import sms, wechat_callbacks
from notifications.simulator.control_api import one_or_many, read_object, refusing
from notifications.simulator.core import CORE
from notifications.simulator.store import Row, Table
from notifications.simulator.webhook_sink import check_secret


@refusing
async def inbound(request: web.Request) -> web.StreamResponse:
    """POST /control/inbound `{"from": number or OpenID, "text"}`: somebody writes."""
    core, given = request.app[CORE], await read_object(request)
    sender, text = _text(given, "from"), _text(given, "text")
    if sender in core.store.tables[Table.FOLLOWERS]:
        message = wechat_callbacks.write(core, sender, text)
    else:
        message = sms.receive(core, sender, text)
    return web.json_response(vars(message), status=201)


@refusing
async def followers(request: web.Request) -> web.StreamResponse:
    """GET /control/wechat/followers: by OpenID."""
    return web.json_response(request.app[CORE].store.tables[Table.FOLLOWERS])


@refusing
async def follow(request: web.Request) -> web.StreamResponse:
    """POST /control/wechat/followers `{"openid", "name"?, "phone"?, "event"?}`, or a list of them.

    A list is `{"followers": [...]}`. `"event": false` sends no `subscribe` callback.
    """
    core, given = request.app[CORE], await read_object(request)
    people = [(_text(row, "openid"), row) for row in one_or_many(given, "followers")]
    for openid, row in people:
        known = {name: str(row.get(name, "")) for name in ("name", "phone")}
        wechat_callbacks.follow(core, openid, known, tell=row.get("event", True))
    return web.json_response({"ok": True}, status=201)


@refusing
async def unfollow(request: web.Request) -> web.StreamResponse:
    """DELETE /control/wechat/followers/{openid}."""
    core, openid = request.app[CORE], request.match_info["openid"]
    if openid not in core.store.tables[Table.FOLLOWERS]:
        raise ValueError("there is no such follower")
    wechat_callbacks.unfollow(core, openid)
    return web.json_response({"ok": True})


@refusing
async def set_secret(request: web.Request) -> web.StreamResponse:
    """PUT /control/webhooks/{name} `{"secret": "whsec_..."}`."""
    core, given = request.app[CORE], await read_object(request)
    secret = check_secret(given.get("secret"))
    core.store.put(Table.SECRETS, request.match_info["name"], {"secret": secret})
    return web.json_response({"ok": True})


def _text(row: Row, name: str) -> str:
    value = row.get(name) if isinstance(row, dict) else None
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{name} is missing")
    return value


ROUTES: Final = (
    web.post("/control/inbound", inbound),
    web.get("/control/wechat/followers", followers),
    web.post("/control/wechat/followers", follow),
    web.delete("/control/wechat/followers/{openid}", unfollow),
    web.put("/control/webhooks/{name}", set_secret),
)
