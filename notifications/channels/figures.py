"""Numbers with what belongs to them: a text may be cut around a figure, never within it.

Half an amount is another amount, and a number without its unit is none at all.
"""

import re
from typing import Final

MONTHS: Final = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
NUMBER: Final = r"\d(?:[\d,.:/\uff0c\uff0e\uff1a]*\d)?"
HAN: Final = r"[\u3400-\u9fff]"
DATES: Final = (
    r"(?:\d{4}年\s?)?\d{1,2}月\s?\d{1,2}(?:\s?[日号])?|\d{4}年\s?\d{1,2}月",
    rf"\d{{1,2}}(?:st|nd|rd|th)?\s{MONTHS}(?:,?\s\d{{4}})?",
    rf"{MONTHS}\s\d{{1,2}}(?:st|nd|rd|th)?\b(?:,?\s\d{{4}})?",
)
# As in "4 天 6 小时" and "2 hours 30 minutes".
DURATION: Final = (
    r"\d+\s?(?:年|个月|天|小时|分钟|秒|years?|months?|weeks?|days?|hours?|minutes?|seconds?)"
    r"(?:\s?(?:零|又|and )?\d+\s?(?:个月|天|小时|分钟|秒|months?|days?|hours?|minutes?|seconds?))+"
)
TELEPHONE: Final = r"\+?\d{2,5}(?:[- ]\d{3,8})+(?!\d)"
# In front of its number: a currency, "No.", a cycle's or a model's letters, 第.
BEFORE: Final = (
    r"(?:(?:US|HK|CN)?[$\u20ac\u00a3\u00a5\uffe5]\s?|(?:RMB|CNY|USD|HKD|EUR|No\.|#)\s?|人民币\s?"
    r"|公告\s?|第\s?|(?<![A-Za-z])[A-Za-z]+[-+]?|[-+\u2212])"
)
MULTIPLIERS: Final = (
    r"(?:\s?(?:[十百千万亿]+|[多余]"
    r"|(?:hundred|thousand|million|billion|trillion|mn|bn|[kKwWmM])(?![A-Za-z])))*"
)
UNITS: Final = (
    r"(?:\s?(?:[%\u2030\uff05\u2103]|个工作日|工作日|个自然日|个月|小时|分钟|港元|美元|港币|美金"
    rf"|{HAN}|(?:yuan|RMB|CNY|USD|HKD|dollars?|cents?|per\s?cent|am|pm|a\.m\.|p\.m\."
    r"|(?:(?:working|business|calendar)\s)?days?|workdays?|hours?|minutes?|seconds?|weeks?|months?"
    r"|years?|merchants?|transactions?|payouts?|terminals?|messages?|times)\b))?"
)
# The two ends of a range share what follows the second: in "5至8万" the first is 5万.
RANGE: Final = rf"(?:\s?(?:[-~\uff5e\u2013\u2014]{{1,2}}|(?<=[\d,.%])(?:至|到|\sto\s))\s?{NUMBER})?"
# A rate with a fee on top, as in "1.00%+3.00".
RATE: Final = rf"{NUMBER}[%\u2030\uff05]?\+{NUMBER}"
# A model such as D210S-2025, whose beginning is another model.
MODEL: Final = (
    r"(?<![A-Za-z])(?!RMB|CNY|USD|HKD|EUR)[A-Za-z]+-?\d+"
    r"(?:[A-Za-z]+(?:-?[A-Za-z0-9]+)*|(?:-[A-Za-z0-9]+)+)"
)
# An amount in words, as in "五千万元".
IN_WORDS: Final = r"[〇零一二两三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟]{2,}"
FIGURE: Final = re.compile(
    rf"{'|'.join(DATES)}|{DURATION}|{TELEPHONE}|{MODEL}|{IN_WORDS}{UNITS}"
    rf"|{BEFORE}?(?:{RATE}|\d{{1,2}}:\d{{2}}(?::\d{{2}})?|{NUMBER}{RANGE}){MULTIPLIERS}{UNITS}",
)
# A cycle such as T+1 or a model is complete: what follows is no unit of it.
COMPLETE: Final = re.compile(r"[A-Za-z]+[-+]\d+")


def spans(text: str) -> list[tuple[int, int]]:
    """Return where each figure of the text begins and ends."""
    found = []
    place = 0
    while match := FIGURE.search(text, place):
        complete = COMPLETE.match(text, match.start())
        place = complete.end() if complete else match.end()
        found.append((match.start(), place))
    return found


def cuts(text: str) -> list[int]:
    """Return the places, in order, at which the text may be cut: none within a figure."""
    within = {place for start, end in spans(text) for place in range(start + 1, end)}
    return [place for place in range(1, len(text)) if place not in within]
