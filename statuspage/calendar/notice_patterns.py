"""How a State Council notice writes dates, and what happens on them."""

import re
from typing import Final

from statuspage.calendar.notice_names import NAME

YEAR_AND_MONTH: Final = r"(?:(\d{4})年)?(?:(\d{1,2})月)?"
SAID_WEEKDAY: Final = r"(\([^()]*\)|(?:周|星期)[一二三四五六日天])?"
DATE: Final = rf"{YEAR_AND_MONTH}(\d{{1,2}})[日号]{SAID_WEEKDAY}"
# The first date of a range may do without its 日: “2月15-21日”.
OPEN_DATE: Final = rf"{YEAR_AND_MONTH}(\d{{1,2}})[日号]?{SAID_WEEKDAY}"
UNTIL: Final = r"(?:至|到|[-—–~]+)"
# A date or a range, what happens on it, or how many days the notice counts.
TOKEN: Final = re.compile(
    rf"{OPEN_DATE}{UNTIL}{DATE}|{DATE}"
    r"|(?P<longer>(?:延长|顺延|延)(?:(?:20\d\d年)?[^\d,。;]{0,12}?)(?:\d+天)?,?(?:至|到))"
    r"|(?P<negated>不(?:放假|补休|公休|上班|补班))"
    r"|(?P<resumed>起?(?:(?:恢复|开始)?(?:正常|照常|正式)|恢复|开始|起)(?:上班|工作|办公)|起?复工)"
    r"|(?P<work>(?:调休)?(?:上班|补班)|为(?:调休|补班)?工作日)|(?P<rest>(?:调休)?(?:放假|补休|公休))"
    r"|(?P<joined>与周末连休)|(?P<unsaid>不调休)|(?P<swapped>调休(?!放假|上班|补休))"
    r"|(?:延长)?共?(?P<count>\d+)天"
)
VERB: Final = re.compile(
    r"放假|补休|公休|上班|补班|工作日|调休|延长|延至|顺延|连休|复工|(?:恢复|正常)(?:工作|办公)"
)
ADVICE: Final = re.compile(r"^[,、]?(?:鼓励|提倡|倡导|建议)")
# What undoes an earlier arrangement: only a person can say which days that leaves.
UNDOES: Final = re.compile(
    r"取消|(?:不再|无需|无须|不用|不必)(?:放假|补休|公休|上班|补班|调休)|改为|(?:调整|变更)(?:为|到|至)"
)
# It names the day on which something begins later, and not what is off until then.
POSTPONES: Final = re.compile(r"(?:推迟|延迟|延期|延后)[^,。;]{0,12}?(?:至|到)\D{0,6}\d")
# Dates without a year arrange something, whatever the verb; a signature has its year.
ARRANGES: Final = re.compile(r"(?<![\d年])\d{1,2}月\d{1,2}[日号]|\d月\d{1,2}[-—–~至到]")
NAMED_DATE: Final = re.compile(rf"({NAME})(?:假期|假日)?[,、:为]?(?:20\d\d年)?\d{{1,2}}月\d")
HAN: Final = {one: number for number, one in enumerate("〇一二三四五六七八九")}
HAN_DATE: Final = re.compile(
    r"(?<![农历正腊冬])(?:([一二三四五六七八九十]{1,2})月|(?<=[日号)](?:至|到|、)))"
    r"([一二三四五六七八九十]{1,3})(?=[日号])"
)
# What is left of a date that was not understood.
LEFT_OVER: Final = re.compile(r"\d[月日号]|\d{4}年\d|\d[-—–~、至]\d")
REFERENCE: Final = re.compile(r"《[^《》]*》(?:\([^()]*号\))?")


def in_digits(written: re.Match[str]) -> str:
    """Return “二月十五” as “2月15”."""
    month, day = written.groups()
    return (f"{_number(month)}月" if month else "") + str(_number(day))


def _number(written: str) -> int:
    tens, ten, ones = written.rpartition("十")
    return (10 * HAN.get(tens, 1) if ten else 0) + HAN.get(ones, 0)
