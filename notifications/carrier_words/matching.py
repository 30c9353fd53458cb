"""Find words in a text as a carrier's filter does: whatever its widths, case and gaps."""

import unicodedata
from collections.abc import Iterable
from typing import Protocol, TypeVar

from notifications.channels.pasted import visible


class Word(Protocol):
    """What has a word to look for."""

    word: str


W = TypeVar("W", bound=Word)


def folded(text: str) -> str:
    """Return a text in one form of each character, without gaps and what nobody sees."""
    plain = unicodedata.normalize("NFKC", visible(text)).casefold()
    return "".join(visible(plain).split())


def words_in(text: str, words: Iterable[W]) -> list[W]:
    """Return the words that the text has, in their order; none that is only part of a longer one.

    The text "无抵押贷款" has "无抵押贷款", and "贷款" only where it stands elsewhere as well.
    """
    left, found = folded(text), []
    given = [*words]
    for one in sorted(given, key=lambda word: -len(folded(word.word))):
        word = folded(one.word)
        if word and word in left:
            found.append(one)
            # Those of other carriers read the same.
            twins = [other for other in given if folded(other.word) == word and other != one]
            found += [twin for twin in twins if twin not in found]
            left = left.replace(word, "\n")
    return [one for one in given if one in found]
