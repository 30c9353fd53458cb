"""How the trade writes a fee, as parts; pure text, without amounts."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

NUMBER: Final = r"(\d{1,6}(?:\.\d{1,6})?)"
YUAN: Final = r"\d{1,12}(?:,\d{3})*(?:\.\d{1,2})?"
PER_TRANSACTION: Final = r"(?:元?(?:/笔|/单|每笔|一笔)|元)"
CAP_WORDS: Final = r"封顶|最高|上限|不超过|至多|封|maximum|max\.?|capped(?:at)?|cap|upto"
LEAST_WORDS: Final = r"最低|保底|不低于|至少|minimum|min\.?"


def _bound(words: str, name: str) -> str:
    """Return the pattern of a bound in yuan, before or after its word; it may be left out.

    One before its word follows a sign: of 万6025封顶 nobody knows where the share ends.
    """
    first = rf"(?<=[%‰‱ps,;(-])(?P<{name}_first>{YUAN})元?(?:{words})"
    each = r"(?:每笔|单笔)?"
    amount = rf"{each}(?:{words})[=:]?{each}(?P<{name}>{YUAN})|{first}"
    return rf"(?:[,;(-]?(?:{amount})(?:元?(?:/笔|每笔)|元)?[)]?)?"


_BOUNDS: Final = (
    _bound(LEAST_WORDS, "least") + _bound(CAP_WORDS, "cap") + _bound(LEAST_WORDS, "least_last")
)
_FIXED: Final = (
    rf"(?:\+(?:每笔|单笔)?(?P<fixed>\d{{1,6}}(?:,\d{{3}})*(?:\.\d{{1,6}})?){PER_TRANSACTION}?)"
)
# How a share of the amount is written, and what one of it is in percent.
SHARES: Final[tuple[tuple[str, Decimal], ...]] = (
    (rf"{NUMBER}%", Decimal(1)),
    (rf"百分之{NUMBER}", Decimal(1)),
    (rf"{NUMBER}‰", Decimal("0.1")),
    (rf"(?:千分之|千){NUMBER}", Decimal("0.1")),
    # “万100+3”: 100 in 10,000, plus 3 yuan.
    (rf"(?:万分之|万|w){NUMBER}", Decimal("0.01")),
    (rf"{NUMBER}(?:bps?|‱)", Decimal("0.01")),
)
WRITTEN: Final = tuple(
    (re.compile(rf"{share}(?:/笔)?{_BOUNDS}{_FIXED}?", re.IGNORECASE), percent)
    for share, percent in SHARES
)
# A bound after the fixed part: of the percentage, or of the whole?
TWO_MEANINGS: Final = tuple(
    re.compile(rf"{share}{_FIXED}(?P<bound>{_BOUNDS}).*", re.IGNORECASE)
    for share, _percent in SHARES
)
FIXED_ALONE: Final = re.compile(
    rf"{NUMBER}元?(?:/笔|/单|每笔|一笔)|(?:每笔|单笔){NUMBER}元?", re.IGNORECASE
)
NOTHING: Final = frozenset(
    {"0", "0元", "免费", "免手续费", "免收", "免收手续费", "不收费", "零费率", "0费率", "free"}
)
# Amounts on which a fee depends, which are lines of a price list.
RANGE: Final = re.compile(r"以[下上内]|\d[%‰元]?[~至]\d|below|above", re.IGNORECASE)
SHARE: Final = re.compile("|".join(share for share, _percent in SHARES), re.IGNORECASE)
LIMITS_ALONE: Final = re.compile(rf"(?:每笔|单笔)?{_BOUNDS}")
AMOUNT_ALONE: Final = re.compile(r"\+?\d[\d,.]*元|\+\d[\d,.]*")
WITHOUT_UNIT: Final = re.compile(rf"{NUMBER}{_BOUNDS}{_FIXED}?", re.IGNORECASE)
# Other words for the same signs.
SIGNS: Final = (
    (re.compile(r"[¥]|rmb|cny", re.IGNORECASE), ""),
    (re.compile(r"yuan", re.IGNORECASE), "元"),
    (re.compile(r"(?:每笔|另|再)?加收?|plus|(?:每笔|单笔)\+", re.IGNORECASE), "+"),
    (re.compile(r"^(?:手续)?费率?[:为]?"), ""),
    (re.compile(r"pertransaction|pertxn", re.IGNORECASE), "/笔"),
    (re.compile(r"个百?分?点"), "%"),
    (re.compile(r"(?<=\d)点(?=\d)"), "."),
    (re.compile(r"个?基点|个bps?|basispoints?", re.IGNORECASE), "bp"),
    (re.compile(r"percent|pct", re.IGNORECASE), "%"),
)
DIGITS: Final = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "两": 2,
}
_WORDS: Final = r"[零〇一二两三四五六七八九十百点]+"
SHARE_IN_WORDS: Final = re.compile(
    rf"(?:(?<=分之)|(?<=[万千])){_WORDS}|{_WORDS}(?=bp|[%‰‱])", re.IGNORECASE
)


@dataclass(frozen=True)
class WrittenFee:
    """The parts of a fee as they were written; `percent` is the share of the amount."""

    percent: Decimal
    fixed: str | None = None
    cap: str | None = None
    least: str | None = None


def plain_fee(text: str) -> str:
    """Return the text without spaces, with one sign for each of the ways in which it is written."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    for form, sign in SIGNS:
        plain = form.sub(sign, plain)
    return SHARE_IN_WORDS.sub(lambda found: _number(found[0]), plain)


def read_fee(plain: str) -> WrittenFee | None:
    """Return the parts of a fee that plain_fee() made plain, or None where it is none."""
    if plain.lower() in NOTHING:
        return WrittenFee(Decimal(0))
    if found := FIXED_ALONE.fullmatch(plain):
        return WrittenFee(Decimal(0), found[1] or found[2])
    return next(_shares(plain), None)


def has_two_meanings(plain: str) -> bool:
    """Return whether a bound follows the fixed part, as in `0.6%+3封顶20`."""
    return any(
        (found := form.fullmatch(plain)) is not None and bool(found["bound"])
        for form in TWO_MEANINGS
    )


def lacks_unit(plain: str) -> bool:
    """Return whether the share is a bare number, as in `0.6` or `0.6+3`."""
    return WITHOUT_UNIT.fullmatch(plain) is not None


def has_several(plain: str) -> bool:
    """Return whether there is more than one fee, or one that depends on the amount."""
    return bool(RANGE.search(plain)) or len(SHARE.findall(plain)) > 1


def lacks_share(plain: str) -> bool:
    """Return whether there is a bound alone, as in `封顶18`."""
    return bool(plain) and LIMITS_ALONE.fullmatch(plain) is not None


def lacks_reason(plain: str) -> bool:
    """Return whether there is an amount alone, as in `3元`: nobody knows for what."""
    return AMOUNT_ALONE.fullmatch(plain) is not None


def _shares(plain: str) -> Iterator[WrittenFee]:
    for form, percent in WRITTEN:
        if found := form.fullmatch(plain):
            either = {
                name: found[name] or found[f"{name}_first"]
                for name in ("least", "cap", "least_last")
            }
            if either["least"] and either["least_last"]:
                return
            least = either["least"] or either["least_last"]
            yield WrittenFee(Decimal(found[1]) * percent, found["fixed"], either["cap"], least)


def _number(words: str) -> str:
    """Return a number in Chinese words as digits: 三十八 is 38, 三点八 is 3.8."""
    whole, point, decimals = words.partition("点")
    fraction = "".join(str(DIGITS[one]) for one in decimals if one in DIGITS)
    return f"{_whole(whole)}{'.' if point else ''}{fraction}"


def _whole(words: str) -> int:
    total, digit = 0, 0
    for one in words:
        if one in DIGITS:
            digit = DIGITS[one]
        else:
            total += (digit or 1) * (10 if one == "十" else 100)
            digit = 0
    return total + digit
