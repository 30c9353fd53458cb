"""The templates that are registered with the simulated accounts, as their APIs list them."""

import re
from collections.abc import Mapping
from typing import Any, Final

from aiohttp import web

from sandbox.simulator.core import CORE, Core
from sandbox.simulator.errors import WechatError
from sandbox.simulator.parsing import read_object
from sandbox.simulator.store import JsonObject, Table
from sandbox.simulator.wechat_accounts import MINI_PROGRAM, OFFICIAL, account_of
from sandbox.simulator.wechat_values import check

TEMPLATE_ID: Final = re.compile(r"[A-Za-z0-9_-]{8,64}")
IN_CONTENT: Final = re.compile(r"\{\{(\w+)\.DATA\}\}")
ACCOUNTS: Final = (OFFICIAL, MINI_PROGRAM)
# Template messages, and the two kinds of subscription messages, as `type` tells them apart.
MESSAGE, ONE_TIME, LASTING = 0, 2, 3


async def all_private_templates(request: web.Request) -> web.StreamResponse:
    """GET /cgi-bin/template/get_all_private_template."""
    core, account = request.app[CORE], account_of(request)
    rows = [
        {
            **{name: row[name] for name in ("template_id", "title", "content", "example")},
            "primary_industry": "金融业",
            "deputy_industry": "支付",
        }
        for row in registered(core, account.name).values()
        if row["type"] == MESSAGE
    ]
    return web.json_response({"template_list": rows})


async def new_templates(request: web.Request) -> web.StreamResponse:
    """GET /wxaapi/newtmpl/gettemplate."""
    core, account = request.app[CORE], account_of(request)
    rows = [
        {
            "priTmplId": row["template_id"],
            **{name: row[name] for name in ("title", "content", "example", "type")},
            "keywordEnumValueList": [
                {"keywordCode": f"{name}.DATA", "enumValueList": values}
                for name, values in row["approved"].items()
            ],
        }
        for row in registered(core, account.name).values()
        if row["type"] != MESSAGE
    ]
    return web.json_response({"errcode": 0, "errmsg": "ok", "data": rows})


async def register(request: web.Request) -> web.StreamResponse:
    """PUT /control/wechat/templates `{"templates": [{"template_id", "content", …}]}`.

    They replace those that were there. More fields: "title", "example", "account" (official or
    mini_program), "type" (0 template message, 2 one-time, 3 lasting), and "approved", the values
    of each `const` and `enum`. Without any, every well-formed id is known, with any fields.
    """
    core, given = request.app[CORE], await read_object(request)
    rows = given.get("templates")
    if not isinstance(rows, list):
        raise ValueError("templates must be a list")  # noqa: TRY004 - it becomes a 400
    read = [_read(row) for row in rows]
    for key in [*core.store.tables[Table.WECHAT_TEMPLATES]]:
        core.store.drop(Table.WECHAT_TEMPLATES, key)
    for row in read:
        core.store.put(Table.WECHAT_TEMPLATES, f"{row['account']}:{row['template_id']}", row)
    return web.json_response({"ok": True})


def _read(row: Any) -> JsonObject:
    if not isinstance(row, dict) or not TEMPLATE_ID.fullmatch(str(row.get("template_id", ""))):
        raise ValueError("a template needs a template_id of 8 to 64 characters")
    known = {
        **{"title": "", "content": "", "example": "", "account": OFFICIAL, "type": MESSAGE},
        "approved": {},
        **row,
    }
    texts = ("template_id", "title", "content", "example", "account")
    if (
        not all(isinstance(known[name], str) for name in texts)
        or known["account"] not in ACCOUNTS
        or known["type"] not in (MESSAGE, ONE_TIME, LASTING)
        or not isinstance(known["approved"], dict)
    ):
        raise ValueError("a template has a field of another type")
    return known


def registered(core: Core, account: str) -> dict[str, JsonObject]:
    """Return an account's registered templates by id."""
    rows = core.store.tables[Table.WECHAT_TEMPLATES].values()
    return {row["template_id"]: row for row in rows if row["account"] == account}


def check_template(core: Core, account: str, given: Mapping[str, Any]) -> None:
    """Pass when the template is known, and its fields hold what they may.

    Raises:
        WechatError: 40037 or 47003, as WeChat words them.
    """
    template, rows = given.get("template_id"), registered(core, account)
    known = core.settings.wechat_template_ids
    if not isinstance(template, str) or not TEMPLATE_ID.fullmatch(template):
        raise WechatError(40037)
    if (known and template not in known) or (rows and template not in rows):
        raise WechatError(40037)
    row = rows.get(template, {})
    fields = IN_CONTENT.findall(row.get("content", ""))
    wrong = check(given.get("data"), fields, row.get("approved", {}))
    if wrong:
        raise WechatError(47003, wrong)


def lasts(core: Core, account: str, template: str) -> bool:
    """Return whether one consent to the template allows any number of messages."""
    return registered(core, account).get(template, {}).get("type") == LASTING


ROUTES: Final = (
    web.get("/cgi-bin/template/get_all_private_template", all_private_templates),
    web.get("/wxaapi/newtmpl/gettemplate", new_templates),
    web.put("/control/wechat/templates", register),
)
