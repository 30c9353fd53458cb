"""What the answers of each service mean: many of them answer 200 where they have refused.

Apprise says only whether it believes that a message was taken; for DingTalk and ServerChan, it does
not read the answer at all. So each service has its table here.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from notifications.channels import http
from notifications.channels.http import ProviderResponse
from notifications.channels.outcomes import Failed, NotSent, Reason, Refusal, Unknown

# None: the service has taken the message.
Judge = Callable[[ProviderResponse], Refusal | None]
Codes = Mapping[Any, Refusal]
# Part of a refusal's text, and what it means; the first that is found decides.
Words = tuple[tuple[str, Refusal], ...]

GONE: Final = Failed(Reason.BAD_ADDRESS, suppress=True)
LEFT: Final = Failed(Reason.OPTED_OUT, suppress=True)
# The group's owner has asked the service for something that our message lacks: a keyword, a
# signature, an address on a list. It is their setting, and may be mended: nothing is suppressed.
GUARDED: Final = Failed(Reason.BLOCKED)
REFUSED: Final = Failed(Reason.REFUSED_CONTENT)
SLOWER: Final = NotSent(Reason.RATE_LIMITED, retry_after=60.0)
# The day's messages are spent.
SPENT: Final = NotSent(Reason.QUOTA, retry_after=3600.0)
BROKEN: Final = Unknown(Reason.PROVIDER_ERROR)
LONGEST_CODE: Final = 40

# errcode; source: open.dingtalk.com, 自定义机器人发送群消息, 错误码
DINGTALK: Final[Codes] = {
    -1: BROKEN,
    300001: GONE,  # token is not exist
    300005: GONE,  # token is not exist
    310000: GUARDED,  # keyword, signature or IP address
    400013: GONE,  # the group was dissolved
    400101: GONE,  # no such access_token
    400102: GONE,  # the robot was switched off
    400106: GONE,  # no such robot
    410100: SLOWER,
    430101: REFUSED,
    430102: REFUSED,
    430103: REFUSED,
    430104: REFUSED,
    # 20 messages a minute were exceeded: the robot is silent for ten minutes.
    130101: NotSent(Reason.RATE_LIMITED, retry_after=600.0),
}
# code; source: open.feishu.cn, 自定义机器人使用指南, 错误码
FEISHU: Final[Codes] = {
    11232: SLOWER,
    11233: SLOWER,
    19021: GUARDED,  # signature, or its time
    19022: GUARDED,  # IP address
    19024: GUARDED,  # keyword
}
FEISHU_WORDS: Final[Words] = (
    # 19001 is any bad parameter; only these words say that there is no such hook.
    ("access token invalid", GONE),
    # 9499 is both "Bad Request" and this.
    ("too many request", SLOWER),
    ("frequency limited", SLOWER),
)
# Source: docs.slack.dev, "Sending messages using incoming webhooks" and chat.postMessage.
SLACK: Final[Codes] = {
    **dict.fromkeys(
        (
            *("no_service", "no_service_id", "no_active_hooks", "no_team", "team_disabled"),
            *("invalid_token", "invalid_auth", "account_inactive", "token_revoked"),
            *("token_expired", "channel_not_found", "channel_is_archived", "is_archived"),
        ),
        GONE,
    ),
    **dict.fromkeys(
        (
            *("action_prohibited", "posting_to_general_channel_denied", "not_in_channel"),
            *("no_permission", "missing_scope", "not_allowed_token_type", "restricted_action"),
            *("org_login_required", "ekm_access_denied", "not_authed", "user_not_found"),
        ),
        GUARDED,
    ),
    **dict.fromkeys(
        ("invalid_payload", "no_text", "msg_too_long", "too_many_attachments"), REFUSED
    ),
    **dict.fromkeys(("ratelimited", "rate_limited", "message_limit_exceeded"), SLOWER),
    **dict.fromkeys(("fatal_error", "internal_error", "service_unavailable"), BROKEN),
}
# Source: core.telegram.org/bots/api; the texts are the Bot API server's own.
TELEGRAM_WORDS: Final[Words] = (
    ("chat not found", GONE),
    ("peer_id_invalid", GONE),
    ("message thread not found", GONE),
    ("topic_deleted", GONE),
    ("send messages to bots", GONE),
    ("upgraded to a supergroup", GONE),  # under another id, which its members subscribe again
    ("group chat was deleted", GONE),
    ("user is deactivated", GONE),
    ("kicked", LEFT),
    ("blocked by the user", LEFT),
    ("bot is not a member", LEFT),
    ("topic_closed", GUARDED),
    ("chat_write_forbidden", GUARDED),
    ("initiate conversation", GUARDED),  # who never wrote to the bot
    ("not enough rights", GUARDED),
    ("have no rights", GUARDED),
    ("need administrator rights", GUARDED),
    ("message is too long", REFUSED),
    ("message text is empty", REFUSED),
)
# code; source: docs.discord.com, "JSON error codes"
DISCORD: Final[Codes] = {
    10015: GONE,  # unknown webhook
    50027: GONE,  # invalid webhook token
    10003: GONE,  # unknown channel
    # A forum or a thread, which its owner can open, or name in the address.
    **dict.fromkeys((50013, 50083, 160005, 220001, 220003), GUARDED),
    **dict.fromkeys((50006, 50035, 200000, 200001, 240000), REFUSED),
    **dict.fromkeys((20016, 20028, 40062), SLOWER),
}
# Source: the code of bark-server, route_push.go and apns.go; reasons are Apple's.
BARK_WORDS: Final[Words] = (
    ("failed to get device token", GONE),
    ("device token invalid", GONE),
    ("device key is empty", GONE),
    ("baddevicetoken", GONE),
    ("unregistered", GONE),
    ("devicetokennotfortopic", GONE),
    ("payloadtoolarge", REFUSED),
    ("toomanyrequests", SLOWER),
)
# Source: sct.ftqq.com; one code stands for a wrong key and for a spent day.
SERVERCHAN_WORDS: Final[Words] = (
    ("次数限制", SPENT),
    ("超过当天", SPENT),
    ("重复", REFUSED),
    ("错误的key", GONE),
    ("用户不存在", GONE),
)
# code; source: the code of ntfy, server/errors.go
NTFY: Final[Codes] = {
    40101: GUARDED,
    40301: GUARDED,
    40009: Failed(Reason.BAD_ADDRESS),  # topic invalid
    40010: Failed(Reason.BAD_ADDRESS),  # topic disallowed
    41301: REFUSED,
    41303: REFUSED,
    42908: SPENT,
}
# error.code of Power Automate and Logic Apps; source: learn.microsoft.com
TEAMS: Final[Codes] = {
    "WorkflowNotFound": GONE,
    "WorkflowTriggerNotFound": GONE,
    "WorkflowTriggerIsNotEnabled": GUARDED,
    "WorkflowDisabled": GUARDED,
    "TriggerInputSchemaMismatch": GUARDED,
    "DirectApiAuthorizationRequired": GUARDED,
    "DirectApiInvalidAuthorizationScheme": GUARDED,
    "AuthorizationFailed": GUARDED,
    "InvalidSharedAccessSignature": GONE,
}


def dingtalk(answer: ProviderResponse) -> Refusal | None:
    """Read `errcode`, which is 0 where the message was taken."""
    return _of_number(answer, "errcode", "errmsg", DINGTALK, ())


def feishu(answer: ProviderResponse) -> Refusal | None:
    """Read `code`, or `StatusCode` of the older form; 0 where the message was taken."""
    name = "code" if "code" in answer.json() else "StatusCode"
    return _of_number(answer, name, "msg", FEISHU, FEISHU_WORDS)


def slack(answer: ProviderResponse) -> Refusal | None:
    """Read the word that a hook answers with, or `error` of the Web API."""
    given = answer.json()
    if answer.status == 200 and (answer.text.strip() == "ok" or given.get("ok") is True):
        return None
    word = given.get("error", "") if given else answer.text.strip()
    return _refused(answer, str(word), SLACK)


def telegram(answer: ProviderResponse) -> Refusal | None:
    """Read `ok`, `description` and `parameters.retry_after`."""
    given = answer.json()
    if answer.status == 200 and given.get("ok") is True:
        return None
    parameters = given.get("parameters")
    if answer.status == 429 and isinstance(parameters, dict):
        return _after(parameters.get("retry_after"))
    if answer.status in {401, 404} and given.get("ok") is False:
        return replace(GONE, code=str(answer.status))  # the token is nobody's any more
    return _by_words(answer, str(given.get("description", "")), TELEGRAM_WORDS)


def discord(answer: ProviderResponse) -> Refusal | None:
    """Read the JSON error code; 204 without a body, or 200, is success."""
    if answer.status in {200, 204}:
        return None
    given = answer.json()
    if answer.status == 429 and "retry_after" in given:
        return _after(given["retry_after"])
    return _refused(answer, given.get("code", ""), DISCORD)


def bark(answer: ProviderResponse) -> Refusal | None:
    """Read `code`, which is 200 where the message was taken, and the reason in `message`."""
    given = answer.json()
    if answer.status == 200 and given.get("code") == 200:
        return None
    return _by_words(answer, str(given.get("message", "")), BARK_WORDS)


def serverchan(answer: ProviderResponse) -> Refusal | None:
    """Read `code`, which is 0 where the message was queued, and the reason in `message`."""
    return _of_number(answer, "code", "message", {}, SERVERCHAN_WORDS)


def ntfy(answer: ProviderResponse) -> Refusal | None:
    """Read ntfy's own code beside the HTTP status."""
    given = answer.json()
    if answer.status == 200 and given.get("id"):
        return None
    code = given.get("code", "")
    if answer.status == 429 and code not in NTFY:
        return http.rate_limited(answer.headers)
    return _refused(answer, code, NTFY)


def teams(answer: ProviderResponse) -> Refusal | None:
    """Read the code of a refusal; 202 where the workflow has begun, 200 where it has ended."""
    if answer.status in {200, 202}:
        return None
    error = answer.json().get("error")
    return _refused(answer, error.get("code", "") if isinstance(error, dict) else "", TEAMS)


def _of_number(
    answer: ProviderResponse, name: str, said: str, codes: Codes, words: Words
) -> Refusal | None:
    given = answer.json()
    code = given.get(name)
    if not isinstance(code, int) or isinstance(code, bool):
        return _by_status(answer)
    if code == 0:
        return None if answer.status == 200 else _by_status(answer)
    if code in codes:
        return replace(codes[code], code=str(code))
    return _found(str(given.get(said, "")), words, str(code)) or _unknown(answer, str(code))


def _by_words(answer: ProviderResponse, said: str, words: Words) -> Refusal:
    return _found(said, words, str(answer.status)) or _by_status(answer)


def _found(said: str, words: Words, code: str) -> Refusal | None:
    lower = said.lower()
    return next((replace(one, code=code) for part, one in words if part in lower), None)


def _refused(answer: ProviderResponse, code: Any, codes: Codes) -> Refusal:
    if isinstance(code, (int, str)) and code in codes:
        return replace(codes[code], code=str(code))
    return _by_status(answer)


def _by_status(answer: ProviderResponse) -> Refusal:
    """Return what an answer means that only its HTTP status says."""
    if answer.status == 429:
        return http.rate_limited(answer.headers)
    return _unknown(answer, str(answer.status))


def _unknown(answer: ProviderResponse, code: str) -> Refusal:
    """Return what a code means that is in no table.

    A refusal that nobody knows is no word about this recipient: it is tried again, and raises an
    alarm where it lasts. A server's own error may have come after the message went out, and so may
    an answer that cannot be read.
    """
    code = re.sub(r"[^\w.-]", "", code)[:LONGEST_CODE]
    if 400 <= answer.status < 500 or (answer.status == 200 and code != "200"):
        return NotSent(Reason.PROVIDER_ERROR, code)
    if 300 <= answer.status < 400:
        return NotSent(Reason.PROVIDER_ERROR, code)  # what was checked is not where it points
    return Unknown(Reason.PROVIDER_ERROR, code)


def _after(seconds: Any) -> NotSent:
    known = isinstance(seconds, (int, float)) and not isinstance(seconds, bool) and seconds >= 0
    wait = min(float(seconds), http.MAX_RETRY_AFTER_SECONDS) if known else None
    return NotSent(Reason.RATE_LIMITED, "429", wait)
