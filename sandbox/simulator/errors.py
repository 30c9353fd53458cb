"""The providers' error answers: raised where a request is refused, worded as each words them."""

import json
import uuid
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Final

from aiohttp import web

MORE_INFO: Final = "https://www.twilio.com/docs/errors/"
# Code -> HTTP status, sentence (twilio.com/docs/api/errors). `{value}` is the offending value.
TWILIO: Final[dict[int, tuple[int, str]]] = {
    20001: (400, "Invalid parameter: {value}"),
    20003: (401, "Authenticate"),
    20009: (409, "Message {value} is still being delivered and cannot be changed."),
    20404: (404, "The requested resource {value} was not found"),
    20429: (429, "Too Many Requests"),
    20500: (500, "An internal server error has occurred"),
    21211: (400, "Invalid 'To' Phone Number: {value}"),
    21212: (400, "Invalid 'From' Phone Number: {value}"),
    21408: (400, "Permission to send an SMS has not been enabled for the region of {value}"),
    21602: (400, "Message body is required."),
    21603: (400, "A 'From' phone number is required."),
    21604: (400, "A 'To' phone number is required."),
    21609: (400, "The 'StatusCallback' URL {value} is not a valid URL."),
    21610: (400, "Attempt to send to unsubscribed recipient {value}"),
    21614: (400, "'To' number is not a valid mobile number: {value}"),
    21617: (400, "The message body exceeds the 1600 character limit."),
}
# Aliyun's gateway refuses by HTTP status, its SMS service with 200
# (help.aliyun.com/document_detail/101346.html).
ALIYUN: Final[dict[str, tuple[int, str]]] = {
    "IncompleteSignature": (400, "The request signature does not conform to the standard."),
    "InvalidAccessKeyId.NotFound": (404, "Specified access key is not found."),
    "SignatureDoesNotMatch": (400, "Specified signature does not match our calculation."),
    "InvalidTimeStamp.Expired": (400, "Specified time stamp or date value is expired."),
    "SignatureNonceUsed": (400, "Specified signature nonce was used already."),
    "InvalidAction.NotFound": (404, "Specified api is not found."),
    "InvalidVersion": (400, "Specified parameter Version is not valid."),
    "Throttling.User": (400, "Request was denied due to user flow control."),
    "isv.MOBILE_NUMBER_ILLEGAL": (200, "非法手机号"),
    "isv.SMS_SIGNATURE_ILLEGAL": (200, "该账号下找不到对应签名"),
    "isv.SMS_TEMPLATE_ILLEGAL": (200, "该账号下找不到对应模板"),
    "isv.TTS_TEMPLATE_ILLEGAL": (200, "该账号下找不到对应语音模板"),
    "isv.INVALID_JSON_PARAM": (200, "JSON参数不合法，只接受字符串值"),
    "isv.TEMPLATE_MISSING_PARAMETERS": (200, "模板变量缺少对应参数值"),
    "isv.PARAM_LENGTH_LIMIT": (200, "参数超过长度限制"),
    "isv.PARAM_NOT_SUPPORT_URL": (200, "变量不支持传入URL"),
    "isv.INVALID_PARAMETERS": (200, "参数异常"),
    "isv.BUSINESS_LIMIT_CONTROL": (200, "触发分钟级流控Permits:1"),
}


# Tencent refuses with 200, and says so in the answer (cloud.tencent.com/document/api/382/59177).
TENCENT: Final[dict[str, str]] = {
    "AuthFailure.SecretIdNotFound": "The SecretId is not found.",
    "AuthFailure.SignatureFailure": "The provided credentials could not be validated.",
    "AuthFailure.SignatureExpire": "The signature has expired.",
    "AuthFailure.InvalidAuthorization": "The Authorization header is not valid.",
    "InvalidAction": "The request action is invalid.",
    "NoSuchVersion": "The API version does not exist.",
    "MissingParameter": "A required parameter is missing.",
    "InvalidParameter": "A parameter is not valid.",
    "RequestLimitExceeded": "Too many requests.",
    "FailedOperation.TemplateUnapprovedOrNotExist": "template is not approved or does not exist",
    "FailedOperation.TemplateParamSetNotMatchApprovedTemplate": (
        "request content does not match the template content"
    ),
    "FailedOperation.SignatureIncorrectOrUnapproved": "signature is not approved",
}


class Refusal(web.HTTPException):
    """A refusal that is also the HTTP answer."""

    def __init__(self, status: int, body: Mapping[str, object] | None = None) -> None:
        self.status_code = status
        text = "" if body is None else json.dumps(body)
        super().__init__(text=text, content_type="application/json")


class TwilioError(Refusal):
    """Twilio's errors; a code without a text here is a plain 400."""

    def __init__(self, code: int, value: str = "") -> None:
        status, sentence = TWILIO.get(code, (400, "Request refused"))
        body = {
            "code": code,
            "message": sentence.replace("{value}", value),
            "more_info": f"{MORE_INFO}{code}",
            "status": status,
        }
        super().__init__(status, body)


class AliyunError(Refusal):
    """Aliyun's errors; a code without a text here answers 200 and `refused`."""

    def __init__(self, code: int | str) -> None:
        status, sentence = ALIYUN.get(str(code), (200, "refused"))
        body = {"Code": str(code), "Message": sentence, "RequestId": request_id()}
        super().__init__(status, body)


class TencentError(Refusal):
    """Tencent Cloud's errors; a code without a text here says `refused`."""

    def __init__(self, code: int | str) -> None:
        error = {"Code": str(code), "Message": TENCENT.get(str(code), "refused")}
        body = {"Response": {"Error": error, "RequestId": request_id().lower()}}
        super().__init__(200, body)


class WechatError(Refusal):
    """WeChat's return codes (developers.weixin.qq.com, global return codes)."""

    sentences: ClassVar[dict[int, str]] = {
        -1: "system error",
        40001: "invalid credential, access_token is invalid or not latest",
        40002: "invalid grant_type",
        40003: "invalid openid",
        40013: "invalid appid",
        40037: "invalid template_id",
        40125: "invalid appsecret",
        41001: "access_token missing",
        41030: "invalid page",
        42001: "access_token expired",
        43004: "require subscribe",
        43101: "user refuse to accept the msg",
        43107: "subscribe message is banned",
        43108: "concurrent messages to the same user",
        45009: "reach max api daily quota limit",
        45011: "api minute-quota reach limit, must slower, retry next minute",
        45065: "clientmsgid exist",
        45168: "message contains sensitive words",
        47001: "data format error",
        47003: "argument invalid!",
        48001: "api unauthorized",
    }

    def __init__(self, code: int, detail: str = "") -> None:
        sentence = self.sentences.get(code, "refused")
        super().__init__(200, {"errcode": code, "errmsg": f"{sentence} {detail}".strip()})


class WecomError(WechatError):
    """WeCom's return codes, in the same form."""

    sentences = {
        40058: "invalid parameter",
        45009: "api freq out of limit",
        93000: "invalid webhook url",
    }


def raise_first(error: Callable[..., Refusal], *cases: tuple[Any, ...]) -> None:
    """Raise the error of the first case that applies: whether it does, and the error's arguments.

    Raises:
        Refusal: a case applies.
    """
    for applies, *arguments in cases:
        if applies:
            raise error(*arguments)


def request_id() -> str:
    """Return what names one request in Aliyun's answers."""
    return str(uuid.uuid4()).upper()
