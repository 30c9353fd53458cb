"""Read which dates prose states as days off, and which as days that are worked; pure."""

import re
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from statuspage.settlement.holiday.dates import Mention

# 10月1日至7日放假, and 10月1日至7日国庆假期, but not the transactions of such days.
OFF_AFTER: Final = re.compile(
    r"\s*(?:\([^()]*\)\s*)?(?:止|均|都|统一|全部|将|为|是){0,2}(?:调休)?(?:放假|休假|休息|休市|不上班)"
    r"|\s*(?:\([^()]*\)\s*)?(?:[为是]\s*)?(?:元旦|春节|清明|劳动|五一|端午|中秋|国庆|[、和节]){0,5}"
    r"(?:假期|长假|小长假)(?![^,;\uff0c\uff1b]*交易)"
    r"|\s*(?:is|are) (?:a |an? official |public |the |national |bank |statutory )*"
    r"(?:holidays?|days? off)\b",
    re.IGNORECASE,
)
OFF_BEFORE: Final = re.compile(
    r"(?:放假|休假|假期|假日|节日|长假|休市)(?:时间|日期|安排|期间)?\s*(?:[为是自从于:\uff1a(]\s*){1,2}$"
    r"|\b(?:holidays?|closed|days? off)(?:\s+period)?(?:\s+(?:is|are|runs?|lasts?|falls?))?"
    r"\s*(?:from|between|on|:|\()?\s*$",
    re.IGNORECASE,
)
# After it comes nothing that makes other days of them: 假期（9月30日至10月7日）的交易.
ENDS: Final = re.compile(r"\s*(?:止)?\s*(?:$|[,;:.()\uff0c\uff1b\uff1a]|共|inclusive|and\b)", re.I)
PART_AFTER: Final = re.compile(r"\s*(?:\([^()]*\)\s*)?[为是]?法定(?:节假日|假日|假期)")
WORKED_AFTER: Final = re.compile(
    r"\s*(?:\([^()]*\)\s*)?(?:需|要|须|应|将|为|是|均|都|正常|照常|正式|统一|调休|恢复|开始|起|全员|我司"
    r"|公司|银行){0,3}(?:上班|补班)"
    r"|\s*(?:\([^()]*\)\s*)?[为是](?:正常|调休|补班)?工作日"
    r"|\s*(?:is|are) (?:an? |also |both )*(?:[a-z-]+ )?"
    r"(?:work(?:ing )?days?|working (?:satur|sun)days?|make-up days?)\b",
    re.IGNORECASE,
)
WORKED_BEFORE: Final = re.compile(
    r"(?:上班|补班)(?:时间|日期|安排|日)?\s*[为是:\uff1a]\s*$"
    r"|\bmake-up (?:work(?:ing)? ?)?days?(?:\s+(?:is|are))?\s*:?\s*(?:on\s+)?$",
    re.IGNORECASE,
)
# A hotline or a courier rests and works on days of its own.
OTHERS_STAFF: Final = re.compile(
    r"客服|热线|值班|运维|仓库|物流|快递|发货|装机|support|hotline|office|courier|deliver",
    re.IGNORECASE,
)
COUNT: Final = re.compile(r"[^。\d]{0,12}?(?:共|连休|放假)\s*(?:计\s*)?(\d{1,2})\s*天")
SINGULAR: Final = re.compile(r"\s*is\b")
CLAUSE_BEFORE: Final = re.compile("[^,;\uff0c\uff1b]*$")
CLAUSE_AFTER: Final = re.compile("[^,;\uff0c\uff1b]*")


class Kind(Enum):
    """What is stated of dates."""

    # A whole holiday: its first day and its last.
    OFF = "off"
    # Some of its days.
    PART = "part"
    WORKED = "worked"


@dataclass(frozen=True)
class Stated:
    """Dates, what is stated of them, how many days they are said to be, and the clause."""

    dates: Mention
    kind: Kind
    count: int
    clause: str


def stated(dates: Mention, before: str, after: str) -> Stated | None:
    """Return what the words around dates state of them; None where it is nothing of this kind."""
    clause = _match(CLAUSE_BEFORE, before) + _match(CLAUSE_AFTER, after, at_start=True)
    kind = None if OTHERS_STAFF.search(clause) else _kind(dates, before, after)
    if kind is None:
        return None
    if SINGULAR.match(after):  # 4 to 6 April, 7 April is a working Sunday
        dates = replace(dates, ranges=dates.ranges[-1:])
    count = COUNT.match(after) if kind is Kind.OFF else None
    return Stated(dates, kind, int(count[1]) if count else 0, clause)


def _kind(dates: Mention, before: str, after: str) -> Kind | None:
    if OFF_AFTER.match(after) or (OFF_BEFORE.search(before) and ENDS.match(after)):
        return Kind.OFF if dates.is_range else Kind.PART
    if PART_AFTER.match(after):
        return Kind.PART
    if WORKED_AFTER.match(after) or (WORKED_BEFORE.search(before) and ENDS.match(after)):
        return Kind.WORKED
    return None


def _match(pattern: re.Pattern[str], text: str, *, at_start: bool = False) -> str:
    found = pattern.match(text) if at_start else pattern.search(text)
    return found[0] if found else ""
