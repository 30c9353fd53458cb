"""WeChat Official Account: stable_token and template messages (developers.weixin.qq.com)."""

import time
from collections.abc import Mapping
from itertools import takewhile
from typing import Any, Final

from aiohttp import web

from sandbox.simulator.core import CORE, Core, answer
from sandbox.simulator.errors import WechatError, raise_first
from sandbox.simulator.parsing import read_object
from sandbox.simulator.store import JsonObject, Message, Provider, Table
from sandbox.simulator.switches import Fault
from sandbox.simulator.wechat_accounts import OFFICIAL, account_of, mini_program, official
from sandbox.simulator.wechat_callbacks import ACCOUNT, SUCCESS, finish_template, new_msgid
from sandbox.simulator.wechat_templates import check_template

DAY_SECONDS: Final = 86_400


async def stable_token(request: web.Request) -> web.StreamResponse:
    """POST /cgi-bin/stable_token."""
    core, given = request.app[CORE], await _read(request)
    account = next(
        (one for one in (official(core), mini_program(core)) if one.app_id == given.get("appid")),
        None,
    )
    raise_first(WechatError, (given.get("grant_type") != "client_credential", 40002))
    if account is None or not account.app_id:
        raise WechatError(40013)
    raise_first(WechatError, (given.get("secret") != account.secret, 40125))
    token, seconds = account.tokens.get(force=given.get("force_refresh") is True)
    return web.json_response({"access_token": token, "expires_in": seconds})


async def send_template(request: web.Request) -> web.StreamResponse:
    """POST /cgi-bin/message/template/send?access_token=..."""
    core, account = request.app[CORE], account_of(request)
    raise_first(WechatError, (account.name != OFFICIAL, 48001))
    given = await _read(request)
    _check(core, given)
    return await answer(
        request,
        Provider.WECHAT,
        given["touser"],
        accept=lambda: _accept(core, given),
        refuse=WechatError,
        rate_limit_code=45011,
    )


async def _read(request: web.Request) -> JsonObject:
    try:
        return await read_object(request)
    except ValueError as error:
        raise WechatError(47001) from error


def _check(core: Core, given: Mapping[str, Any]) -> None:
    openid = given.get("touser")
    follower = core.store.tables[Table.FOLLOWERS].get(openid) if isinstance(openid, str) else None
    raise_first(WechatError, (follower is None, 40003))
    check_template(core, OFFICIAL, given)
    raise_first(
        WechatError,
        (follower is not None and not follower["following"], 43004),
        (_quota_is_used_up(core), 45009),
    )


def _quota_is_used_up(core: Core) -> bool:
    rows, quota = core.store.by_provider[Provider.WECHAT], core.settings.wechat_daily_quota
    # Counting costs time for every message, so only when there are enough of them at all.
    if len(rows) < quota:
        return False
    since = time.time() - DAY_SECONDS
    return sum(not row.inbound and row.accepted_at > since for row in rows) >= quota


def _accept(core: Core, given: JsonObject) -> web.Response:
    openid, client_msg_id = given["touser"], str(given.get("client_msg_id", ""))
    if first := _first(core, openid, client_msg_id):
        # The page of sendTemplateMessage says only that one message goes out for the same OpenID
        # and client_msg_id, within ten minutes, not what is answered. 45065 is what the mass
        # sending of the same account answers; a setting of 0 answers as the first time did.
        code = core.settings.wechat_repeat_errcode
        body = {"errcode": code, "errmsg": WechatError.sentences.get(code, "refused")}
        return web.json_response(body) if code else _accepted(first)
    message = Message(
        sid=new_msgid(),
        provider=Provider.WECHAT,
        to=openid,
        sender=ACCOUNT,
        body="\n".join(f"{name}: {row['value']}" for name, row in given["data"].items()),
        status="queued",
        client_msg_id=client_msg_id,
        details={name: given.get(name) for name in ("template_id", "url", "data")},
    )
    core.store.add(message)
    outcome = core.switches.strike(Fault.OUTCOME, Provider.WECHAT, openid)
    status = (outcome.status or "failed: system failed") if outcome else SUCCESS
    if not core.switches.strike(Fault.RECEIPTS_NEVER, Provider.WECHAT, openid):
        core.later(core.settings.wechat_receipt_ms / 1000, finish_template, core, message, status)
    return _accepted(message)


def _first(core: Core, openid: str, client_msg_id: str) -> Message | None:
    since = time.time() - core.settings.wechat_repeat_seconds
    rows = core.store.newest_first(Provider.WECHAT, openid)
    recent = takewhile(lambda message: message.accepted_at >= since, rows)
    same = (one for one in recent if client_msg_id and one.client_msg_id == client_msg_id)
    return next(same, None)


def _accepted(message: Message) -> web.Response:
    return web.json_response({"errcode": 0, "errmsg": "ok", "msgid": int(message.sid)})


ROUTES: Final = (
    web.post("/cgi-bin/stable_token", stable_token),
    web.post("/cgi-bin/message/template/send", send_template),
)
