"""Fills the HTML templates; whatever is not already markup is escaped."""

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from typing import Final
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from aiohttp import web

TEMPLATES: Final = Path(__file__).parent / "templates"
SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
WEEKDAYS: Final = "一二三四五六日"
SECURITY: Final = {
    "Content-Security-Policy": "default-src 'self'; form-action 'self'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}


class Safe(str):
    """Text that is markup already."""

    __slots__ = ()


def fill(template: str, /, **values: object) -> Safe:
    """Return the template with its values in place.

    Raises:
        KeyError: the template names a value that is not given.
    """
    escaped = {name: _escape(value) for name, value in values.items()}
    return Safe(_read(template).substitute(escaped))


def join(pieces: Iterable[Safe], empty: str = "") -> Safe:
    """Join pieces of markup, or return the template `empty` if there are none."""
    joined = Safe("\n".join(pieces))
    return joined if joined or not empty else fill(empty)


def page(
    request: web.Request,
    template: str,
    *,
    title: str,
    items: Safe,
    back: bool = True,
    **values: object,
) -> web.Response:
    """Return a page, or only its items for refreshing, where the route has a `fragment`."""
    html = items
    if not request.match_info.get("fragment"):
        shown_back = fill("back.html") if back else Safe()
        body = fill(template, items=items, **values)
        html = fill("base.html", title=title, body=body, back=shown_back)
    return web.Response(text=html, content_type="text/html", headers=SECURITY)


def clock(at: float) -> str:
    """Return the time of day in Shanghai, to the second."""
    return datetime.fromtimestamp(at, SHANGHAI).strftime("%H:%M:%S")


def day(at: float) -> str:
    """Return the date in Shanghai, as a phone writes it."""
    moment = datetime.fromtimestamp(at, SHANGHAI)
    return f"{moment.year}年{moment.month}月{moment.day}日 星期{WEEKDAYS[moment.weekday()]}"


def path(*parts: str) -> str:
    """Return a path of the simulator, each part quoted."""
    return "/" + "/".join(quote(part, safe="") for part in parts)


def web_link(url: str) -> str:
    """Return the URL where it is a link to the web, else a harmless place."""
    try:
        scheme = urlsplit(url).scheme
    except ValueError:
        return "#"
    return url if scheme in {"http", "https"} else "#"


def _escape(value: object) -> str:
    return value if isinstance(value, Safe) else escape(str(value))


@cache
def _read(name: str) -> Template:
    return Template((TEMPLATES / name).read_text(encoding="utf-8"))
