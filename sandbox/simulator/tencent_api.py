"""Tencent Cloud's Short Message Service, 2021-01-11: sending, receipts and templates."""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from aiohttp import web

from sandbox.simulator import sms, templates, tencent_signature
from sandbox.simulator.core import CORE, Core, answer
from sandbox.simulator.errors import TencentError, raise_first, request_id
from sandbox.simulator.parsing import read_object
from sandbox.simulator.store import JsonObject, Message, Provider
from sandbox.simulator.tencent_callbacks import DELIVERED, new_serial_no, parts_of

Action = Callable[[web.Request, JsonObject], Awaitable[web.StreamResponse]]

VERSION: Final = "2021-01-11"
NUMBER: Final = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
MAINLAND: Final = re.compile(r"\+861[3-9]\d{9}", re.ASCII)
VARIABLE: Final = re.compile(r"\{(\d+)\}")
LINK: Final = re.compile(r"https?://|www\.", re.IGNORECASE)
LONGEST_TEXT: Final = 500
LONGEST_CONTEXT: Final = 512
MOST: Final = 100
STATUS: Final = {templates.APPROVED: 0, templates.IN_REVIEW: 1, templates.REFUSED: -1}


async def call(request: web.Request) -> web.StreamResponse:
    """POST /: the action is a header, its parameters are a JSON object."""
    await tencent_signature.check(request)
    action = ACTIONS.get(request.headers["X-TC-Action"])
    raise_first(
        TencentError,
        (action is None, "InvalidAction"),
        (request.headers.get("X-TC-Version") != VERSION, "NoSuchVersion"),
        (not request.headers.get("X-TC-Region"), "MissingParameter"),
    )
    try:
        given = await read_object(request)
    except ValueError as error:
        raise TencentError("InvalidParameter") from error
    assert action is not None  # noqa: S101
    return await action(request, given)


async def send_sms(request: web.Request, given: JsonObject) -> web.StreamResponse:
    """Answer SendSms for one number: accept a message, or refuse it with a documented code."""
    core = request.app[CORE]
    numbers, context = given.get("PhoneNumberSet"), given.get("SessionContext", "")
    if not isinstance(numbers, list) or len(numbers) != 1 or not isinstance(context, str):
        raise TencentError("MissingParameter")
    (to,) = numbers
    if len(context.encode()) >= LONGEST_CONTEXT:
        raise TencentError("InvalidParameter")
    if refused := _refused(core, given, to):
        return _said(SendStatusSet=[_status(to, context, refused)])
    text = _text(core, given)

    def accept() -> web.Response:
        message = Message(
            sid=new_serial_no(),
            provider=Provider.TENCENT,
            to=to,
            sender="",
            body=text,
            status="queued",
            details={"context": context},
        )
        sms.accept(core, message)
        return _said(SendStatusSet=[_status(to, context, "Ok", message)])

    return await answer(
        request,
        Provider.TENCENT,
        to,
        accept=accept,
        refuse=TencentError,
        rate_limit_code="RequestLimitExceeded",
    )


def _refused(core: Core, given: JsonObject, to: Any) -> str:
    """Return the code with which a message to one number is refused, or nothing."""
    settings, sign = core.settings, given.get("SignName", "")
    abroad = not str(to).startswith("+86")
    row = templates.find(core, Provider.TENCENT, str(given.get("TemplateId", "")))
    values = given.get("TemplateParamSet", [])
    well_formed = NUMBER if abroad else MAINLAND
    approved = row is not None and row["state"] == templates.APPROVED
    wanted = len(set(VARIABLE.findall(row["text"]))) if row else 0
    cases = (
        (
            given.get("SmsSdkAppId") != settings.tencent_sdk_app_id,
            "InvalidParameterValue.SdkAppIdNotExist",
        ),
        (not well_formed.fullmatch(str(to)), "InvalidParameterValue.IncorrectPhoneNumber"),
        (
            (not sign and not abroad) or (bool(sign) and _unknown(core, sign)),
            "FailedOperation.SignatureIncorrectOrUnapproved",
        ),
        (not approved, "FailedOperation.TemplateUnapprovedOrNotExist"),
        (
            bool(row and abroad and not templates.suits(row, abroad=True)),
            "UnsupportedOperation.ChineseMainlandTemplateToGlobalPhone",
        ),
        (
            bool(row and not abroad and not templates.suits(row, abroad=False)),
            "UnsupportedOperation.GlobalTemplateToChineseMainlandPhone",
        ),
        (
            not isinstance(values, list) or not all(isinstance(one, str) and one for one in values),
            "InvalidParameterValue.TemplateParameterFormatError",
        ),
        (len(values) != wanted, "FailedOperation.TemplateParamSetNotMatchApprovedTemplate"),
        (
            any(len(one) > settings.tencent_variable_length for one in values)
            and settings.tencent_variable_length > 0,
            "InvalidParameterValue.TemplateParameterLengthLimit",
        ),
        (
            any(LINK.search(one) for one in values),
            "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter",
        ),
    )
    return next((code for applies, code in cases if applies), "")


def _unknown(core: Core, sign: str) -> bool:
    names = core.settings.tencent_sign_names
    return bool(names) and sign not in names


def _text(core: Core, given: JsonObject) -> str:
    """Return the SMS as the phone shows it."""
    row = templates.find(core, Provider.TENCENT, str(given["TemplateId"]))
    values, sign = given.get("TemplateParamSet", []), given.get("SignName", "")
    words = VARIABLE.sub(lambda found: values[int(found[1]) - 1], row["text"] if row else "")
    return f"【{sign}】{words}" if sign else words


def _status(to: str, context: str, code: str, message: Message | None = None) -> JsonObject:
    return {
        "SerialNo": message.sid if message else "",
        "PhoneNumber": to,
        "Fee": message.segments if message else 0,
        "SessionContext": context,
        "Code": code,
        "Message": "send success" if message else "refused",
        "IsoCode": "CN" if to.startswith("+86") else "",
    }


async def pull_by_number(request: web.Request, given: JsonObject) -> web.StreamResponse:
    """Answer PullSmsSendStatusByPhoneNumber: the receipts of one number, newest first."""
    core = request.app[CORE]
    begins, ends = given.get("BeginTime"), given.get("EndTime")
    limit, to = given.get("Limit"), given.get("PhoneNumber")
    if not (isinstance(begins, int) and isinstance(limit, int) and isinstance(to, str)):
        raise TencentError("MissingParameter")
    if not 0 < limit <= MOST or given.get("SmsSdkAppId") != core.settings.tencent_sdk_app_id:
        raise TencentError("InvalidParameter")
    told = [
        _report(one)
        for one in core.store.newest_first(Provider.TENCENT, to)
        if not one.inbound
        and one.status in {"delivered", "undelivered", "failed"}
        and begins <= one.accepted_at <= (ends if isinstance(ends, int) else one.accepted_at)
    ]
    return _said(PullSmsSendStatusSet=told[:limit])


def _report(message: Message) -> JsonObject:
    country, number = parts_of(message.to)
    delivered = message.status == "delivered"
    return {
        "UserReceiveTime": int(message.updated_at),
        "CountryCode": country,
        "SubscriberNumber": number,
        "PhoneNumber": message.to,
        "SerialNo": message.sid,
        "ReportStatus": "SUCCESS" if delivered else "FAIL",
        "Description": DELIVERED if delivered else str(message.error_code or "UNDELIV"),
        "SessionContext": message.details["context"],
    }


async def add_template(request: web.Request, given: JsonObject) -> web.StreamResponse:
    """Answer AddSmsTemplate: take a template for review."""
    name, text = given.get("TemplateName"), given.get("TemplateContent")
    whole = all(isinstance(given.get(one), int) for one in ("SmsType", "International"))
    if not (isinstance(name, str) and isinstance(text, str) and whole and given.get("Remark")):
        raise TencentError("MissingParameter")
    variables = VARIABLE.findall(text)
    if variables != [str(place) for place in range(1, len(variables) + 1)]:
        raise TencentError("InvalidParameterValue.TemplateParameterFormatError")
    if not 0 < len(text) <= LONGEST_TEXT:
        raise TencentError("InvalidParameterValue.ContentLengthLimit")
    core, abroad = request.app[CORE], bool(given["International"])
    code = templates.add(core, Provider.TENCENT, name, text, abroad=abroad, rule={})
    if fault := templates.fault_of(text, VARIABLE):
        templates.review(core, Provider.TENCENT, code, templates.REFUSED, fault)
    return _said(AddTemplateStatus={"TemplateId": code})


async def list_templates(request: web.Request, given: JsonObject) -> web.StreamResponse:
    """Answer DescribeSmsTemplateList: those named, or a page of all, at home or abroad."""
    core, abroad = request.app[CORE], given.get("International")
    named, limit, offset = (
        given.get(name, default)
        for name, default in (("TemplateIdSet", []), ("Limit", 0), ("Offset", 0))
    )
    if abroad not in {0, 1} or not isinstance(named, list) or len(named) > MOST:
        raise TencentError("InvalidParameter")
    rows = [
        one
        for one in templates.every(core, Provider.TENCENT)
        if templates.suits(one, abroad=bool(abroad))
    ]
    chosen = [one for one in rows if int(one["id"]) in named] if named else rows[offset:][:limit]
    return _said(
        DescribeTemplateStatusSet=[
            {
                "TemplateId": int(one["id"]),
                "International": abroad,
                "StatusCode": STATUS[one["state"]],
                "ReviewReply": one["reason"],
                "TemplateName": one["name"],
                "TemplateContent": one["text"],
                "CreateTime": int(one["at"]),
            }
            for one in chosen
        ]
    )


def _said(**said: Any) -> web.Response:
    return web.json_response({"Response": {**said, "RequestId": request_id().lower()}})


ACTIONS: Final[Mapping[str, Action]] = {
    "SendSms": send_sms,
    "PullSmsSendStatusByPhoneNumber": pull_by_number,
    "AddSmsTemplate": add_template,
    "DescribeSmsTemplateList": list_templates,
}
