"""Find words in a text as a carrier's filter does: whatever its widths, case and gaps."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, Protocol, TypeVar

from notifications.channels.pasted import visible
from notifications.channels.simplified import simplified

# What somebody puts between the characters of a word. Stops and commas are not among them: the
# words on both sides of one belong to different sentences.
GAPS: Final = re.compile(
    r"[\s\-\u2010-\u2015\u2212~^*_+=.·•|/\\'\"`´\u2018-\u201f\u30fb#&@$<>\[\](){}【】「」]+"
)
# Stands for what was found, so that the words on both sides of it do not join.
TAKEN: Final = "\0"


class Word(Protocol):
    """What has a word to look for."""

    word: str


W = TypeVar("W", bound=Word)


def folded(text: str) -> str:
    """Return a text in one form of each character, without gaps and what nobody sees."""
    return GAPS.sub("", _one_form(text))


def words_in(text: str, words: Iterable[W]) -> list[W]:
    """Return the words that the text has, in their order; none that is only part of a longer one.

    The text "无抵押贷款" has "无抵押贷款", and "贷款" only where it stands elsewhere as well.
    """
    left, found = _one_form(text), set[str]()
    given = [(folded(one.word), one) for one in words]
    # Those of several carriers may read the same.
    for word in sorted({word for word, _one in given if word}, key=lambda word: (-len(word), word)):
        left, times = _pattern(word).subn(TAKEN, left)
        found |= {word} if times else set()
    return [one for word, one in given if word in found]


def _one_form(text: str) -> str:
    plain = unicodedata.normalize("NFKC", visible(text)).casefold()
    return simplified(visible(plain))


@lru_cache(maxsize=1024)
def _pattern(word: str) -> re.Pattern[str]:
    """Return what finds a word whatever stands between its characters, but not within another."""
    gap = f"(?:{GAPS.pattern})?"
    before, behind = (_kind(one) for one in (word[0], word[-1]))
    edges = (f"(?<!{before})" if before else "", f"(?!{behind})" if behind else "")
    return re.compile(f"{edges[0]}{gap.join(map(re.escape, word))}{edges[1]}")


def _kind(character: str) -> str:
    return next((kind for kind in ("[a-z]", "[0-9]") if re.match(kind, character)), "")
