"""WeCom's group robot webhook (developer.work.weixin.qq.com/document/path/91770)."""

import re
import secrets
import time
from typing import Any, Final

from aiohttp import web

from notifications.simulator import faults
from notifications.simulator.core import CORE, Core
from notifications.simulator.reading import read_json
from notifications.simulator.store import Message, Provider

KEY: Final = re.compile(r"[A-Za-z0-9-]{10,64}")
MINUTE_SECONDS: Final = 60
# The longest content of each kind, in bytes of UTF-8.
LONGEST: Final = {"text": 2048, "markdown": 4096}
ERRORS: Final = {
    40058: "invalid parameter",
    45009: "api freq out of limit",
    93000: "invalid webhook url",
}


async def send(request: web.Request) -> web.StreamResponse:
    """POST /cgi-bin/webhook/send?key=..."""
    core, key = request.app[CORE], request.query.get("key", "")
    try:
        given = await read_json(request)
    except ValueError:
        given = None
    content = _content(given)
    refusals = (
        (not KEY.fullmatch(key), 93000),
        (bool(core.settings.wecom_keys) and key not in core.settings.wecom_keys, 93000),
        (content is None, 40058),
        (_last_minute(core, key) >= core.settings.wecom_per_minute, 45009),
    )
    for refused, code in refusals:
        if refused:
            return _answer(code)

    def accept() -> web.Response:
        core.store.add(_entry(key, given["msgtype"], str(content)))
        return _answer(0)

    return await faults.answer(
        request, Provider.WECOM, key, accept=accept, refuse=_answer, rate_limit_code=45009
    )


def _answer(code: int) -> web.Response:
    message = ERRORS.get(code, "refused") if code else "ok"
    return web.json_response({"errcode": code, "errmsg": message})


def _content(given: Any) -> str | None:
    """The message's text, or None when it is not as documented."""
    kind = given.get("msgtype") if isinstance(given, dict) else None
    if not isinstance(kind, str) or kind not in LONGEST or not isinstance(given.get(kind), dict):
        return None
    content = given[kind].get("content")
    if not isinstance(content, str) or not 0 < len(content.encode()) <= LONGEST[kind]:
        return None
    return content


def _last_minute(core: Core, key: str) -> int:
    since, count = time.time() - MINUTE_SECONDS, 0
    for message in core.store.newest_first(Provider.WECOM, key):
        if message.accepted_at < since:
            break
        count += 1
    return count


def _entry(key: str, kind: str, content: str) -> Message:
    return Message(
        sid=f"wecom-{secrets.token_hex(16)}",
        provider=Provider.WECOM,
        to=key,
        sender="",
        body=content,
        status="delivered",
        details={"msgtype": kind},
    )


ROUTES: Final = (web.post("/cgi-bin/webhook/send", send),)
