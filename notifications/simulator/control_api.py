"""The control API: what tests and benchmarks see and change."""

from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any, Final

from aiohttp import web

from notifications.simulator import sms
from notifications.simulator.core import CORE
from notifications.simulator.reading import read_json
from notifications.simulator.store import Message, Provider, Row
from notifications.simulator.switches import Fault, Switch

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def refusing(handler: Handler) -> Handler:
    """Turn a ValueError into a 400 with its sentence."""

    async def guarded(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except ValueError as error:
            return web.json_response({"error": str(error)}, status=400)

    return guarded


async def read_object(request: web.Request) -> Row:
    """The request's JSON object.

    Raises:
        ValueError: it is not one.
    """
    given = await read_json(request)
    if not isinstance(given, dict):
        raise ValueError("this is not a JSON object")  # noqa: TRY004 - it becomes a 400
    return given


def one_or_many(given: Row, name: str) -> list[Any]:
    """The rows of `{name: [...]}`, or the object itself as the only one.

    Raises:
        ValueError: there is something else under the name.
    """
    rows = given.get(name, [given])
    if not isinstance(rows, list):
        raise ValueError(f"{name} must be a list")  # noqa: TRY004 - it becomes a 400
    return rows


@refusing
async def ledger(request: web.Request) -> web.StreamResponse:
    """Every message, oldest first; `?to=`, `?provider=`, `?person=` and `?since=` (in seconds since
    1970) choose among them.
    """
    store, query = request.app[CORE].store, request.query
    provider = Provider(query["provider"]) if "provider" in query else None
    rows = store.messages.values() if provider is None else store.by_provider[provider]
    since = float(query.get("since", 0))
    chosen = [
        vars(message)
        for message in rows
        if message.accepted_at >= since
        and query.get("to", message.to) == message.to
        and query.get("person", message.person) == message.person
    ]
    return web.json_response({"messages": chosen, "notes": store.notes})


async def counts(request: web.Request) -> web.StreamResponse:
    """How many messages each provider has in each status, and how many callbacks were tried."""
    messages = request.app[CORE].store.messages.values()
    tries = [attempt for message in messages for attempt in message.attempts]
    taken = sum(200 <= attempt["http"] < 300 for attempt in tries)
    return web.json_response(
        {
            "messages": len(messages),
            **{provider: _statuses(messages, provider) for provider in Provider},
            "callbacks": {"tried": len(tries), "taken": taken},
        }
    )


async def phone_messages(request: web.Request) -> web.StreamResponse:
    """Every SMS from and to one number, oldest first."""
    rows = sms.messages_with(request.app[CORE].store, request.match_info["number"])
    return web.json_response({"messages": [vars(message) for message in reversed(rows)]})


async def show_switches(request: web.Request) -> web.StreamResponse:
    """The faults that are on."""
    return web.json_response({"switches": [one.as_json() for one in request.app[CORE].switches.on]})


@refusing
async def set_switches(request: web.Request) -> web.StreamResponse:
    """Switch on one fault, or every one of `{"switches": [...]}`."""
    given = await read_object(request)
    parsed = [_switch(item) for item in one_or_many(given, "switches")]
    for switch in parsed:
        request.app[CORE].switches.set(switch)
    return await show_switches(request)


@refusing
async def reset_switches(request: web.Request) -> web.StreamResponse:
    """Switch off every fault, or the `?fault=` named."""
    fault = Fault(request.query["fault"]) if "fault" in request.query else None
    request.app[CORE].switches.reset(fault)
    return await show_switches(request)


@refusing
async def configure(request: web.Request) -> web.StreamResponse:
    """Change settings; those not named stay."""
    request.app[CORE].settings.change(await read_object(request))
    return web.json_response({"ok": True})


async def reset(request: web.Request) -> web.StreamResponse:
    """Forget every message, follower, opt-out and secret, and switch off every fault."""
    request.app[CORE].store.reset()
    request.app[CORE].switches.reset()
    return web.json_response({"ok": True})


def _switch(item: Any) -> Switch:
    if not isinstance(item, dict):
        raise ValueError("a switch is a JSON object")  # noqa: TRY004 - it becomes a 400
    try:
        return Switch.parse(item)
    except TypeError as error:
        raise ValueError(str(error)) from error


def _statuses(messages: Any, provider: Provider) -> dict[str, int]:
    rows: list[Message] = [message for message in messages if message.provider == provider]
    return dict(Counter("received" if row.inbound else row.status for row in rows))


ROUTES: Final = (
    web.get("/control/ledger", ledger),
    web.get("/control/counts", counts),
    web.get("/control/phones/{number}/messages", phone_messages),
    web.get("/control/switches", show_switches),
    web.put("/control/switches", set_switches),
    web.delete("/control/switches", reset_switches),
    web.put("/control/config", configure),
    web.post("/control/reset", reset),
)
