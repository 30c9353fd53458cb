"""Take links out of a text together with what pointed at them: "详情见", "see", brackets, a colon.

A clause that only points at its link goes as a whole. Of another the link goes, with the word that
leads to it ("点击", "at"), so that what is left can be read.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from notifications.channels.links import spans
from notifications.channels.pointing_words import LEADING, POLITE, TOPIC, only_points
from notifications.channels.warned_links import instead_of

Pattern = re.Pattern[str]


# What is between two links that stand together.
BETWEEN: Final = re.compile(
    r"\s*(?:和|或者?|及|以及|与|、|,|\uff0c|/|\||\bor\b|\band\b)?\s*", re.IGNORECASE
)
PAIRS: Final = {
    **{"(": ")", "\uff08": "\uff09", "[": "]", "<": ">", "《": "》", "「": "」", "『": "』"},
    **{"\u201c": "\u201d", "\u2018": "\u2019", '"': '"', "'": "'"},
}
NAMED: Final = re.compile(r"\[([^\[\]\n]*)\]$")
ENDS: Final = r"[。\uff01\uff1f\uff1b…]|(?<![:\uff1a])\n|[.!?;](?=\s|$)"
DASHES: Final = r"——|\s[-|\u2013\u2014]\s"
COMMAS: Final = r"[\uff0c、]|,(?!\d)"
BEGIN: Final = re.compile(rf"{ENDS}|{DASHES}|[(\uff08\[]")
END: Final = re.compile(rf"{ENDS}|{DASHES}|[)\uff09\]]")
BEGIN_CLAUSE: Final = re.compile(rf"{BEGIN.pattern}|{COMMAS}")
END_CLAUSE: Final = re.compile(rf"{END.pattern}|{COMMAS}")
JOINED: Final = re.compile(rf"(?:{COMMAS}|{DASHES}|\uff1b|;)\s*$")
FOLLOWED: Final = re.compile(rf"\s*(?:{COMMAS}|{DASHES}|\uff1b|;)\s*")
STOPPED: Final = re.compile(rf"\s*(?:{ENDS})\s*")

AT_ITS_END: Final = re.compile(rf"(?:{LEADING}|[看阅点戳]|\bto\b)[\s:\uff1a]*$", re.IGNORECASE)
POLITE_LEAD: Final = re.compile(
    rf"(?:{POLITE.pattern}|\s)*(?:{LEADING})[\s:\uff1a]*$", re.IGNORECASE
)
LEAD: Final = re.compile(rf"(?:{LEADING})[\s:\uff1a]*$", re.IGNORECASE)
# These lead to a link, and to nothing else that could follow.
ONLY_TO_LINKS: Final = re.compile(
    r"(?:登录|登陆|访问|打开|点击|点开|前往|进入|通过|经由?|从|[到至在于]|位于"
    r"|\b(?:at|on|via|from|through|under|here)\b)[\s:\uff1a]*$",
    re.IGNORECASE,
)
ENDS_IN_TOPIC: Final = re.compile(rf"(?:{TOPIC})\s*$", re.IGNORECASE)
COLON: Final = re.compile(r"[\s:\uff1a]*[:\uff1a]\s*$")
JOINS: Final = re.compile(
    r"\s*(?:或者?|以及|和|及|与|并|也可以?|亦可|\b(?:or|and|then)\b)\s*", re.IGNORECASE
)
OTHER_WAY: Final = re.compile(
    r"(?:您|可以?)*(?:致电|拨打|联系|咨询|登录|关注|添加|回复|来电|前往|电洽|访问"
    r"|(?:call|contact|e-?mail|write|phone|ask|visit|text|see|reply|by)\b)",
    re.IGNORECASE,
)
# What follows belongs to the link, as in "参见…的第3条" and "see … for the list".
BELONGS: Final = re.compile(r"\s*(?:[中上内里]?的|之|\b(?:for|of)\b)", re.IGNORECASE)
ON_IT: Final = re.compile(r"\s*(?:[中上内里处]|\bto\b\s)", re.IGNORECASE)
# What stands before the colon of a link names a place, and nothing happens there.
PLACE: Final = re.compile(
    r"[^\d,\uff0c]*(?:[后平]台|小程序|系统|商城|门户|\b(?:portal|app|dashboard|account|centre|center|platform|shop))",
    re.IGNORECASE,
)
NAMED_ALREADY: Final = re.compile(
    r"\s*(?:等|[的之]|links?\b|sites?\b|[链连]接|网[址站页])", re.IGNORECASE
)
SITE: Final = re.compile(
    r"(?:[链连]接|网[址站页]|\b(?:links?|sites?|websites?|pages?|address))\s*$", re.IGNORECASE
)
# The last of two objects: the conjunction goes with it. "涉及" and "参与" are verbs.
LAST_OF_TWO: Final = re.compile(
    r"(?<=[^\s\uff0c,。])(?:以及|(?<![涉以触危普])及|和|(?<!参)与|或者?|、|\s(?:and|or)\s)\s*$",
    re.IGNORECASE,
)
AT_THE_END: Final = re.compile(rf"\s*(?:{COMMAS}|{ENDS}|$)")
# As in "log in to … to check".
TO: Final = re.compile(r"\bto\s*$", re.IGNORECASE)
# In front of an example.
EXAMPLE: Final = re.compile(
    r"[\s,\uff0c]*(?:\b(?:such as|for example,?|e\.g\.,?)|例如|比如|诸如)[\s:\uff1a]*$",
    re.IGNORECASE,
)
# A condition says nothing without what follows from it.
CONDITION: Final = re.compile(
    r"\s*(?:如|若|倘|凡|\b(?:if|in case|should|where|to|for)\b)[^,\uff0c\d]*", re.IGNORECASE
)
DIGIT: Final = re.compile(r"\d")
# What needs no space before it, or behind it.
TIGHT_BEFORE: Final = re.compile(r"[\u3000-\u9fff\uff00-\uffef.,:;!?)\]]")
TIGHT_BEHIND: Final = re.compile(r"[\u3000-\u9fff\uff00-\uffef([]")


def without_links(text: str) -> str:
    """Return the text without its links, and without what only pointed at them."""
    while chain := _last_chain(text):
        text = without_link(text, *chain)
    return text


def _last_chain(text: str) -> tuple[int, int] | None:
    """Return where the last links begin and end that stand together."""
    found = [*spans(text)]
    if not found:
        return None
    start, end = found.pop()
    while found and BETWEEN.fullmatch(text, found[-1][1], start):
        start, _end = found.pop()
    return start, end


@dataclass(frozen=True)
class _Around:
    """What stands before and behind a link."""

    before: str
    after: str

    @property
    def clause(self) -> str:
        """The beginning of its clause."""
        return self.before[_begin(BEGIN_CLAUSE, self.before) :]

    @property
    def rest(self) -> str:
        """The rest of its clause."""
        return self.after[: _end(END_CLAUSE, self.after)]


def without_sentence(text: str, start: int, end: int) -> str | None:
    """Return it without the sentence that only points at what stands there; None: it says more."""
    before, after = text[:start], text[end:]
    begins, ends = _begin(BEGIN, before), _end(END, after)
    if only_points(before[begins:]) and only_points(after[:ends]):
        return _dropped(before[:begins], after[ends:])
    return None


def without_link(text: str, start: int, end: int) -> str:
    """Return the text without the link that stands there, and without what only pointed at it."""
    around = _unwrapped(_Around(EXAMPLE.sub("", text[:start]), text[end:]))
    before, after = around.before, around.after
    if AT_THE_END.match(after) and (joined := LAST_OF_TWO.search(before)):
        return before[: joined.start()] + after
    left = _pointing(before, [_begin(BEGIN, before), _begin(BEGIN_CLAUSE, before)])
    right = _pointing(after, [_end(END, after), _end(END_CLAUSE, after)], behind=True)
    if left is not None and right is not None:
        return _dropped(before[:left], after[right:])
    if left is not None:
        return _led(around, left)
    return _in_clause(around, pointless=right is not None)


def _unwrapped(around: _Around) -> _Around:
    """Return it without the brackets or quotes that hold nothing but the link."""
    before, after = around.before, around.after
    opened, closed = before.rstrip(), after.lstrip()
    while opened and PAIRS.get(opened[-1], "\n") == closed[:1]:
        named = NAMED.search(opened[:-1])
        before = opened[: named.start()] + named[1] if named else opened[:-1]
        after = closed[1:]
        opened, closed = before.rstrip(), after.lstrip()
    return _Around(before, after)


def _begin(boundary: Pattern, before: str) -> int:
    return max((found.end() for found in boundary.finditer(before)), default=0)


def _end(boundary: Pattern, after: str) -> int:
    found = boundary.search(after)
    return found.start() if found else len(after)


def _pointing(text: str, places: Sequence[int], *, behind: bool = False) -> int | None:
    """Return the first of the places from which on (or up to which) the words only point."""
    for place in places:
        if only_points(text[:place] if behind else text[place:]):
            return place
    return None


def _dropped(before: str, after: str) -> str:
    """Return the two sides of a clause that is left out, with the one stop that they need."""
    joined = JOINED.search(before)
    if followed := FOLLOWED.match(after):
        rest = after[followed.end() :]
        conjunction = JOINS.match(rest)
        rest = rest[conjunction.end() :] if conjunction else rest
        return before + (rest if joined else _capital(before, rest))
    if joined:
        kept = before[: joined.start()]
        begin = _begin(BEGIN, kept)
        alone = CONDITION.fullmatch(kept, begin) and not re.match(r"\s*\w", after)
        return _dropped(kept[:begin], after) if alone else kept + after
    stopped = STOPPED.match(after)
    return _joined(before, after[stopped.end() :] if stopped else after)


def _led(around: _Around, left: int) -> str:
    """Return what remains where the words before the link only point at it, but others follow."""
    words, after = around.before[left:], around.after
    lead = AT_ITS_END.search(words)
    if not lead:
        # As in "状态页 status.demo.com 已更新": the name of the page is enough.
        return around.before[: left + len(COLON.sub("", words))] + after
    if belongs := BELONGS.match(after):
        if not DIGIT.search(around.rest):
            return _dropped(around.before[:left], after[len(around.rest) :])
        return _joined(around.before, after[belongs.end() :])
    kept, joins = words[: lead.start()], JOINS.match(after)
    if joins:
        after = after[joins.end() :]
        kept = kept if OTHER_WAY.match(after) else words
    elif on_it := ON_IT.match(after):
        after = after[on_it.end() :]
    before = around.before[:left] + kept
    return _joined(before, _capital(before, after.lstrip()))


def _in_clause(around: _Around, *, pointless: bool) -> str:
    """Return what remains where the clause says something before it points at its link."""
    clause, rest, after = around.clause, around.rest, around.after
    start = len(around.before) - len(clause)
    if word := instead_of(clause):
        return _warned(around, word)
    if not rest.strip():
        if (lead := POLITE_LEAD.search(clause)) or (lead := COLON.search(clause)):
            kept = clause[: lead.start()]
            if _says_nothing(kept, lead[0]):
                return _dropped(around.before[:start], after)
            return around.before[:start] + kept.rstrip() + after
        return around.before.rstrip() + after
    return _within_clause(around, start, pointless=pointless)


def _says_nothing(kept: str, lead: str) -> bool:
    """Return whether it only names what the link is about, or the place that it leads to."""
    if DIGIT.search(kept):
        return False
    if CONDITION.fullmatch(kept) or ENDS_IN_TOPIC.search(kept):
        return True
    return bool(COLON.search(lead) and PLACE.fullmatch(kept))


def _within_clause(around: _Around, start: int, *, pointless: bool) -> str:
    """Return what remains where the clause goes on behind its link."""
    clause, rest, after = around.clause, around.rest, around.after
    lead = ONLY_TO_LINKS.search(clause) or (LEAD.search(clause) if pointless else None)
    if not lead:
        before = TO.sub("", around.before) if ON_IT.match(after) else around.before
        return _joined(before, after)
    if pointless and clause.isascii():
        return around.before[: start + lead.start()].rstrip() + after[len(rest) :]
    on_it = ON_IT.match(after)
    after = after[on_it.end() :] if on_it else after
    return _joined(around.before[: start + lead.start()], after)


def _warned(around: _Around, word: str) -> str:
    """Return a warning with a word instead of its link, unless it has one already."""
    before, after = around.before, around.after
    bare = LEAD.sub("", before)
    if followed := re.match(r"\s*等", after):
        after = after[followed.end() :]
    elif SITE.search(bare):
        before = bare
    elif not NAMED_ALREADY.match(after):
        before = _joined(before, word)
    return _joined(before, after)


def _joined(before: str, after: str) -> str:
    """Return both with the space between them that their language has."""
    before, after = before.rstrip(" "), after.lstrip(" ")
    tight = TIGHT_BEFORE.match(after) or TIGHT_BEHIND.search(before[-1:])
    return before + ("" if tight or not before or not after else " ") + after


def _capital(before: str, after: str) -> str:
    """Return what follows as the beginning of a sentence, where it is one."""
    begins = not before.strip() or re.search(r"[.!?]\s*$", before)
    return after[:1].upper() + after[1:] if begins and after[:1].isascii() else after
