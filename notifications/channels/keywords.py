"""What a merchant's message asks for: to stop, to start again, or something for people to read."""

import re
import unicodedata
from typing import Final

from notifications.channels.outcomes import InboundAction
from notifications.channels.pasted import visible
from notifications.channels.simplified import simplified

TEXT: Final = InboundAction.TEXT
OTHER_SIGNS: Final = re.compile(r"[\W_]+")

# Politeness around the word that counts.
BEFORE: Final = (
    "请|您好|你好|我要|我想|我|想|要|需要|申请|麻烦|帮我|帮|给我|立即|马上|回复|回|发送|发"
    "|PLEASE|PLS|HI|HELLO"
)
AFTER: Final = (
    "谢谢您|谢谢你|谢谢|多谢|谢了|谢|感谢|拜托|了|吧|啊|呀|哦|哈|的|短信|信息|消息|短讯|通知|公告|推送|服务"
    "|订阅|发送|接收|所有|全部|此类|这类|这个|该|本|号码|我的|你们的|一下|立即|马上|好的|请|我"
    "|PLEASE|PLS|THANKS|THANKYOU|THANK|THX|NOW|ALL|MESSAGES|MESSAGE|MSG|SMS|TEXTS|OK"
)
# The first: twilio.com/docs/messaging/tutorials/advanced-opt-out; then what Chinese carriers ask
# senders to offer, and how people say the same.
STOPS: Final = (
    "STOPALL|STOP|UNSUBSCRIBE|CANCEL|END|QUIT|REVOKE|OPTOUT"
    "|T退订|TD退订|TD|退订|拒收|取消订阅|停止订阅|停止接收|停止发送|停止|取消|关闭"
    "|(?:不要|别|不用|请勿|勿)再?(?:给我)?(?:发送|发|推送)"
    "|R|T"
)
STARTS: Final = (
    "START|UNSTOP|YES|RESUME|SUBSCRIBE"
    "|取消退订|恢复订阅|恢复接收|恢复发送|恢复|重新订阅|继续订阅|继续接收|订阅|开启|开通|DY"
)
STOP: Final = re.compile(rf"(?:{BEFORE})*(?:{STOPS})(?:{STOPS}|{AFTER})*")
START: Final = re.compile(rf"(?:{BEFORE})*(?:{STARTS})(?:{STARTS}|{AFTER})*")
# Whatever a short message says after these, it asks to stop; unless it asks or denies something.
BEGINS: Final = re.compile(rf"(?:{BEFORE})*(?:T?退订|TD(?![A-Z])|取消订阅|UNSUBSCRIBE)")
SHORT: Final = 12
NOT_MEANT: Final = re.compile(
    "不|没|未|非|吗|么|怎|如何|哪|谁|何|几|啥|是否|能否|可否|多少|失败|成功|之后|以后|后|前|恢复|START|WHY|HOW"
)


def action_of(text: str) -> InboundAction:
    """Return what a merchant's message asks for.

    A word counts where it stands alone or among polite ones, and in a short message that begins
    with it: a long one that only mentions it asks for something else.
    """
    lines = [plain for line in text.splitlines() if (plain := bare(line))]
    # Signatures and quoted messages follow on lines of their own.
    return next((found for one in ("".join(lines), *lines[:1]) if (found := _asked(one))), TEXT)


def _asked(plain: str) -> InboundAction | None:
    # "取消退订" begins with a word that stops.
    if START.fullmatch(plain):
        return InboundAction.START
    if STOP.fullmatch(plain):
        return InboundAction.STOP
    begins = len(plain) <= SHORT and BEGINS.match(plain)
    return InboundAction.STOP if begins and not NOT_MEANT.search(plain) else None


def bare(text: str) -> str:
    """Return letters and digits alone, in one form: no signs, gaps, emoji or invisible ones."""
    folded = simplified(visible(unicodedata.normalize("NFKC", visible(text))))
    return OTHER_SIGNS.sub("", folded).upper()
