"""The control API: what tests and benchmarks see and change."""

from collections import Counter
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox.simulator import mail_reports, sms, templates, wechat_callbacks
from sandbox.simulator.core import CORE
from sandbox.simulator.parsing import read_object
from sandbox.simulator.store import JsonObject, Provider, Table
from sandbox.simulator.switches import Fault, Switch
from sandbox.simulator.webhook_sink import check_secret


@web.middleware
async def word_refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn a ValueError of the control API into a 400 with its sentence."""
    try:
        return await handler(request)
    except ValueError as error:
        if not request.path.startswith("/control/"):
            raise
        return web.json_response({"error": str(error)}, status=400)


async def ledger(request: web.Request) -> web.StreamResponse:
    """Return every message, oldest first; `?to=`, `?provider=`, `?person=` and `?since=` (in
    seconds since 1970) choose among them.
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
    """Return how many messages each provider has by status, and how many callbacks were tried."""
    messages = request.app[CORE].store.messages.values()
    tries = [attempt for message in messages for attempt in message.attempts]
    taken = sum(200 <= attempt["http"] < 300 for attempt in tries)
    return web.json_response(
        {
            "messages": len(messages),
            **{
                provider: Counter(
                    "received" if message.inbound else message.status
                    for message in messages
                    if message.provider == provider
                )
                for provider in Provider
            },
            "callbacks": {"tried": len(tries), "taken": taken},
        }
    )


async def phone_messages(request: web.Request) -> web.StreamResponse:
    """Return every SMS from and to one number, oldest first."""
    rows = sms.messages_with(request.app[CORE].store, request.match_info["number"])
    return web.json_response({"messages": [vars(message) for message in reversed(rows)]})


async def show_switches(request: web.Request) -> web.StreamResponse:
    """Return the faults that are on."""
    return web.json_response({"switches": [one.as_json() for one in request.app[CORE].switches.on]})


async def set_switches(request: web.Request) -> web.StreamResponse:
    """Switch on one fault, or every one of `{"switches": [...]}`."""
    given = await read_object(request)
    for switch in [Switch.parse(row) for row in _rows(given, "switches")]:
        request.app[CORE].switches.set(switch)
    return await show_switches(request)


async def reset_switches(request: web.Request) -> web.StreamResponse:
    """Switch off every fault, or the `?fault=` named."""
    fault = Fault(request.query["fault"]) if "fault" in request.query else None
    request.app[CORE].switches.reset(fault)
    return await show_switches(request)


async def configure(request: web.Request) -> web.StreamResponse:
    """Change the settings that are named; the others stay."""
    request.app[CORE].settings.change(await read_object(request))
    return web.json_response({"ok": True})


async def reset(request: web.Request) -> web.StreamResponse:
    """Forget every message, follower, opt-out and secret, and switch off every fault."""
    request.app[CORE].store.reset()
    request.app[CORE].switches.reset()
    return web.json_response({"ok": True})


async def inbound(request: web.Request) -> web.StreamResponse:
    """POST /control/inbound `{"from": number or OpenID, "text"}`: somebody writes."""
    core, given = request.app[CORE], await read_object(request)
    sender, text = _text(given, "from"), _text(given, "text")
    followed = sender in core.store.tables[Table.FOLLOWERS]
    message = (wechat_callbacks.write if followed else sms.receive)(core, sender, text)
    return web.json_response(vars(message), status=201)


async def followers(request: web.Request) -> web.StreamResponse:
    """GET /control/wechat/followers: by OpenID."""
    return web.json_response(request.app[CORE].store.tables[Table.FOLLOWERS])


async def follow(request: web.Request) -> web.StreamResponse:
    """POST /control/wechat/followers `{"openid", "name"?, "phone"?, "event"?}`, or a list of them.

    A list is `{"followers": [...]}`. `"event": false` sends no `subscribe` callback.
    """
    core, given = request.app[CORE], await read_object(request)
    for openid, row in [(_text(row, "openid"), row) for row in _rows(given, "followers")]:
        known = {name: str(row.get(name, "")) for name in ("name", "phone")}
        wechat_callbacks.follow(core, openid, known, tell=row.get("event", True))
    return web.json_response({"ok": True}, status=201)


async def unfollow(request: web.Request) -> web.StreamResponse:
    """DELETE /control/wechat/followers/{openid}."""
    core, openid = request.app[CORE], request.match_info["openid"]
    if openid not in core.store.tables[Table.FOLLOWERS]:
        raise ValueError("there is no such follower")
    wechat_callbacks.unfollow(core, openid)
    return web.json_response({"ok": True})


async def expire_tokens(request: web.Request) -> web.StreamResponse:
    """POST /control/wechat/expire-tokens: every token issued so far is invalid."""
    request.app[CORE].tokens.expire_all()
    request.app[CORE].mini_program_tokens.expire_all()
    return web.json_response({"ok": True})


async def set_secret(request: web.Request) -> web.StreamResponse:
    """PUT /control/webhooks/{name} `{"secret": "whsec_..."}`."""
    core, given = request.app[CORE], await read_object(request)
    secret = check_secret(given.get("secret"))
    core.store.put(Table.SECRETS, request.match_info["name"], {"secret": secret})
    return web.json_response({"ok": True})


async def returned(request: web.Request) -> web.StreamResponse:
    """POST /control/mails/{sid}/returned `{"kind"}`: a mail comes back, as one of REPORTS."""
    core, given = request.app[CORE], await read_object(request)
    mail = core.store.messages.get(request.match_info["sid"])
    if mail is None:
        raise ValueError("there is no such mail")
    mail_reports.send_back(core, mail, _text(given, "kind"))
    return web.json_response({"ok": True}, status=201)


async def show_templates(request: web.Request) -> web.StreamResponse:
    """GET /control/templates: those that were registered at the clouds."""
    rows = request.app[CORE].store.tables[Table.TEMPLATES]
    return web.json_response({"templates": [*rows.values()]})


async def review_template(request: web.Request) -> web.StreamResponse:
    """PUT /control/templates `{"provider", "id", "state", "reason"?}`: a reviewer decides.

    The state is in_review, approved or refused; "deleted" takes it away.
    """
    core, given = request.app[CORE], await read_object(request)
    provider, code = Provider(_text(given, "provider")), _text(given, "id")
    state = _text(given, "state")
    if state == "deleted":
        core.store.drop(Table.TEMPLATES, templates.key_of(provider, code))
    else:
        templates.review(core, provider, code, state, str(given.get("reason", "")))
    return await show_templates(request)


def _rows(given: JsonObject, name: str) -> list[JsonObject]:
    """Return the objects of `{name: [...]}`, or the object itself as the only one."""
    rows = given.get(name, [given])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ValueError(f"{name} must be a list of JSON objects")
    return rows


def _text(row: JsonObject, name: str) -> str:
    value = row.get(name)
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{name} is missing")
    return value


ROUTES: Final = (
    web.get("/control/ledger", ledger),
    web.get("/control/counts", counts),
    web.get("/control/phones/{number}/messages", phone_messages),
    web.get("/control/switches", show_switches),
    web.put("/control/switches", set_switches),
    web.delete("/control/switches", reset_switches),
    web.put("/control/config", configure),
    web.post("/control/reset", reset),
    web.post("/control/inbound", inbound),
    web.post("/control/mails/{sid}/returned", returned),
    web.get("/control/wechat/followers", followers),
    web.post("/control/wechat/followers", follow),
    web.delete("/control/wechat/followers/{openid}", unfollow),
    web.post("/control/wechat/expire-tokens", expire_tokens),
    web.put("/control/webhooks/{name}", set_secret),
    web.get("/control/templates", show_templates),
    web.put("/control/templates", review_template),
)
