"""Mailboxes, group robots and webhooks: pages of what came in, newest first."""

from collections.abc import Callable
from typing import Final

from aiohttp import web

from notifications.simulator.core import CORE
from notifications.simulator.markup import (
    SECURITY,
    Safe,
    clock,
    day,
    fill,
    fragment,
    join,
    page,
    path,
    web_link,
)
from notifications.simulator.store import Message, Provider, Store

SIGNATURES: Final = {
    True: ("good", "签名正确"),
    False: ("bad", "签名错误"),
    None: ("", "未设密钥，未验签"),
}


def _mail(message: Message) -> Safe:
    details = message.details
    return fill(
        "mail.html",
        subject=details["subject"] or "（无主题）",
        sender=details["from"] or message.sender,
        when=_when(message),
        text=message.body,
        html=fill("mail_html.html", path=path("mails", message.sid)) if details["html"] else Safe(),
        unsubscribe=_unsubscribe(details["list_unsubscribe"]),
    )


def _unsubscribe(header: str) -> Safe:
    urls = [part.strip(" <>") for part in header.split(",")]
    url = next((url for url in urls if web_link(url) != "#"), "")
    return fill("unsubscribe.html", header=header, url=web_link(url)) if header else Safe()


def _robot(message: Message) -> Safe:
    kind = message.details["msgtype"]
    return fill("robot.html", text=message.body, kind=kind, when=_when(message))


def _webhook(message: Message) -> Safe:
    tone, verdict = SIGNATURES[message.details["signature_valid"]]
    headers = message.details["headers"].items()
    return fill(
        "webhook.html",
        tone=tone,
        verdict=verdict,
        body=message.body,
        headers="\n".join(f"{name}: {value}" for name, value in headers),
        when=_when(message),
    )


def _when(message: Message) -> str:
    return f"{day(message.accepted_at)} {clock(message.accepted_at)}"


# Path -> provider, heading, how an item looks.
SINKS: Final[dict[str, tuple[Provider, str, Callable[[Message], Safe]]]] = {
    "mailboxes": (Provider.MAIL, "邮箱", _mail),
    "robots": (Provider.WECOM, "群机器人", _robot),
    "webhooks": (Provider.WEBHOOK, "Webhook", _webhook),
}


async def show(request: web.Request) -> web.StreamResponse:
    """GET /mailboxes/{name}, /robots/{name}, /webhooks/{name}."""
    sink, name = request.match_info["sink"], request.match_info["name"]
    items = _items(request.app[CORE].store, sink, name)
    body = fill("sink.html", heading=SINKS[sink][1], name=name, path=path(sink, name), items=items)
    return page(name, body)


async def show_fragment(request: web.Request) -> web.StreamResponse:
    """Only the items, for refreshing."""
    sink, name = request.match_info["sink"], request.match_info["name"]
    return fragment(_items(request.app[CORE].store, sink, name))


async def mail_html(request: web.Request) -> web.StreamResponse:
    """GET /mails/{sid}: the HTML part alone, where no script of it can run."""
    message = request.app[CORE].store.messages.get(request.match_info["sid"])
    if message is None or message.provider != Provider.MAIL:
        raise web.HTTPNotFound
    policy = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    headers = {**SECURITY, "Content-Security-Policy": policy}
    return web.Response(text=message.details["html"], content_type="text/html", headers=headers)


def _items(store: Store, sink: str, name: str) -> Safe:
    provider, _, item = SINKS[sink]
    messages = list(store.newest_first(provider, name))
    if not messages:
        return fill("empty.html", text="还没有消息", hint="No messages yet")
    return join(map(item, messages))


SINK_PATH: Final = "/{sink:mailboxes|robots|webhooks}/{name}"
ROUTES: Final = (
    web.get(SINK_PATH, show),
    web.get(f"{SINK_PATH}/fragment", show_fragment),
    web.get("/mails/{sid}", mail_html),
)
