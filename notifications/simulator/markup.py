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
    """The template with its values in place.

    Raises:
        KeyError: the template names a value that is not given.
    """
    escaped = {name: _escape(value) for name, value in values.items()}
    return Safe(_read(template).substitute(escaped))


def join(pieces: Iterable[Safe]) -> Safe:
    """Pieces of markup, one after another."""
    return Safe("\n".join(pieces))


def page(title: str, body: Safe, *, back: bool = True) -> web.Response:
    """A whole page."""
    shown_back = fill("back.html") if back else Safe()
    html = fill("base.html", title=title, body=body, back=shown_back)
    return fragment(html)


def fragment(html: Safe) -> web.Response:
    """Markup as an answer: a page, or the part of one that refreshes itself."""
    return web.Response(text=html, content_type="text/html", headers=SECURITY)


def clock(at: float) -> str:
    """The time of day in Shanghai, to the second."""
    return datetime.fromtimestamp(at, SHANGHAI).strftime("%H:%M:%S")


def day(at: float) -> str:
    """The date in Shanghai, as a phone writes it."""
    moment = datetime.fromtimestamp(at, SHANGHAI)
    return f"{moment.year}年{moment.month}月{moment.day}日 星期{WEEKDAYS[moment.weekday()]}"


def path(*parts: str) -> str:
    """A path of the simulator, each part quoted."""
    return "/" + "/".join(quote(part, safe="") for part in parts)


def web_link(url: str) -> str:
    """The URL where it is a link to the web, else a harmless place."""
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
