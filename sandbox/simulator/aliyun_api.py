"""Aliyun's address: SMS (dysmsapi 2017-05-25: SendSms, QuerySendDetails, templates), calls."""

import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from aiohttp import web

from sandbox.simulator import aliyun_calls, aliyun_signature, aliyun_templates, sms, templates
from sandbox.simulator.aliyun_callbacks import (
    CHINA,
    DELIVERED,
    china_time,
    national,
    new_biz_id,
)
from sandbox.simulator.aliyun_templates import VARIABLE, check_values
from sandbox.simulator.core import CORE, Core, answer
from sandbox.simulator.errors import AliyunError, raise_first, request_id
from sandbox.simulator.parsing import parse_json, parse_whole
from sandbox.simulator.store import Message, Provider

Action = Callable[[web.Request], Awaitable[web.StreamResponse]]

VERSION: Final = "2017-05-25"
MAINLAND: Final = re.compile(r"1[3-9]\d{9}", re.ASCII)
ABROAD: Final = re.compile(r"[1-9]\d{6,14}", re.ASCII)
LINK: Final = re.compile(r"https?://|www\.", re.IGNORECASE)
LONGEST_OUT_ID: Final = 256
LARGEST_PAGE: Final = 50
KEPT_DAYS: Final = 30
# SendStatus: 1 waits for its receipt, 2 failed, 3 arrived.
SEND_STATUS: Final = {"queued": 1, "sent": 1, "delivered": 3}


async def call(request: web.Request) -> web.StreamResponse:
    """POST /: the action is a header, its parameters are the query."""
    await aliyun_signature.check(request)
    action = ACTIONS.get(request.headers["x-acs-action"])
    if action is None:
        raise AliyunError("InvalidAction.NotFound")
    if request.headers["x-acs-version"] != VERSION:
        raise AliyunError("InvalidVersion")
    return await action(request)


async def send_sms(request: web.Request) -> web.StreamResponse:
    """Answer SendSms for one number: accept a message, or refuse it with a documented code."""
    core, given = request.app[CORE], request.query
    to = _to(given.get("PhoneNumbers", ""))
    text = _text(core, given, abroad=not to.startswith("+86"))

    def accept() -> web.Response:
        message = Message(
            sid=new_biz_id(),
            provider=Provider.ALIYUN,
            to=to,
            sender="",
            body=text,
            status="queued",
            details={"out_id": given.get("OutId", "")},
        )
        sms.accept(core, message)
        body = {"Code": "OK", "Message": "OK", "BizId": message.sid, "RequestId": request_id()}
        return web.json_response(body)

    return await answer(
        request,
        Provider.ALIYUN,
        to,
        accept=accept,
        refuse=AliyunError,
        rate_limit_code="Throttling.User",
    )


async def query_send_details(request: web.Request) -> web.StreamResponse:
    """Answer QuerySendDetails: a number's messages on a day in China, newest first, paged."""
    core, given = request.app[CORE], request.query
    day, to = _day(given.get("SendDate", "")), _to(given.get("PhoneNumber", ""))
    size = _whole(given.get("PageSize", ""), LARGEST_PAGE)
    start = (_whole(given.get("CurrentPage", "")) - 1) * size
    listed = [
        _details(message)
        for message in core.store.newest_first(Provider.ALIYUN, to)
        if not message.inbound and china_time(message.accepted_at).startswith(day)
    ]
    body = {
        "Code": "OK",
        "Message": "OK",
        "RequestId": request_id(),
        "TotalCount": len(listed),
        "SmsSendDetailDTOs": {"SmsSendDetailDTO": listed[start : start + size]},
    }
    return web.json_response(body)


def _to(number: str) -> str:
    if MAINLAND.fullmatch(number):
        return f"+86{number}"
    if not ABROAD.fullmatch(number):
        raise AliyunError("isv.MOBILE_NUMBER_ILLEGAL")
    return f"+{number}"


def _text(core: Core, given: Mapping[str, str], *, abroad: bool) -> str:
    """Return the SMS as the phone shows it: the signature, and the template with its values."""
    name, settings = given.get("SignName", ""), core.settings
    row = templates.find(core, Provider.ALIYUN, given.get("TemplateCode", ""))
    unsigned = not name and not abroad
    unknown = bool(name and settings.aliyun_sign_names and name not in settings.aliyun_sign_names)
    if unsigned or unknown:
        raise AliyunError("isv.SMS_SIGNATURE_ILLEGAL")
    if row is None or row["state"] != templates.APPROVED:
        raise AliyunError("isv.SMS_TEMPLATE_ILLEGAL")
    if len(given.get("OutId", "")) > LONGEST_OUT_ID:
        raise AliyunError("isv.INVALID_PARAMETERS")
    if not templates.suits(row, abroad=abroad):
        home = "isv.DOMESTIC_NUMBER_NOT_SUPPORTED"
        raise AliyunError(home if row["abroad"] else "isv.SMS_TEMPLATE_ILLEGAL")
    values = _values(given.get("TemplateParam", "{}"))
    _check(values, set(VARIABLE.findall(row["text"])), settings.aliyun_variable_length)
    check_values(row, values)
    text = VARIABLE.sub(lambda found: values[found[1]], row["text"])
    return f"【{name}】{text}" if name else text


def _values(given: str) -> dict[str, str]:
    try:
        values = parse_json(given.encode())
    except ValueError as error:
        raise AliyunError("isv.INVALID_JSON_PARAM") from error
    if not isinstance(values, dict) or not all(isinstance(one, str) for one in values.values()):
        raise AliyunError("isv.INVALID_JSON_PARAM")
    return values


def _check(values: Mapping[str, str], wanted: set[str], longest: int) -> None:
    used = [values.get(name, "") for name in wanted]
    raise_first(
        AliyunError,
        (not all(used), "isv.TEMPLATE_MISSING_PARAMETERS"),
        (any(len(value) > longest for value in used), "isv.PARAM_LENGTH_LIMIT"),
        (any(LINK.search(value) for value in used), "isv.PARAM_NOT_SUPPORT_URL"),
    )


def _day(given: str) -> str:
    """Return the day as `china_time` begins; only the last thirty can be asked about."""
    try:
        day = datetime.strptime(given, "%Y%m%d").replace(tzinfo=CHINA)
    except ValueError as error:
        raise AliyunError("isv.INVALID_PARAMETERS") from error
    if datetime.now(CHINA) - day > timedelta(days=KEPT_DAYS + 1):
        raise AliyunError("isv.INVALID_PARAMETERS")
    return f"{day:%Y-%m-%d}"


def _whole(given: str, largest: int = 10**6) -> int:
    number = parse_whole(given, largest)
    if not number:
        raise AliyunError("isv.INVALID_PARAMETERS")
    return number


def _details(message: Message) -> dict[str, Any]:
    status = SEND_STATUS.get(message.status, 2)
    return {
        "PhoneNum": national(message.to),
        "SendStatus": status,
        "ErrCode": {1: "", 3: DELIVERED}.get(status, str(message.error_code or "")),
        "Content": message.body,
        "OutId": message.details["out_id"],
        "SendDate": china_time(message.accepted_at),
        "ReceiveDate": "" if status == 1 else china_time(message.updated_at),
    }


ACTIONS: Final[Mapping[str, Action]] = {
    "SingleCallByTts": aliyun_calls.single_call_by_tts,
    "SendSms": send_sms,
    "QuerySendDetails": query_send_details,
    "CreateSmsTemplate": aliyun_templates.create,
    "QuerySmsTemplateList": aliyun_templates.listed,
    "DeleteSmsTemplate": aliyun_templates.delete,
}
