"""Shorten a line to a field's limit between its words, and never at a figure.

Half of an amount or a date is another one, and words that lead up to one say nothing without it.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from notifications.channels.figures import spans

MORE: Final = "…"
# Fewer characters of a line say nothing.
FEWEST: Final = 3
# What belongs to a number: its currency, its parts, and the units that follow it.
_CURRENCY: Final = r"(?:[¥\uffe5$€£]|\b(?:RMB|CNY|HKD|USD|EUR)\b|人民币|HK\$)"
_UNIT: Final = (
    r"(?:年|月|日|号|时|点|分钟|分|秒|小时|个工作日|工作日|个自然日|自然日|个月|天|周|元|角|万|亿|千|百"
    r"|笔|户|家|台|个|期|倍|成|折|次|条|人|%|\uff05|‰|[kKwW]\b|\b(?:yuan|million|billion|hours?|days?"
    r"|minutes?|merchants|payments|transactions|percent)\b)"
)
_DIGITS: Final = r"\d+(?:[.,:\uff1a/\-]\d+)*"
_NUMERAL: Final = "[一二两三四五六七八九十百千万亿零〇]"
# From its first numeral on alone: from each of a thousand it would take a minute.
_CHINESE: Final = rf"(?<!{_NUMERAL}){_NUMERAL}+(?={_UNIT})"
_JOIN: Final = r"(?:\s?(?:至|到|~|\uff5e|-|—|–|to)\s?)"
_ONE: Final = (
    rf"(?:第\s?)?{_CURRENCY}?\s?(?:{_DIGITS}|{_CHINESE})(?:\s?{_UNIT})*"
    r"(?:前|后|起|内|止|以上|以下)?"
)
FIGURE: Final = re.compile(rf"(?:[TD][+＋])?{_ONE}(?:{_JOIN}?{_ONE})*", re.IGNORECASE)
_LATIN: Final = re.compile(r"[A-Za-z][\w'’+&-]*")
# Where a sentence or a part of one ends; a point or comma between digits ends none.
CLAUSE: Final = re.compile(
    r"[^。\uff1b\uff01\uff1f\uff0c\uff1a、;!?]*?"
    r"(?:[。\uff1b\uff01\uff1f\uff0c\uff1a、;!?]|[.,:](?=\s|$)|$)"
)
_TRAILING: Final = " 。\uff1b\uff01\uff1f\uff0c、;!?.,:\uff1a"
# Chinese has no gaps between words: a line is cut rather after, or before, these than in a word.
_AFTER: Final = frozenset("的了和与及或将已对因于等")
_BEFORE: Final = frozenset("的和与及或在将已对从因于等由为")
_MONEY: Final = re.compile(rf"{_CURRENCY}|元|yuan", re.IGNORECASE)


# A body is asked for by one template after another, in fields of the same length.
@lru_cache(maxsize=32)
def shortened(text: str, limit: int) -> str:
    """Return at most `limit` characters of one line; empty where nothing of it fits.

    Whole sentences, or parts of them, are kept where any fits: rather those with an amount, then
    those with more figures. Else the words around the first figure go, or the last words.
    """
    text = " ".join(text.split())
    if len(text) <= limit:
        return text
    clauses = [one for one in CLAUSE.findall(text) if one.strip(_TRAILING)]
    runs = [*_runs(clauses, limit)]
    best = max(runs, key=_weight, default="")
    if best and _holds(best) == _holds(text):
        return best
    return _around_figure(text, clauses, limit) or best or _beginning(text, limit)


def _runs(clauses: list[str], limit: int) -> Iterator[str]:
    """Return the neighbouring clauses that fit together; what follows is marked as left out."""
    for first in range(len(clauses)):
        joined = ""
        for last, clause in enumerate(clauses[first : first + limit + 1], start=first + 1):
            if len(joined) > limit:  # and each has something to add
                break
            joined = f"{joined}{clause}".lstrip()
            words = joined.rstrip(_TRAILING)
            mark = MORE if last < len(clauses) else ""
            if words and len(words) + len(mark) <= limit:
                yield words + mark


def _weight(words: str) -> tuple[bool, int, int]:
    """Return what makes words worth more: an amount, then figures, then their length."""
    figures = FIGURE.findall(words)
    return any(_MONEY.search(one) for one in figures), len(figures), len(words)


def _holds(words: str) -> tuple[bool, bool]:
    amount, figures, _ = _weight(words)
    return amount, bool(figures)


def _around_figure(text: str, clauses: list[str], limit: int) -> str:
    """Return the words around the first amount, or figure, of a clause that is too long itself."""
    with_figure = [one for one in clauses if FIGURE.search(one)]
    if not with_figure:
        return ""
    clause = next((one for one in with_figure if _weight(one)[0]), with_figure[0])
    words = clause.strip().rstrip(_TRAILING)
    found = [*FIGURE.finditer(words)]
    figure = next((one for one in found if _MONEY.search(one[0])), found[0])
    follows = "" if text.rstrip(_TRAILING).endswith(words) else MORE
    # Of a clause of thousands of characters only those around the figure can fit.
    room = limit + 2  # with a gap at either end, which goes
    cuts = [one for one in _cuts(words) if abs(one - figure.start()) <= room]
    fits = [
        (not start or words[start - 1] in _AFTER, one)
        for start in cuts
        for end in cuts
        if start <= figure.start()
        and figure.end() <= end
        and len(one := _marked(words, start, end, follows)) <= limit
    ]
    return max(fits, key=_worth, default=(False, ""))[1]


def _worth(candidate: tuple[bool, str]) -> tuple[int, bool, int]:
    at_word, words = candidate
    return len(FIGURE.findall(words)), at_word, len(words)


def _marked(words: str, start: int, end: int, follows: str) -> str:
    before = MORE if start else ""
    return f"{before}{words[start:end].strip()}{MORE if end < len(words) else follows}"


def _beginning(text: str, limit: int) -> str:
    """Return the first words; cut within what has no gaps only where nothing else is left."""
    fits = [end for end in _cuts(text) if FEWEST <= end < limit]
    if not fits:
        return ""
    good = [end for end in fits if _ends_word(text, end) and end >= limit // 2]
    end = good[-1] if good else fits[-1]
    return f"{text[:end].rstrip(_TRAILING)}{MORE}"


def _cuts(words: str) -> list[int]:
    """Return where a line may be cut: not within or beside a figure, nor within a Latin word."""
    kept = {at for start, end in spans(words) for at in range(start + 1, end)}
    for one in FIGURE.finditer(words):
        kept |= {*range(one.start(), one.end() + 1)}
        # A gap beside a figure is beside it too.
        kept |= {one.start() - 1} if words[one.start() - 1 : one.start()] == " " else set()
        kept |= {one.end() + 1} if words[one.end() : one.end() + 1] == " " else set()
    for one in _LATIN.finditer(words):
        kept |= {*range(one.start() + 1, one.end())}
    return [0, *(at for at in range(1, len(words)) if at not in kept), len(words)]


def _ends_word(text: str, at: int) -> bool:
    """Return whether a word ends there, as far as that can be seen."""
    return text[at] in _BEFORE or " " in text[at - 1 : at + 1] or text[at - 1] in _TRAILING
