"""Aliyun's templates: to create, list and delete them, and what their variables take."""

import re
from collections.abc import Mapping
from typing import Any, Final

from aiohttp import web

from sandbox.simulator import templates
from sandbox.simulator.aliyun_callbacks import china_time
from sandbox.simulator.core import CORE
from sandbox.simulator.errors import AliyunError, raise_first, request_id
from sandbox.simulator.parsing import parse_json, parse_whole
from sandbox.simulator.store import JsonObject, Provider, Table

VARIABLE: Final = re.compile(r"\$\{(\w+)\}")
LONGEST_NAME: Final = 30
LONGEST_TEXT: Final = 500
LARGEST_PAGE: Final = 50
# TemplateType: code, notice, promotion, abroad.
TYPES: Final = frozenset("0123")
ABROAD: Final = "3"
CLOCK: Final = r"\d{1,2}[:时点]\d{2}分?(?::\d{2})?"
DAY: Final = r"(?:\d{4}[-/年])?\d{1,2}[-/月]\d{1,2}日?"
# What each type of variable takes (help.aliyun.com/document_detail/2806243.html).
RULES: Final[Mapping[str, re.Pattern[str]]] = {
    "time": re.compile(rf"{CLOCK}|{DAY}(?:\s*{CLOCK})?|\d{{8}}", re.ASCII),
    "money": re.compile(r"\d+(?:\.\d{1,2})?", re.ASCII),
    "other_number2": re.compile(r"[0-9A-Za-z]{1,35}", re.ASCII),
    "numberCaptcha": re.compile(r"\d{4,6}", re.ASCII),
    "verifyTime": re.compile(r"[1-9]\d?", re.ASCII),
    "phone_number2": re.compile(r"[\d-]{5,15}", re.ASCII),
    "others": re.compile(r"(?s).+"),
}
STATUS: Final = {
    templates.IN_REVIEW: "AUDIT_STATE_INIT",
    templates.APPROVED: "AUDIT_STATE_PASS",
    templates.REFUSED: "AUDIT_STATE_NOT_PASS",
}


async def create(request: web.Request) -> web.StreamResponse:
    """Answer CreateSmsTemplate: take a template for review."""
    core, given = request.app[CORE], request.query
    name, text = given.get("TemplateName", ""), given.get("TemplateContent", "")
    rule = _rule(given.get("TemplateRule", "{}"))
    variables = VARIABLE.findall(text)
    abroad = given.get("TemplateType") == ABROAD
    untyped = not abroad and set(variables) != set(rule)
    raise_first(
        AliyunError,
        (not 0 < len(name) <= LONGEST_NAME, "isv.INVALID_PARAMETERS"),
        (not 0 < len(text) <= LONGEST_TEXT, "isv.SMS_CONTENT_ILLEGAL"),
        (given.get("TemplateType", "") not in TYPES, "isv.INVALID_PARAMETERS"),
        (len(variables) != len(set(variables)), "isv.SMS_CONTENT_ILLEGAL"),
        (untyped or not set(rule.values()) <= set(RULES), "isv.TEMPLATE_PARAMS_ILLEGAL"),
    )
    code = templates.add(core, Provider.ALIYUN, name, text, abroad=abroad, rule=rule)
    if fault := templates.fault_of(text, VARIABLE):
        templates.review(core, Provider.ALIYUN, code, templates.REFUSED, fault)
    body = {"TemplateCode": code, "TemplateName": name, "OrderId": code[4:]}
    return _answer(**body)


async def listed(request: web.Request) -> web.StreamResponse:
    """Answer QuerySmsTemplateList: every template, newest first, paged."""
    core, given = request.app[CORE], request.query
    page = parse_whole(given.get("PageIndex", "1"), 10**6)
    size = parse_whole(given.get("PageSize", "10"), LARGEST_PAGE)
    if not page or not size:
        raise AliyunError("isv.INVALID_PARAMETERS")
    rows = list(templates.every(core, Provider.ALIYUN))
    shown = [_shown(one) for one in rows[(page - 1) * size : page * size]]
    return _answer(SmsTemplateList=shown, TotalCount=len(rows), CurrentPage=page, PageSize=size)


async def delete(request: web.Request) -> web.StreamResponse:
    """Answer DeleteSmsTemplate."""
    core, code = request.app[CORE], request.query.get("TemplateCode", "")
    if templates.find(core, Provider.ALIYUN, code) is None:
        raise AliyunError("isv.SMS_TEMPLATE_ILLEGAL")
    core.store.drop(Table.TEMPLATES, templates.key_of(Provider.ALIYUN, code))
    return _answer(TemplateCode=code)


def check_values(row: JsonObject, values: Mapping[str, str]) -> None:
    """Refuse values that are none of their variable's type.

    Raises:
        AliyunError: one is not.
    """
    for variable, kind in row["rule"].items():
        if not RULES[kind].fullmatch(values.get(variable, "")):
            raise AliyunError("isv.TEMPLATE_PARAMS_ILLEGAL")


def _rule(given: str) -> dict[str, str]:
    try:
        rule = parse_json(given.encode())
    except ValueError as error:
        raise AliyunError("isv.INVALID_JSON_PARAM") from error
    if not isinstance(rule, dict) or not all(isinstance(one, str) for one in rule.values()):
        raise AliyunError("isv.INVALID_JSON_PARAM")
    return rule


def _shown(row: JsonObject) -> JsonObject:
    return {
        "TemplateCode": row["id"],
        "TemplateName": row["name"],
        "TemplateContent": row["text"],
        "OuterTemplateType": 3 if row["abroad"] else 1,
        "AuditStatus": STATUS[row["state"]],
        "Reason": {"RejectInfo": row["reason"], "RejectDate": "", "RejectSubInfo": ""},
        "CreateDate": china_time(row["at"]),
    }


def _answer(**said: Any) -> web.Response:
    body = {"Code": "OK", "Message": "OK", "RequestId": request_id(), **said}
    return web.json_response(body)
