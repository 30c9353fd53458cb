"""WeCom's group robot webhook (developer.work.weixin.qq.com/document/path/91770)."""

import re
import secrets
import time
from itertools import takewhile
from typing import Any, Final

from aiohttp import web

from sandbox.simulator.core import CORE, Core, answer
from sandbox.simulator.errors import WecomError, raise_first
from sandbox.simulator.parsing import read_json
from sandbox.simulator.store import Message, Provider

KEY: Final = re.compile(r"[A-Za-z0-9-]{10,64}")
MINUTE_SECONDS: Final = 60
# The longest content of each kind, in bytes of UTF-8.
LONGEST: Final = {"text": 2048, "markdown": 4096}


async def send(request: web.Request) -> web.StreamResponse:
    """POST /cgi-bin/webhook/send?key=..."""
    core, key = request.app[CORE], request.query.get("key", "")
    try:
        given = await read_json(request)
    except ValueError:
        given = None
    content = _content(given)
    raise_first(
        WecomError,
        (not KEY.fullmatch(key), 93000),
        (bool(core.settings.wecom_keys) and key not in core.settings.wecom_keys, 93000),
        (content is None, 40058),
        (_last_minute(core, key) >= core.settings.wecom_per_minute, 45009),
    )

    def accept() -> web.Response:
        message = Message(
            sid=f"wecom-{secrets.token_hex(16)}",
            provider=Provider.WECOM,
            to=key,
            sender="",
            body=str(content),
            status="delivered",
            details={"msgtype": given["msgtype"]},
        )
        core.store.add(message)
        return web.json_response({"errcode": 0, "errmsg": "ok"})

    return await answer(
        request, Provider.WECOM, key, accept=accept, refuse=WecomError, rate_limit_code=45009
    )


def _content(given: Any) -> str | None:
    """Return the message's text, or None when it is not as documented."""
    kind = given.get("msgtype") if isinstance(given, dict) else None
    if not isinstance(kind, str) or kind not in LONGEST or not isinstance(given.get(kind), dict):
        return None
    content = given[kind].get("content")
    if not isinstance(content, str) or not 0 < len(content.encode()) <= LONGEST[kind]:
        return None
    return content


def _last_minute(core: Core, key: str) -> int:
    since = time.time() - MINUTE_SECONDS
    rows = core.store.newest_first(Provider.WECOM, key)
    return sum(1 for _ in takewhile(lambda message: message.accepted_at >= since, rows))


ROUTES: Final = (web.post("/cgi-bin/webhook/send", send),)
