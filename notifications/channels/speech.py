"""A text as a voice says it: no sign is left that a voice drops, and no number that it misreads.

Machines read "12,000" as two numbers, "95516" as an amount, and "10:42-11:15" with no word for its
dash. What is written out here is read alike by all of them, and also by people.
"""

import re
import unicodedata
from collections.abc import Callable
from typing import Final

Rewriting = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]

DIGITS: Final = str.maketrans("0123456789", "零一二三四五六七八九")
# On the phone, a spoken 1 (yī) is taken for 7 (qī): it is said as yāo.
DIALLED: Final = str.maketrans("0123456789", "零幺二三四五六七八九", "+- ")
# A number to dial: a mobile or fixed one, 400 and 800, and the short ones of banks and regulators;
# none of them where a unit follows, or where it is a part of another number.
UNITS: Final = (
    "[元笔家户台个人条次万千亿%张块名港美天分小秒]"
    "|yuan|CNY|RMB|merchants|transactions|pay|terminals|orders|refunds|users|shops|times"
)
COUNTED: Final = rf"(?!\d|[.,]\d|\s?(?:{UNITS}))"
PHONE: Final = re.compile(
    r"(?<![\d.,:A-Za-z])(?:\+?86[- ]?)?(?:"
    r"1[3-9]\d[- ]?\d{4}[- ]?\d{4}|0\d{2,3}[- ]\d{7,8}|[48]00[- ]?\d{3,4}[- ]?\d{3,4}"
    rf"|9[56]\d{{3,4}}|12[3-9]\d{{2}}){COUNTED}"
)
AFTER_ITS_NAME: Final = re.compile(
    r"(?:(?<=电话)|(?<=热线)|(?<=拨打)|(?<=致电)|(?<=call )|(?<=phone ))[:\uff1a]?\s?"
    rf"\+?\d[\d -]{{1,18}}\d{COUNTED}",
    re.IGNORECASE,
)
TIME: Final = re.compile(r"(?<![\d.:])0?(\d{1,2})[:\uff1a]([0-5]\d)(?:[:\uff1a][0-5]\d)?(?!\d)")
DATE: Final = re.compile(r"(?<!\d)((?:19|20)\d{2})-0?(\d{1,2})-0?(\d{1,2})(?!\d)")
YEAR: Final = re.compile(r"(?<!\d)((?:19|20)\d{2})(?=年)")
CYCLE: Final = re.compile(r"(?<![A-Za-z])([TDS])\+(?=\d)")
THOUSANDS: Final = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
NO_CENTS: Final = re.compile(r"(?<=\d)\.00(?=\s?(?:元|yuan|CNY|RMB))")
YUAN: Final = re.compile(
    r"(?:CNY|RMB)\s?(\d[\d,]*(?:\.\d+)?(?:\s(?:thousand|million|billion))?)", re.IGNORECASE
)
RANGE: Final = re.compile(
    r"(?<=[\d日号时点分月年元%])\s?[\u2013\u2014~\uff5e]\s?(?=\d)|(?<=[日号点分元%])\s?-\s?(?=\d)"
    r"|(?<=\d:\d\d)\s?-\s?(?=\d)|(?<=\d)-(?=\d{1,3}\s?(?:[个天日分小]|days|hours|minutes))"
)
PLUS: Final = re.compile(r"\s?\+\s?(?=[\d\u3400-\u9fff])")
OR: Final = re.compile(r"(?<=[^\d\s/])\s?/\s?(?=[^\d\s/])")
AND: Final = re.compile(r"\s?[&\uff06]\s?")
SILENT: Final = re.compile(r"[*_`#|^~<>\[\]{}【】\\]+")
GAPS: Final = re.compile(r"\s+")


def _dialled(found: re.Match[str]) -> str:
    return found[0].translate(DIALLED)


def _spaced(found: re.Match[str]) -> str:
    kept = found[0] if found[0][0].isdigit() else found[0].lstrip(" :+")
    return " ".join(one for one in kept if one.isdigit())


def _time(found: re.Match[str]) -> str:
    return f"{found[1]}点" if found[2] == "00" else f"{found[1]}点{found[2]}分"


CHINESE: Final[tuple[Rewriting, ...]] = (
    (PHONE, _dialled),
    (AFTER_ITS_NAME, _dialled),
    (DATE, r"\1年\2月\3日"),
    (YEAR, lambda found: found[1].translate(DIGITS)),
    (TIME, _time),
    (NO_CENTS, ""),
    (THOUSANDS, ""),
    (CYCLE, r"\1加"),
    (RANGE, "至"),
    (PLUS, "加"),
    (OR, "、"),
    (AND, "和"),
)
ENGLISH: Final[tuple[Rewriting, ...]] = (
    (PHONE, _spaced),
    (AFTER_ITS_NAME, _spaced),
    (NO_CENTS, ""),
    (YUAN, r"\1 yuan"),
    (CYCLE, r"\1 plus "),
    (RANGE, " to "),
    (PLUS, " plus "),
    (OR, " or "),
    (AND, " and "),
)


def speakable(text: str, *, chinese: bool) -> str:
    """Return the text as it is to be said."""
    for pattern, said in CHINESE if chinese else ENGLISH:
        text = pattern.sub(said, text)
    text = SILENT.sub(" ", text)
    heard = "".join(one for one in text if unicodedata.category(one) not in {"So", "Sk", "Cs"})
    return GAPS.sub(" ", heard).strip()
