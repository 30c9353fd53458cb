"""The names of holidays as notices write them, and the headings under which they stand."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from statuspage.calendar.library import HOLIDAYS

# Other ways to write a holiday's name, longest first; all lead to one of the seven.
SPELLINGS: Final = {
    "五一国际劳动节": "劳动节",
    "国际劳动节": "劳动节",
    "五一劳动节": "劳动节",
    "十一国庆节": "国庆节",
    **{name: name for name in HOLIDAYS},
    "元旦节": "元旦",
    "清明": "清明节",
    "五一": "劳动节",
    "端午": "端午节",
    "中秋": "中秋节",
    "国庆": "国庆节",
    "十一": "国庆节",
}


def _spaced(word: str) -> str:
    """Return a pattern for the word with blanks inside, as in “元 旦”, or broken over lines."""
    return r"\s*".join(map(re.escape, word))


def _alternatives(words: Iterable[str]) -> str:
    return "|".join(_spaced(one) for one in sorted(words, key=len, reverse=True))


NAME: Final = rf"[“\"【\[*]{{0,2}}(?:{_alternatives(SPELLINGS)})[”\"】\]*]{{0,2}}"
# More than seven in a row are no heading, and would take long to look at.
NAMES: Final = rf"{NAME}(?:[ \t]*[、,和与及暨/]?[ \t]*{NAME}){{0,6}}"
ONE_NAME: Final = re.compile(_alternatives(SPELLINGS))
CHINESE_NUMBER: Final = "[一二三四五六七八九十]{1,3}"
# “二、” “(二)” “2.” – and not the end of “星期二、” or of a date.
ENUMERATOR: Final = (
    rf"(?:(?<![周期初十月日\d一二三四五六七八九]){CHINESE_NUMBER}[ \t]*[、.]"
    rf"|\([ \t]*(?:{CHINESE_NUMBER}|\d{{1,2}})[ \t]*\)[、.]?"
    r"|(?<![\d月日年.])\d{1,2}[ \t]*(?:、|[.)](?!\d))"
    rf"|(?:(?<=[\n。;])|\A)第(?:{CHINESE_NUMBER}|\d{{1,2}})[、,.:]?"
    rf"|(?:(?<=[\n。;])|\A){CHINESE_NUMBER}[ \t]+"
    # “②春节”, of which the plain text keeps the figure.
    rf"|(?:(?<=[\n。;])|\A)\d{{1,2}}[ \t]*(?=[“\"【\[*]{{0,2}}(?:{_alternatives(SPELLINGS)})))"
)
# What may follow a name before its colon: “春节假期:”, “春节(2月)放假安排:”.
AFTERWARDS: Final = r"(?:[ \t]*(?:假期|假日|小长假|长假|放假|安排|时间|\([^()\n]{0,20}\)))*"
LINE: Final = r"(?:(?<=\n)|\A)[-*•●·]?[ \t]*"
HEADING: Final = re.compile(
    rf"{ENUMERATOR}\s*(?P<numbered>{NAMES})"
    rf"|(?P<colon>{NAMES}){AFTERWARDS}[ \t]*:"
    rf"|(?:{LINE}|(?<=[。;]))(?P<line>{NAMES}){AFTERWARDS}[\s,]*(?=(?:20\d\d年)?\d{{1,2}}[ \t]*月)"
    # Anything else that begins like a heading ends the holiday before, and is none itself.
    rf"|(?:(?<=[\n。;])|\A){ENUMERATOR}(?P<other>[^\n。;:,\d]{{0,30}})"
    rf"|{LINE}(?P<unnumbered>[^\d\s,。;:()]{{2,15}})[ \t]*:"
)


class Section(NamedTuple):
    """A heading's holidays, by their full names; `heading` is what was written, `body` follows."""

    names: tuple[str, ...]
    heading: str
    body: str


@dataclass(frozen=True)
class Plain:
    """A text with full-width signs made plain; `cut` returns the original of a part."""

    text: str
    origins: tuple[int, ...]
    original: str

    def cut(self, start: int, end: int) -> str:
        """Return what was written between two positions of the plain text, on one line."""
        written = self.original[self.origins[start] : self.origins[end]]
        return re.sub(r"\s+", "", written)


def plain_of(original: str) -> Plain:
    """Return the text with plain digits, brackets, colons and commas."""
    pieces: list[str] = []
    origins: list[int] = []
    for position, sign in enumerate(original):
        piece = "" if sign in "\r\u200b\ufeff" else unicodedata.normalize("NFKC", sign)
        pieces.append("\n" if sign in "\u2028\u2029\x0b\x0c\x85" else piece)
        origins += [position] * len(pieces[-1])
    return Plain("".join(pieces), (*origins, len(original)), original)


def full_names(written: str) -> tuple[str, ...]:
    """Return the full names of the holidays in “国庆、中秋”, each once."""
    found = (re.sub(r"\s", "", one[0]) for one in ONE_NAME.finditer(written))
    return tuple(dict.fromkeys(SPELLINGS[one] for one in found))


def sections(text: str, whole: tuple[str, ...] = ()) -> Iterator[Section]:
    """Yield each heading's holidays with the text up to the next heading.

    `whole` are the holidays of a notice about them alone: its numbered items are theirs.
    """
    text = re.sub(r"(?m)^[ \t]+", "", text)
    headings = [one for one in HEADING.finditer(text) if not (whole and _unknown(one))]
    if whole:
        end = headings[0].start() if headings else len(text)
        yield Section(whole, "、".join(whole), text[:end])
    for number, heading in enumerate(headings, 1):
        end = headings[number].start() if number < len(headings) else len(text)
        # What is not known as a heading may be the beginning of a sentence.
        begin = heading.start("other") if heading["other"] else heading.end()
        yield Section(_names_of(heading), heading[0].strip(" \t\n:,"), text[begin:end])


def _unknown(heading: re.Match[str]) -> bool:
    return heading["other"] is not None or heading["unnumbered"] is not None


def _names_of(heading: re.Match[str]) -> tuple[str, ...]:
    return full_names(next(one for one in heading.groups() if one is not None))
