"""WeChat's return codes, and what each means for a message.

Source: developers.weixin.qq.com, 全局返回码, 发送模板消息, 发送订阅通知 and 发送订阅消息.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from notifications.channels import http
from notifications.channels.outcomes import (
    Accepted,
    Failed,
    NotSent,
    Outcome,
    Reason,
    Refusal,
    Unknown,
)

# What is about this recipient or this text alone. Everything else that WeChat refuses is the
# operator's to repair, also what is not listed: the message waits for the repair and is not lost.
OF_THE_MESSAGE: Final[Mapping[int, Refusal]] = {
    # No OpenID of this account; 40132 is "微信号不合法".
    **dict.fromkeys((40003, 40132), Failed(Reason.BAD_ADDRESS, suppress=True)),
    43004: Failed(Reason.NOT_A_FOLLOWER, suppress=True),
    43019: Failed(Reason.OPTED_OUT, suppress=True),  # on the account's own block list
    # No consent is left for this template, or the reader took it back: other ones may be left.
    43101: Failed(Reason.NO_CONSENT),
    45168: Failed(Reason.REFUSED_CONTENT),  # words that WeChat lets through in no message
}
# The account, its secret, its rights (43107: it may send no subscription messages), the address of
# this machine, or the page of the mini program (41030) that a message leads to.
ACCOUNT: Final = (
    *(40001, 40002, 40013, 40125, 40164, 41001, 41002, 41004, 41030, 43107),
    *(48001, 48004, 50002, 61004, 61007),
)
ERRORS: Final[Mapping[int, Refusal]] = {
    **OF_THE_MESSAGE,
    -1: Unknown(Reason.PROVIDER_ERROR),  # "busy, try again": repeated only while recognised
    # The template, or a value in one of its fields. 43116: too many have complained of it.
    **dict.fromkeys((40036, 40037, 47003, 41028, 41029, 43116), NotSent(Reason.NO_TEMPLATE)),
    **dict.fromkeys(ACCOUNT, NotSent(Reason.NO_CREDENTIALS)),
    45009: NotSent(Reason.QUOTA, retry_after=3600.0),  # the day's quota
    45011: NotSent(Reason.RATE_LIMITED, retry_after=60.0),
    # Another message to the same reader is just on its way.
    43108: NotSent(Reason.RATE_LIMITED, retry_after=60.0),
}
STALE_TOKEN: Final = frozenset({40001, 42001, 40014})
# The same client_msg_id again: WeChat has the message already.
REPEATED: Final = frozenset({45065, 45066})


def refusal_of(code: Any) -> Refusal:
    """Return what a code means; an unknown one is held as the operator's, and raises the alarm."""
    return replace(ERRORS.get(code) or NotSent(Reason.UNKNOWN_CODE), code=str(code))


def outcome_of(answer: http.ProviderResponse) -> Outcome:
    """Return what WeChat's answer means for the message of the call."""
    given = answer.json()
    code = given.get("errcode", "")
    readable = answer.status == 200 and isinstance(code, int)
    if outcome := http.without_code(answer, readable=readable):
        return outcome
    if code == 0 or code in REPEATED:
        return Accepted(str(given.get("msgid", "")))
    return refusal_of(code)
