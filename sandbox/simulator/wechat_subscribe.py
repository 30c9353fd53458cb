"""Subscription messages of the official account and of the mini program, and who agreed to them."""

from collections.abc import Mapping
from typing import Any, Final

from aiohttp import web

from sandbox.simulator import wechat_callbacks
from sandbox.simulator.core import CORE, Core, answer
from sandbox.simulator.errors import WechatError
from sandbox.simulator.parsing import read_object
from sandbox.simulator.store import JsonObject, Message, Table
from sandbox.simulator.switches import Fault
from sandbox.simulator.wechat_accounts import (
    MINI_PROGRAM,
    OFFICIAL,
    Account,
    account_of,
    mini_program,
    named,
    official,
)
from sandbox.simulator.wechat_callbacks import SUCCESS, new_msgid
from sandbox.simulator.wechat_templates import check_template, lasts

ACCEPT, REJECT = "accept", "reject"
REFUSED: Final = 43101


async def bizsend(request: web.Request) -> web.StreamResponse:
    """POST /cgi-bin/message/subscribe/bizsend: of an official account."""
    return await _send(request, OFFICIAL)


async def send(request: web.Request) -> web.StreamResponse:
    """POST /cgi-bin/message/subscribe/send: of a mini program."""
    return await _send(request, MINI_PROGRAM)


async def _send(request: web.Request, kind: str) -> web.StreamResponse:
    core, account = request.app[CORE], account_of(request)
    if account.name != kind:
        raise WechatError(48001)
    try:
        given = await read_object(request)
    except ValueError as error:
        raise WechatError(47001) from error
    openid = given.get("touser")
    if not isinstance(openid, str) or not 20 <= len(openid) <= 40:
        raise WechatError(40003)
    check_template(core, account.name, given)
    return await answer(
        request,
        account.provider,
        openid,
        accept=lambda: _accept(core, account, given),
        refuse=WechatError,
        rate_limit_code=45011,
    )


def _accept(core: Core, account: Account, given: JsonObject) -> web.Response:
    openid, template = given["touser"], given["template_id"]
    left = consents(core, account.name, openid, template)
    if left < 1:
        raise WechatError(REFUSED)
    if not lasts(core, account.name, template):
        _keep(core, account.name, openid, template, left - 1)
    message = Message(
        sid=new_msgid(),
        provider=account.provider,
        to=openid,
        sender=account.original_id,
        body="\n".join(f"{name}: {row['value']}" for name, row in given["data"].items()),
        status="queued",
        details={name: given.get(name) for name in ("template_id", "page", "data")},
    )
    core.store.add(message)
    outcome = core.switches.strike(Fault.OUTCOME, account.provider, openid)
    code = int(outcome.code or 0) if outcome else 0
    if not core.switches.strike(Fault.RECEIPTS_NEVER, account.provider, openid):
        delay = core.settings.wechat_receipt_ms / 1000
        core.later(delay, finish, core, account, message, code)
    return web.json_response({"errcode": 0, "errmsg": "ok", "msgid": int(message.sid)})


def finish(core: Core, account: Account, message: Message, code: int) -> None:
    """End a subscription message's life, and send its subscribe_msg_sent_event."""
    if message.sid not in core.store.messages:
        return
    core.store.change(message, status="undelivered" if code else "delivered")
    row = {
        "TemplateId": message.details["template_id"],
        "MsgID": int(message.sid),
        "ErrorCode": code,
        "ErrorStatus": "user refuse to accept the msg" if code else SUCCESS,
    }
    wechat_callbacks.happens(core, account, message, "subscribe_msg_sent_event", [row])


def resume(core: Core) -> None:
    """Finish, after a restart, the subscription messages that were not yet delivered."""
    for account in (official(core), mini_program(core)):
        for message in core.store.by_provider[account.provider]:
            if message.status == "queued" and "page" in message.details:
                delay = core.settings.wechat_receipt_ms / 1000
                core.later(delay, finish, core, account, message, 0)


def consents(core: Core, account: str, openid: str, template: str) -> int:
    """Return how many messages of a template somebody still takes."""
    row = core.store.tables[Table.CONSENTS].get(f"{account}:{openid}:{template}", {})
    return int(row.get("left", 0))


def _keep(core: Core, account: str, openid: str, template: str, left: int) -> None:
    core.store.put(Table.CONSENTS, f"{account}:{openid}:{template}", {"left": left})


async def consent(request: web.Request) -> web.StreamResponse:
    """POST /control/wechat/consents: somebody answers the question about templates.

    `{"openid", "templates": {id: "accept" or "reject"}, "account"?, "managed"?, "event"?}`; with
    `"managed": true` they refuse it in their list of notices, which ends all that they agreed to.
    `"event": false` tells nobody.
    """
    core, given = request.app[CORE], await read_object(request)
    account = named(core, str(given.get("account", OFFICIAL)))
    openid, chosen = given.get("openid"), given.get("templates")
    if not isinstance(openid, str) or not isinstance(chosen, dict) or not chosen:
        raise ValueError("openid and templates are required")
    managed = given.get("managed") is True
    for template, said in chosen.items():
        _answered(core, account.name, openid, template, said, managed=managed)
    if given.get("event", True):
        _tell(core, account, openid, chosen, managed=managed)
    return web.json_response({"ok": True}, status=201)


def _answered(
    core: Core, account: str, openid: str, template: str, said: str, *, managed: bool
) -> None:
    left = consents(core, account, openid, template)
    if said == ACCEPT:
        _keep(core, account, openid, template, left + 1)
    elif managed:
        _keep(core, account, openid, template, 0)


def _tell(
    core: Core, account: Account, openid: str, chosen: Mapping[str, Any], *, managed: bool
) -> None:
    scene = {} if managed else {"PopupScene": 1}
    rows = [
        {"TemplateId": template, "SubscribeStatusString": said, **scene}
        for template, said in chosen.items()
    ]
    event = "subscribe_msg_change_event" if managed else "subscribe_msg_popup_event"
    wechat_callbacks.happens(core, account, event_message(account, openid, event), event, rows)


def event_message(account: Account, openid: str, event: str) -> Message:
    """Return what stands in the ledger for an event of somebody."""
    return Message(
        sid=new_msgid(),
        provider=account.provider,
        to=account.original_id,
        sender=openid,
        body=event,
        status="received",
        inbound=True,
        details={"event": event},
    )


async def left(request: web.Request) -> web.StreamResponse:
    """GET /control/wechat/consents: how many messages each takes, by account:OpenID:template."""
    rows = request.app[CORE].store.tables[Table.CONSENTS]
    return web.json_response({key: row["left"] for key, row in rows.items()})


ROUTES: Final = (
    web.post("/cgi-bin/message/subscribe/bizsend", bizsend),
    web.post("/cgi-bin/message/subscribe/send", send),
    web.post("/control/wechat/consents", consent),
    web.get("/control/wechat/consents", left),
)
