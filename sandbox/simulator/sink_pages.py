"""Mailboxes, group robots, push services and webhooks: pages of what came in, newest first."""

from collections.abc import Callable
from typing import Final

from aiohttp import web

from sandbox.simulator.core import CORE
from sandbox.simulator.mail_reports import REPORTS
from sandbox.simulator.markup import SECURITY, Safe, clock, day, fill, join, page, path, web_link
from sandbox.simulator.store import Message, Provider

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
        unsubscribe=_unsubscribe(message),
        path=path("mails", message.sid),
        reports=join(fill("report.html", kind=kind, label=REPORTS[kind][0]) for kind in REPORTS),
        headers="\n".join(f"{name}: {value}" for name, value in details["headers"]),
    )


def _unsubscribe(message: Message) -> Safe:
    header = message.details["list_unsubscribe"]
    urls = [part.strip(" <>") for part in header.split(",")]
    url = next((url for url in urls if web_link(url) != "#"), "")
    offered = message.details["list_unsubscribe_post"]
    button = fill("one_click.html", path=path("mails", message.sid)) if offered else Safe()
    shown = fill("unsubscribe.html", header=header, url=web_link(url), button=button)
    return shown if header else Safe()


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


def _group(message: Message) -> Safe:
    service = message.details["service"]
    return fill("group.html", text=message.body, service=service, when=_when(message))


def _when(message: Message) -> str:
    return f"{day(message.accepted_at)} {clock(message.accepted_at)}"


# Path -> provider, heading, how an item looks.
SINKS: Final[dict[str, tuple[Provider, str, Callable[[Message], Safe]]]] = {
    "mailboxes": (Provider.MAIL, "邮箱", _mail),
    "robots": (Provider.WECOM, "群机器人", _robot),
    "groups": (Provider.GROUP, "群聊与推送", _group),
    "webhooks": (Provider.WEBHOOK, "Webhook", _webhook),
}


async def show(request: web.Request) -> web.StreamResponse:
    """GET /mailboxes/{name}, /robots/{name}, /groups/{name}, /webhooks/{name}."""
    sink, name = request.match_info["sink"], request.match_info["name"]
    provider, heading, item = SINKS[sink]
    messages = request.app[CORE].store.newest_first(provider, name)
    items = join(map(item, messages), "empty.html")
    where = path(sink, name)
    return page(
        request, "sink.html", title=name, items=items, heading=heading, name=name, path=where
    )


async def mail_html(request: web.Request) -> web.StreamResponse:
    """GET /mails/{sid}: the HTML part alone, where no script of it can run."""
    message = request.app[CORE].store.messages.get(request.match_info["sid"])
    if message is None or message.provider != Provider.MAIL:
        raise web.HTTPNotFound
    policy = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    headers = {**SECURITY, "Content-Security-Policy": policy}
    return web.Response(text=message.details["html"], content_type="text/html", headers=headers)


ROUTES: Final = (
    web.get("/{sink:mailboxes|robots|groups|webhooks}/{name}{fragment:(?:/fragment)?}", show),
    web.get("/mails/{sid}", mail_html),
)
