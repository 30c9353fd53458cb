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
    "|WRONGNUMBER|WRONGPERSON|NOTME"
)
# The first: twilio.com/docs/messaging/tutorials/advanced-opt-out; then what Chinese carriers ask
# senders to offer, and how people say the same.
STOPS: Final = (
    "STOPALL|STOP|UNSUBSCRIBE|CANCEL|END|QUIT|REVOKE|OPTOUT"
    "|T退订|TD退订|TD|退订|拒收|取消订阅|解除订阅|停止订阅|停止接收|停止发送|停止推送|停止骚扰|停止|停发"
    "|取消|关闭"
    "|(?:不要|别|不用|请勿|勿)再?(?:给我)?(?:发送|发|推送)"
    "|(?:不|别|不再|不要|不要再|不想|不想再|拒绝)(?:收到|接收|订阅)"
    "|R|T"
)
STARTS: Final = (
    "START|UNSTOP|YES|RESUME|SUBSCRIBE"
    "|取消退订|恢复订阅|恢复接收|恢复发送|恢复|重新订阅|继续订阅|继续接收|订阅|开启|开通|DY"
)
STOP: Final = re.compile(rf"(?:{BEFORE})*(?:{STOPS})(?:{STOPS}|{AFTER})*")
# "恢复了" tells, or asks, that something works again: that is no consent.
START: Final = re.compile(rf"(?:{BEFORE})*(?:{STARTS})(?:{STARTS}|(?!了)(?:{AFTER}))*")
# Whatever a short message says after these, it asks to stop; unless it asks or denies something.
# "停止" and "STOP" are words of everyday life as well: what is to stop must be our messages.
BEGINS: Final = re.compile(
    rf"(?:{BEFORE})*(?:T?退订|TD(?![A-Z])|取消订阅|解除订阅|UNSUBSCRIBE"
    "|停止(?:再|乱|继续)?(?:给我|向我|对我)?(?:发|推送|骚扰|打扰|短信|信息|消息|通知|群发)"
    "|STOP(?:IT|THIS|THESE|THE|THAT|YOUR|ALL|ANY)*(?:SEND|TEXT|MESSAG|MSG|SMS|SPAM|CONTACT|NOTIF)"
    "|CANCEL(?:MY|THE|THIS)?SUBSCRIPTION)"
)
SHORT, SHORT_LETTERS = 12, 40
# A sentence of its own that says nothing else, whatever follows it: "TD。我不是商户".
SENTENCE: Final = re.compile(
    rf"(?:{BEFORE})*(?:STOPALL|STOP|UNSUBSCRIBE|OPTOUT|TD|T?退订|取消订阅)(?:{AFTER})*"
)
# Between English words a gap says nothing: "Stop payment".
SIGNS: Final = re.compile(r"\s*[,.;:!?\u3001\u3002\u2026]+|(?<![A-Z])\s+|(?<=\bTD)\s+")
# It is asked, or told, how stopping goes: for people to answer.
ASKS: Final = re.compile(
    "怎|如何|吗|么|失败|成功|不了|不掉|没用|无效|已经|以后|之后|恢复|START|HOW|WHY|NOTWORK"
)
NOT_MEANT: Final = re.compile(
    "不|没|未|非|吗|么|怎|如何|哪|谁|何|几|啥|是否|能否|可否|多少|失败|成功|之后|以后|后|前|恢复"
    "|START|WHY|HOW|WHEN"
)


def action_of(text: str) -> InboundAction:
    """Return what a merchant's message asks for.

    A word counts where it stands alone or among polite ones, and in a short message that begins
    with it: a long one that only mentions it asks for something else.
    """
    lines = [one for line in text.splitlines() if bare(one := folded(line))]
    # Signatures and quoted messages follow on lines of their own.
    return next((found for one in (" ".join(lines), *lines[:1]) if (found := _asked(one))), TEXT)


def _asked(line: str) -> InboundAction | None:
    plain = bare(line)
    # "取消退订" begins with a word that stops.
    if START.fullmatch(plain):
        return InboundAction.START
    if STOP.fullmatch(plain) or _begins(plain) or _says_so_first(line, plain):
        return InboundAction.STOP
    return None


def _begins(plain: str) -> bool:
    # A word of Chinese has two characters, one of English six.
    short = len(plain) <= (SHORT_LETTERS if plain.isascii() else SHORT)
    return bool(short and BEGINS.match(plain) and not NOT_MEANT.search(plain))


def _says_so_first(line: str, plain: str) -> bool:
    """Return whether the first words are a request to stop, and nothing after asks about it."""
    if len(plain) > SHORT_LETTERS or ASKS.search(line):
        return False
    return any(SENTENCE.fullmatch(bare(line[: gap.start()])) for gap in SIGNS.finditer(line))


def folded(text: str) -> str:
    """Return a text in one form: no invisible characters, simplified, in capitals."""
    return simplified(visible(unicodedata.normalize("NFKC", visible(text)))).upper()


def bare(text: str) -> str:
    """Return letters and digits alone, in one form: no signs, gaps, emoji or invisible ones."""
    return OTHER_SIGNS.sub("", folded(text))
