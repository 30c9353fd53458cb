"""Group robots and push services, behind one relay: POST /relay/<host>/<path>."""

import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, Final

from aiohttp import web

from sandbox.simulator import group_errors, group_readers
from sandbox.simulator.core import CORE, Core, answer
from sandbox.simulator.errors import Refusal
from sandbox.simulator.group_readers import Given, Reader
from sandbox.simulator.store import Message, Provider

MINUTE_SECONDS: Final = 60


@dataclass(frozen=True)
class Sink:
    """One service: its host, how it reads and refuses, and its documented limit.

    `gone` is its code for a robot that is there no more, `guarded` for one whose keyword is
    missing (None: it has none), `limited` for too many messages in a minute.
    """

    name: str
    host: re.Pattern[str]
    read: Reader
    refuse: Callable[[Any], Refusal]
    taken: Callable[[], web.Response]
    per_minute: int
    limited: int | str
    gone: int | str
    guarded: int | None = None


def _json(**values: Any) -> Callable[[], web.Response]:
    return lambda: web.json_response(values)


def _host(*names: str) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, names)))


SINKS: Final = (
    Sink(
        *("dingtalk", _host("oapi.dingtalk.com"), group_readers.dingtalk, group_errors.dingtalk),
        taken=_json(errcode=0, errmsg="ok"),
        per_minute=20,
        limited=130101,
        gone=300001,
        guarded=310000,
    ),
    Sink(
        *("feishu", _host("open.feishu.cn"), group_readers.feishu, group_errors.feishu),
        taken=_json(StatusCode=0, StatusMessage="success", code=0, data={}, msg="success"),
        per_minute=100,
        limited=11232,
        gone=19001,
        guarded=19024,
    ),
    Sink(
        *("lark", _host("open.larksuite.com"), group_readers.feishu, group_errors.feishu),
        taken=_json(StatusCode=0, StatusMessage="success", code=0, data={}, msg="success"),
        per_minute=100,
        limited=11232,
        gone=19001,
        guarded=19024,
    ),
    Sink(
        *("slack", _host("hooks.slack.com"), group_readers.slack, group_errors.slack),
        taken=lambda: web.Response(text="ok"),
        per_minute=60,
        limited="rate_limited",
        gone="no_service",
    ),
    Sink(
        *("slack", _host("slack.com"), group_readers.slack_api, group_errors.slack_api),
        taken=_json(ok=True, ts="1700000000.000100"),
        per_minute=60,
        limited="rate_limited",
        gone="channel_not_found",
    ),
    Sink(
        *("telegram", _host("api.telegram.org"), group_readers.telegram, group_errors.telegram),
        taken=_json(ok=True, result={"message_id": 7}),
        per_minute=20,
        limited=429,
        gone=403,
    ),
    Sink(
        *("discord", _host("discord.com"), group_readers.discord, group_errors.discord),
        taken=lambda: web.Response(status=204),
        per_minute=30,
        limited=429,
        gone=10015,
    ),
    Sink(
        *("serverchan", _host("sctapi.ftqq.com")),
        *(group_readers.serverchan, group_errors.serverchan),
        taken=_json(code=0, message="", data={"pushid": "1", "error": "SUCCESS", "errno": 0}),
        per_minute=20,
        limited=40002,
        gone=40001,
    ),
    Sink(
        *("teams", re.compile(r".+\.(?:logic\.azure\.com|powerplatform\.com)(?::443)?")),
        *(group_readers.teams, group_errors.teams),
        taken=lambda: web.Response(status=202),
        per_minute=240,
        limited="TooManyRequests",
        gone="WorkflowNotFound",
    ),
)
# On hosts of their owners', so known by the path alone.
BARK: Final = Sink(
    *("bark", re.compile(".*"), group_readers.bark, group_errors.bark),
    taken=_json(code=200, message="success", timestamp=1_700_000_000),
    per_minute=60,
    limited=429,
    gone=400,
)
NTFY: Final = Sink(
    *("ntfy", re.compile(".*"), group_readers.ntfy, group_errors.ntfy),
    taken=_json(id="hwQ2YpKdmg", time=1_700_000_000, event="message"),
    per_minute=60,
    limited=42901,
    gone=40301,
)


async def receive(request: web.Request) -> web.StreamResponse:
    """POST /relay/{host}/{path}."""
    core, host = request.app[CORE], request.match_info["host"]
    path = request.match_info["path"]
    own = BARK if path == "push" else NTFY
    sink = next((one for one in SINKS if one.host.fullmatch(host)), own)
    given = sink.read(request, path, await request.read(), core)
    to = f"{sink.name}:{given.token}"
    problem = _problem(core, sink, given, to)
    if problem is not None:
        core.store.note(f"{sink.name} refused a message: {problem}")
        raise sink.refuse(problem)

    def accept() -> web.Response:
        core.store.add(
            Message(
                sid=f"group-{secrets.token_hex(16)}",
                provider=Provider.GROUP,
                to=to,
                sender="",
                body=given.text,
                status="delivered",
                details={"service": sink.name, "title": given.title, "host": host},
            )
        )
        return sink.taken()

    return await answer(
        request,
        *(Provider.GROUP, to),
        accept=accept,
        refuse=sink.refuse,
        rate_limit_code=sink.limited,
    )


def _problem(core: Core, sink: Sink, given: Given, to: str) -> int | str | None:
    """Return the code of the first thing that the service objects to; None for nothing."""
    if to in core.settings.group_gone:
        return sink.gone
    if given.problem is not None:
        return given.problem  # type: ignore[no-any-return]
    words = [one.rpartition("=") for one in core.settings.group_keywords]
    missing = any(owner == to and word not in given.text for owner, _, word in words)
    if missing and sink.guarded is not None:
        return sink.guarded
    limit = core.settings.group_per_minute or sink.per_minute
    return sink.limited if _last_minute(core, to) >= limit else None


def _last_minute(core: Core, to: str) -> int:
    since = time.time() - MINUTE_SECONDS
    rows = core.store.newest_first(Provider.GROUP, to)
    return sum(1 for _ in takewhile(lambda message: message.accepted_at >= since, rows))


ROUTES: Final = (web.post("/relay/{host}/{path:.*}", receive),)
