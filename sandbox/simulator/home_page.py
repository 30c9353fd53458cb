"""The front page: every phone, mailbox, robot and webhook, and the switches."""

from typing import Final

from aiohttp import web

from sandbox.simulator import sms
from sandbox.simulator.core import CORE
from sandbox.simulator.markup import Safe, fill, join, page, path
from sandbox.simulator.parsing import read_form
from sandbox.simulator.phone_page import messages_of, phone_number, unread
from sandbox.simulator.sink_pages import SINKS
from sandbox.simulator.store import Provider, Store, Table
from sandbox.simulator.switches import READERS, Fault, Switch

LONGEST_LIST: Final = 100
FAULTS: Final = {
    Fault.RATE_LIMITED: "限流：回答 429，不受理",
    Fault.ERROR_BEFORE: "受理前回答 500",
    Fault.ERROR_AFTER: "受理后回答 500",
    Fault.DROP_BEFORE: "受理前断开连接",
    Fault.DROP_AFTER: "受理后断开连接，不回答",
    Fault.TIMEOUT_BEFORE: "不受理，拖到超时（毫秒）",
    Fault.TIMEOUT_AFTER: "受理，但拖到超时（毫秒）",
    Fault.DELAY: "慢回答（毫秒）",
    Fault.REFUSE: "以错误码拒绝（填错误码）",
    Fault.OUTCOME: "受理后送达失败（可填状态与错误码）",
    Fault.ANSWER_LATE: "受理，迟迟才回答（CMPP，毫秒）",
    Fault.LOGIN_REFUSED: "拒绝登录（CMPP，可填状态码）",
    Fault.SILENT: "不回答心跳（CMPP）",
    Fault.RECEIPTS_LATE: "回执迟到（毫秒）",
    Fault.RECEIPTS_DOUBLED: "回执重复两次",
    Fault.RECEIPTS_OUT_OF_ORDER: "回执乱序",
    Fault.RECEIPTS_NEVER: "没有回执",
}


async def show(request: web.Request, problem: str = "", unopened: str = "") -> web.StreamResponse:
    """GET /: everything there is."""
    core = request.app[CORE]
    faults = (fill("option.html", value=one.value, label=label) for one, label in FAULTS.items())
    providers = (one.value for one in Provider if one != Provider.MAIL)
    return page(
        request,
        "home.html",
        title="Simulator",
        items=_lists(core.store),
        back=False,
        problem=fill("problem.html", text=problem) if problem else Safe(),
        unopened=fill("unopened.html", text=unopened) if unopened else Safe(),
        switches=join(map(_switch, core.switches.on), "switch_none.html"),
        faults=join(faults),
        providers=join(fill("option.html", value=one, label=one) for one in providers),
    )


async def open_phone(request: web.Request) -> web.StreamResponse:
    """GET /phones?number=...: the address of a phone's page, or why there is none."""
    try:
        number = phone_number(request.app[CORE].store, request.query.get("number", ""))
    except ValueError as error:
        answer = await show(request, unopened=str(error))
        answer.set_status(400)
        return answer
    raise web.HTTPSeeOther(path("phones", number))


async def switch_on(request: web.Request) -> web.StreamResponse:
    """POST /switches: switch a fault on, by the form."""
    form = await read_form(request)
    given = {name: form[name] for name in READERS if form.get(name)}
    try:
        request.app[CORE].switches.set(Switch.parse(given))
    except ValueError as error:
        answer = await show(request, problem=str(error))
        answer.set_status(400)
        return answer
    raise web.HTTPSeeOther("/#switches")


async def switches_off(request: web.Request) -> web.StreamResponse:
    """POST /switches/reset: every fault off."""
    request.app[CORE].switches.reset()
    raise web.HTTPSeeOther("/#switches")


def _switch(switch: Switch) -> Safe:
    return fill(
        "switch.html",
        label=FAULTS[switch.fault],
        fault=switch.fault.value,
        provider=switch.provider.value,
        to=switch.to or "所有人",
        left="直到重置" if switch.count is None else f"还剩 {switch.count} 次",
        struck=switch.struck,
    )


def _lists(store: Store) -> Safe:
    phones = [_phone(store, number) for number in _newest(_phones(store))]
    sections = [_section("手机", "Phones", phones)]
    for sink, (provider, heading, _) in SINKS.items():
        rows = [
            _row(path(sink, name), name, len(store.by_person[provider, name]))
            for name in _newest(store.people(provider))
        ]
        sections.append(_section(heading, sink.capitalize(), rows))
    return join(sections)


def _newest(names: list[str]) -> list[str]:
    """Return the last ones met, latest first: a benchmark leaves thousands."""
    return names[: -LONGEST_LIST - 1 : -1]


def _phones(store: Store) -> list[str]:
    """Return all numbers with messages, and followers by phone, or by OpenID without one."""
    followers = store.tables[Table.FOLLOWERS].items()
    linked = [row.get("phone") or openid for openid, row in followers]
    return list(dict.fromkeys([*sms.numbers(store), *linked]))


def _phone(store: Store, number: str) -> Safe:
    new, opted_out = unread(store, number), number in store.tables[Table.OPT_OUTS]
    badges = [fill("unread.html", count=new)] if new else []
    badges += [fill("opted_out.html")] if opted_out else []
    return _row(path("phones", number), number, len(messages_of(store, number)), join(badges))


def _row(url: str, name: str, count: int, badges: str = "") -> Safe:
    return fill("row.html", url=url, name=name, count=count, badges=badges)


def _section(heading: str, english: str, rows: list[Safe]) -> Safe:
    items = join(rows, "row_none.html")
    return fill("section.html", heading=heading, english=english, items=items)


ROUTES: Final = (
    web.get("/{fragment:(?:fragment)?}", show),
    web.get("/phones", open_phone),
    web.post("/switches", switch_on),
    web.post("/switches/reset", switches_off),
)
