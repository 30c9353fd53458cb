"""WeChat Official Account: stable_token and template messages (developers.weixin.qq.com)."""

import json
import re
import time
from collections.abc import Mapping
from typing import Any, Final

from aiohttp import web

from notifications.simulator import faults
from notifications.simulator.core import CORE, Core
from notifications.simulator.reading import read_json
from notifications.simulator.store import Message, Provider, Row, Table
from notifications.simulator.switches import Fault
from notifications.simulator.wechat_callbacks import ACCOUNT, SUCCESS, finish_template, new_msgid
from notifications.simulator.wechat_tokens import OverQuota, Tokens

TOKENS = web.AppKey("tokens", Tokens)
DAY_SECONDS: Final = 86_400
TEMPLATE_ID: Final = re.compile(r"[A-Za-z0-9_-]{8,64}")
# Return codes and what they say (developers.weixin.qq.com, global return codes).
ERRORS: Final = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40002: "invalid grant_type",
    40003: "invalid openid",
    40013: "invalid appid",
    40037: "invalid template_id",
    40125: "invalid appsecret",
    41001: "access_token missing",
    42001: "access_token expired",
    43004: "require subscribe",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit, must slower, retry next minute",
    45065: "clientmsgid exist",
    47001: "data format error",
    47003: "argument invalid",
}


class WechatError(Exception):
    """A documented refusal."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


async def stable_token(request: web.Request) -> web.StreamResponse:
    """POST /cgi-bin/stable_token."""
    try:
        token, seconds = _token(request.app, await _read(request))
    except WechatError as error:
        return _refuse(error.code)
    return web.json_response({"access_token": token, "expires_in": seconds})


async def send_template(request: web.Request) -> web.StreamResponse:
    """POST /cgi-bin/message/template/send?access_token=..."""
    core = request.app[CORE]
    try:
        _check_token(request.app[TOKENS], request.query.get("access_token", ""))
        given = await _read(request)
        _check(core, given)
    except WechatError as error:
        return _refuse(error.code)
    return await faults.answer(
        request,
        Provider.WECHAT,
        given["touser"],
        accept=lambda: _accept(core, given),
        refuse=_refuse,
        rate_limit_code=45011,
    )


async def expire_tokens(request: web.Request) -> web.StreamResponse:
    """POST /control/wechat/expire-tokens: every token issued so far is invalid."""
    request.app[TOKENS].expire_all()
    return web.json_response({"ok": True})


def _refuse(code: int) -> web.Response:
    return web.json_response({"errcode": code, "errmsg": ERRORS.get(code, "refused")})


async def _read(request: web.Request) -> Row:
    try:
        given = await read_json(request)
    except ValueError as error:
        raise WechatError(47001) from error
    if not isinstance(given, dict):
        raise WechatError(47001)
    return given


def _token(app: web.Application, given: Mapping[str, Any]) -> tuple[str, int]:
    settings = app[CORE].settings
    refusals = (
        (given.get("grant_type") != "client_credential", 40002),
        (not settings.wechat_app_id or given.get("appid") != settings.wechat_app_id, 40013),
        (given.get("secret") != settings.wechat_secret, 40125),
    )
    for refused, code in refusals:
        if refused:
            raise WechatError(code)
    try:
        return app[TOKENS].get(force=given.get("force_refresh") is True)
    except OverQuota as error:
        raise WechatError(45009) from error


def _check_token(tokens: Tokens, token: str) -> None:
    if not token:
        raise WechatError(41001)
    if not tokens.valid(token):
        raise WechatError(42001 if tokens.known(token) else 40001)


def _check(core: Core, given: Mapping[str, Any]) -> None:
    openid, template = given.get("touser"), given.get("template_id")
    follower = core.store.tables[Table.FOLLOWERS].get(openid) if isinstance(openid, str) else None
    known = core.settings.wechat_template_ids
    template_ok = isinstance(template, str) and TEMPLATE_ID.fullmatch(template)
    refusals = (
        (follower is None, 40003),
        (not template_ok or (known and template not in known), 40037),
        (not _data_ok(given.get("data")), 47003),
        (follower is not None and not follower["following"], 43004),
        (_quota_is_used_up(core), 45009),
    )
    for refused, code in refusals:
        if refused:
            raise WechatError(code)


def _data_ok(data: Any) -> bool:
    return (
        isinstance(data, dict)
        and bool(data)
        and all(
            isinstance(row, dict) and isinstance(row.get("value"), str) for row in data.values()
        )
    )


def _quota_is_used_up(core: Core) -> bool:
    rows, quota = core.store.by_provider[Provider.WECHAT], core.settings.wechat_daily_quota
    # Counting costs time for every message, so only when there are enough of them at all.
    if len(rows) < quota:
        return False
    since = time.time() - DAY_SECONDS
    return sum(not row.inbound and row.accepted_at > since for row in rows) >= quota


def _accept(core: Core, given: Row) -> web.Response:
    openid, client_msg_id = given["touser"], str(given.get("client_msg_id", ""))
    if first := _first(core, openid, client_msg_id):
        return _repeated(core, first)
    message = Message(
        sid=str(new_msgid()),
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
    for message in core.store.newest_first(Provider.WECHAT, openid):
        if message.accepted_at < since:
            break
        if client_msg_id and message.client_msg_id == client_msg_id:
            return message
    return None


def _repeated(core: Core, first: Message) -> web.Response:
    """What a repeated client_msg_id is answered: the message is not delivered again.

    The page of sendTemplateMessage says only that one message goes out for the same OpenID and
    client_msg_id, within ten minutes. What the answer is, it does not say; 45065 is what the mass
    sending of the same account answers. `wechat_repeat_errcode` 0 answers as the first time did.
    """
    code = core.settings.wechat_repeat_errcode
    return _refuse(code) if code else _accepted(first)


def _accepted(message: Message) -> web.Response:
    body = {"errcode": 0, "errmsg": "ok", "msgid": int(message.sid)}
    return web.Response(text=json.dumps(body), content_type="application/json")


ROUTES: Final = (
    web.post("/cgi-bin/stable_token", stable_token),
    web.post("/cgi-bin/message/template/send", send_template),
    web.post("/control/wechat/expire-tokens", expire_tokens),
)
