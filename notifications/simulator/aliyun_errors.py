"""Aliyun's error answers (help.aliyun.com/document_detail/101346.html, and its gateway's own)."""

import uuid
from typing import Final

from aiohttp import web

# What the gateway refuses by HTTP status; what the SMS service refuses comes with 200.
GATEWAY: Final[dict[str, tuple[int, str]]] = {
    "IncompleteSignature": (400, "The request signature does not conform to the standard."),
    "InvalidAccessKeyId.NotFound": (404, "Specified access key is not found."),
    "SignatureDoesNotMatch": (400, "Specified signature does not match our calculation."),
    "InvalidTimeStamp.Expired": (400, "Specified time stamp or date value is expired."),
    "SignatureNonceUsed": (400, "Specified signature nonce was used already."),
    "InvalidAction.NotFound": (404, "Specified api is not found."),
    "InvalidVersion": (400, "Specified parameter Version is not valid."),
    "Throttling.User": (400, "Request was denied due to user flow control."),
}
SERVICE: Final[dict[str, str]] = {
    "isv.MOBILE_NUMBER_ILLEGAL": "非法手机号",
    "isv.SMS_SIGNATURE_ILLEGAL": "该账号下找不到对应签名",
    "isv.SMS_TEMPLATE_ILLEGAL": "该账号下找不到对应模板",
    "isv.INVALID_JSON_PARAM": "JSON参数不合法，只接受字符串值",
    "isv.TEMPLATE_MISSING_PARAMETERS": "模板变量缺少对应参数值",
    "isv.PARAM_LENGTH_LIMIT": "参数超过长度限制",
    "isv.PARAM_NOT_SUPPORT_URL": "变量不支持传入URL",
    "isv.INVALID_PARAMETERS": "参数异常",
    "isv.BUSINESS_LIMIT_CONTROL": "触发分钟级流控Permits:1",
}


class AliyunError(Exception):
    """A documented refusal."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    def answer(self) -> web.Response:
        """The refusal as Aliyun writes it; a code without a sentence of ours is as good as any."""
        plain = (200, SERVICE.get(self.code, "refused"))
        status, sentence = GATEWAY.get(self.code, plain)
        body = {"Code": self.code, "Message": sentence, "RequestId": request_id()}
        return web.json_response(body, status=status)


def request_id() -> str:
    """What names one request in Aliyun's answers."""
    return str(uuid.uuid4()).upper()
