"""How group robots and push services refuse, each in its own form."""

from collections.abc import Mapping
from typing import Any, Final

from sandbox.simulator.errors import Refusal

# open.dingtalk.com, 自定义机器人发送群消息
DINGTALK: Final = {
    -1: "系统繁忙",
    300001: "token is not exist",
    310000: "description:关键词不匹配;solution:请联系群管理员查看此机器人的关键词",
    400102: "机器人已停用",
    430104: "不合适的内容",
    130101: "send too fast, exceed 20 times per minute",
}
# open.feishu.cn, 自定义机器人使用指南
FEISHU: Final = {
    9499: "Bad Request",
    11232: "frequency limited psm[lark.oapi.app_platform_runtime]appID[1500]",
    19001: "param invalid: incoming webhook access token invalid",
    19021: "sign match fail or timestamp is not within one hour from current time",
    19022: "Ip Not Allowed",
    19024: "Key Words Not Found",
}
# docs.slack.dev, "Sending messages using incoming webhooks"
SLACK: Final = {
    "invalid_payload": 400,
    "invalid_token": 403,
    "action_prohibited": 403,
    "channel_not_found": 404,
    "no_service": 404,
    "no_team": 404,
    "channel_is_archived": 410,
    "rate_limited": 429,
    "rollup_error": 500,
}
# core.telegram.org/bots/api
TELEGRAM: Final[Mapping[int, str]] = {
    400: "Bad Request: chat not found",
    401: "Unauthorized",
    403: "Forbidden: bot was kicked from the supergroup chat",
    404: "Not Found",
    429: "Too Many Requests: retry after 17",
    500: "Internal Server Error",
}
# docs.discord.com, "JSON error codes": code -> status, message
DISCORD: Final[Mapping[int, tuple[int, str]]] = {
    10015: (404, "Unknown Webhook"),
    50006: (400, "Cannot send an empty message"),
    50027: (401, "Invalid Webhook Token"),
    50035: (400, "Invalid Form Body"),
    429: (429, "You are being rate limited."),
}
# The code of bark-server
BARK: Final[Mapping[int, tuple[int, str]]] = {
    400: (400, "failed to get device token: failed to get [key] device token from database"),
    410: (500, "push failed: Unregistered"),
    413: (500, "push failed: PayloadTooLarge"),
    429: (429, "rate limit exceeded, try again later"),
    500: (500, "push failed: InternalServerError"),
}
# sct.ftqq.com
SERVERCHAN: Final[Mapping[int, tuple[int, str]]] = {
    40001: (400, "[AUTH]错误的Key"),
    40002: (400, "[AUTH]超过当天的发送次数限制[5],请稍后再试"),
    20001: (400, "[INPUT]不要重复发送同样的内容"),
}
# The code of ntfy, server/errors.go
NTFY: Final[Mapping[int, tuple[int, str]]] = {
    40009: (400, "invalid request: topic invalid"),
    40301: (403, "forbidden"),
    41301: (413, "request entity too large"),
    42901: (429, "limit reached: too many requests"),
    42908: (429, "limit reached: daily message quota reached"),
    50001: (500, "internal server error"),
}
# learn.microsoft.com, Azure Logic Apps
TEAMS: Final[Mapping[str, int]] = {
    "WorkflowNotFound": 404,
    "WorkflowTriggerIsNotEnabled": 400,
    "DirectApiAuthorizationRequired": 401,
    "TriggerInputSchemaMismatch": 400,
    "TooManyRequests": 429,
    "NoResponse": 502,
}


class TextRefusal(Refusal):
    """A refusal in one plain word."""

    def __init__(self, status: int, word: str) -> None:
        super().__init__(status)
        self.text = word
        self.content_type = "text/plain"


def dingtalk(code: Any) -> Refusal:
    """DingTalk answers 200 with an errcode."""
    return Refusal(200, {"errcode": code, "errmsg": DINGTALK.get(code, "refused")})


def feishu(code: Any) -> Refusal:
    """Feishu and Lark answer 200 with a code, or 400 where they could not read the request."""
    said = {"code": code, "data": {}, "msg": FEISHU.get(code, "refused")}
    return Refusal(400 if code == 9499 else 200, said)


def slack(word: Any) -> Refusal:
    """Slack's hooks answer with one word."""
    return TextRefusal(SLACK.get(word, 400), str(word))


def slack_api(word: Any) -> Refusal:
    """Slack's Web API answers 200 and `error`, save for its limit."""
    return Refusal(429 if word == "rate_limited" else 200, {"ok": False, "error": str(word)})


def telegram(code: Any) -> Refusal:
    """Telegram repeats the HTTP status in its answer."""
    said: dict[str, Any] = {
        "ok": False,
        "error_code": code,
        "description": TELEGRAM.get(code, "Bad Request: refused"),
    }
    if code == 429:
        said["parameters"] = {"retry_after": 17}
    return Refusal(code, said)


def discord(code: Any) -> Refusal:
    """Discord gives a code of its own, and how long to wait where that is all."""
    status, sentence = DISCORD.get(code, (400, "refused"))
    if status == 429:
        return Refusal(429, {"message": sentence, "retry_after": 1.5, "global": False})
    return Refusal(status, {"message": sentence, "code": code})


def bark(code: Any) -> Refusal:
    """Bark repeats the HTTP status in its answer."""
    status, sentence = BARK.get(code, (400, "refused"))
    return Refusal(status, {"code": status, "message": sentence, "timestamp": 1_700_000_000})


def serverchan(code: Any) -> Refusal:
    """ServerChan's 40001 stands for a wrong key and for a spent day alike."""
    status, sentence = SERVERCHAN.get(code, (400, "refused"))
    said = 40001 if code == 40002 else code
    return Refusal(status, {"message": sentence, "code": said, "info": sentence, "args": [None]})


def ntfy(code: Any) -> Refusal:
    """Give ntfy's code beside the HTTP status."""
    status, sentence = NTFY.get(code, (400, "refused"))
    return Refusal(status, {"code": code, "http": status, "error": sentence})


def teams(word: Any) -> Refusal:
    """Power Automate names the error."""
    said = {"error": {"code": str(word), "message": "The request was refused."}}
    return Refusal(TEAMS.get(word, 400), said)
