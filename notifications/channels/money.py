"""Amounts with a yen sign, which carriers refuse, written with a unit instead."""

import re
from typing import Final

from notifications.channels.figures import MONTHS

# By number, because they are hard to tell from their ASCII twins: \u00a5 and \uffe5 are yen signs.
SIGN: Final = r"(?:(?:(?:CN|RMB|CNY|人民币)[ \u00a0]?)?[\u00a5\uffe5])"
NUMERALS: Final = "〇零一二两三四五六七八九十百千万亿萬億壹贰叁肆伍陆柒捌玖拾佰仟半数几"
NUMBER: Final = rf"(?:\d+(?:[,\uff0c]\d{{3}}(?!\d))*(?:[.\uff0e]\d+)?|[.\uff0e]\d+|[{NUMERALS}]+)"
# Between the sign and its number, as in "¥约5万".
NEARLY: Final = r"(?:(?:大?约|近|超过?|逾|不到|不足|不超过|最多|最高|至少|各|共)\s?)?"
MULTIPLIER: Final = r"(?:[ \u00a0]?[十百千万亿萬億拾佰仟]+)"
# What follows a number of a range is not of another kind, as in "¥100 至2026年" and "¥3 to 12 Dec".
COUNTED: Final = (
    r"(?![\d,.]*\s?(?:[年月日号號时点时:\uff1a%\u2030\uff05个笔台家户人次张天期批档]"
    rf"|(?:{MONTHS}|(?:(?:working|business|calendar)\s)?(?:days?|hours?|minutes?|weeks?|months?|years?)"
    r"|workdays?|transactions?|payments?|payouts?|merchants?|terminals?|times|per\s?cent)\b))"
)
RANGE: Final = (
    r"\s?(?:[-~\uff5e\u2013\u2014]{1,2}|至|到|to|or|或)"
    rf"\s?{SIGN}?\s?{COUNTED}{NUMBER}{MULTIPLIER}?"
)
AMOUNT: Final = re.compile(
    rf"{SIGN}\s*(?P<said>{NEARLY}[-+\u2212]?{NUMBER}{MULTIPLIER}?(?:{RANGE})*)(?P<unit>\s?(?:元|块|圆|yuan\b))?",
    re.IGNORECASE,
)
# The sign stands behind its number, as in "100¥".
BEHIND: Final = re.compile(
    rf"(?<!\d)(?<!\d[,.])(?P<said>\d[\d,.]*{MULTIPLIER}?)\s?[\u00a5\uffe5](?!\s*\d)"
)
YEN: Final = re.compile(r"[\u00a5\uffe5]")
SIGNS: Final = re.compile(rf"{SIGN}\s?", re.IGNORECASE)
FOREIGN: Final = re.compile(r"(?:JPY?|日元|日圆)\s?[\u00a5\uffe5]", re.IGNORECASE)
IN_FRONT: Final = {True: "人民币", False: "CNY "}
BEHIND_IT: Final = {True: "元", False: " yuan"}
# What follows says the unit itself.
HAS_UNIT: Final = re.compile(
    r"\s?[多余来几]?[十百千万亿]*(?:元|块|美元|美金|港元|港币|欧元|日元|日圆|英镑|人民币|(?:CNY|RMB|USD|HKD|EUR|JPY)\b|dollars?\b)",
    re.IGNORECASE,
)
# After these the number is not at its end, and a unit between them would make another amount.
GOES_ON: Final = re.compile(
    r"[A-Za-z%\uff05\u2030]|[.,\uff0c\uff0e'\u2019]?\d|\s\d|[多余来几数兆亿万千百十]|\s?[个笔台家户人次张]|角"
    r"|\s(?:(?:hundred|thousand|million|billion|trillion)s?|lakh|crore|mn|bn|mil|mio|[kwmb])(?![a-z])"
    r"|\s[百千万亿兆]",
    re.IGNORECASE,
)


def without_yen_signs(text: str, *, chinese: bool) -> str:
    """Return the text with its yen signs written as a unit: "¥5千万" becomes "5千万元".

    A multiplier belongs to its number. Where what follows the number may belong to it as well, the
    unit goes in front ("人民币5多万"), so that it can never come between them.
    """

    def written(found: re.Match[str]) -> str:
        text = found.string
        said = SIGNS.sub("", found["said"])
        if unit := found.groupdict().get("unit"):
            return f"{said}{BEHIND_IT[chinese] if unit.strip().lower() == 'yuan' else unit}"
        if HAS_UNIT.match(text, found.end()):
            return said
        if GOES_ON.match(text, found.end()):
            return f"{IN_FRONT[chinese]}{said}"
        return f"{said}{BEHIND_IT[chinese]}"

    text = FOREIGN.sub("JPY ", text)
    text = AMOUNT.sub(written, text)
    text = BEHIND.sub(written, text)
    return YEN.sub("", text)
