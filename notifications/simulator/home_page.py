"""The front page: every phone, mailbox, robot and webhook, and the switches."""

from collections.abc import Iterable
from typing import Final

from aiohttp import web

from notifications.simulator import sms
from notifications.simulator.core import CORE
from notifications.simulator.labels import FAULTS
from notifications.simulator.markup import Safe, fill, fragment, join, page, path
from notifications.simulator.reading import read_form
from notifications.simulator.sink_pages import SINKS
from notifications.simulator.store import Provider, Store, Table
from notifications.simulator.switches import READERS, Switch
from notifications.simulator.timeline import messages_of, unread

LONGEST_LIST: Final = 100


async def show(request: web.Request) -> web.StreamResponse:
    """GET /: everything there is."""
    return page("Simulator", _body(request, problem=""), back=False)


async def show_fragment(request: web.Request) -> web.StreamResponse:
    """GET /fragment: only the lists, for refreshing."""
    return fragment(_lists(request.app[CORE].store))


async def switch_on(request: web.Request) -> web.StreamResponse:
    """POST /switches: switch a fault on, by the form."""
    form = await read_form(request)
    given = {name: form[name] for name in READERS if form.get(name)}
    try:
        request.app[CORE].switches.set(Switch.parse(given))
    except ValueError as error:
        answer = page("Simulator", _body(request, problem=str(error)), back=False)
        answer.set_status(400)
        return answer
    raise web.HTTPSeeOther("/#switches")


async def switches_off(request: web.Request) -> web.StreamResponse:
    """POST /switches/reset: every fault off."""
    request.app[CORE].switches.reset()
    raise web.HTTPSeeOther("/#switches")


def _body(request: web.Request, *, problem: str) -> Safe:
    core = request.app[CORE]
    return fill(
        "home.html",
        lists=_lists(core.store),
        problem=fill("problem.html", text=problem) if problem else Safe(),
        switches=_switches(core.switches.on),
        faults=join(
            fill("option.html", value=fault.value, label=label) for fault, label in FAULTS.items()
        ),
        providers=join(
            fill("option.html", value=one.value, label=one.value)
            for one in Provider
            if one != Provider.MAIL
        ),
    )


def _switches(on: Iterable[Switch]) -> Safe:
    rows = [
        fill(
            "switch.html",
            label=FAULTS[switch.fault],
            fault=switch.fault.value,
            provider=switch.provider.value,
            to=switch.to or "所有人",
            left="直到重置" if switch.count is None else f"还剩 {switch.count} 次",
            struck=switch.struck,
        )
        for switch in on
    ]
    return join(rows) if rows else fill("switch_none.html")


def _lists(store: Store) -> Safe:
    phones = [_phone(store, number) for number in _newest(_phones(store))]
    sections = [_section("手机", "Phones", phones)]
    for sink, (provider, heading, _) in SINKS.items():
        rows = [
            _row(path(sink, name), name, len(store.by_person[provider, name]), Safe())
            for name in _newest(store.people(provider))
        ]
        sections.append(_section(heading, sink.capitalize(), rows))
    return join(sections)


def _newest(names: list[str]) -> list[str]:
    """The last ones met, latest first: a benchmark leaves thousands."""
    return names[: -LONGEST_LIST - 1 : -1]


def _phones(store: Store) -> list[str]:
    """Numbers written to or from, and followers by their phone, or by OpenID without one."""
    followers = store.tables[Table.FOLLOWERS].items()
    linked = [row.get("phone") or openid for openid, row in followers]
    return list(dict.fromkeys([*sms.numbers(store), *linked]))


def _phone(store: Store, number: str) -> Safe:
    opted_out = number in store.tables[Table.OPT_OUTS]
    count, new = len(messages_of(store, number)), unread(store, number)
    badges = [fill("unread.html", count=new)] if new else []
    badges += [fill("opted_out.html")] if opted_out else []
    return _row(path("phones", number), number, count, join(badges))


def _row(url: str, name: str, count: int, badges: Safe) -> Safe:
    return fill("row.html", url=url, name=name, count=count, badges=badges)


def _section(heading: str, english: str, rows: list[Safe]) -> Safe:
    items = join(rows) if rows else fill("row_none.html")
    return fill("section.html", heading=heading, english=english, items=items)


ROUTES: Final = (
    web.get("/", show),
    web.get("/fragment", show_fragment),
    web.post("/switches", switch_on),
    web.post("/switches/reset", switches_off),
)
