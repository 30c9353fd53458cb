"""Whether two texts say the same, ignoring differences in spaces, widths and quotes."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile
from typing import Final

from notifications.channels.sms_text import INVISIBLE, LOOK_ALIKES

STOPS: Final = str.maketrans("。【】", ".[]")

# A character as it is compared, and where in the text it stands.
Sign = tuple[str, int]


@dataclass(frozen=True)
class Difference:
    """A text split in three: common start, different middle, common end."""

    before: str
    differs: str
    after: str


def same(one: str, other: str) -> bool:
    """Return whether both texts look the same to a reader."""
    return _folded(one) == _folded(other)


def is_part(one: str, whole: str) -> bool:
    """Return whether `whole` contains `one` unchanged."""
    return bool(_folded(one)) and _folded(one) in _folded(whole)


def difference(text: str, ours: str) -> Difference:
    """Return the span from the first to the last place where `text` differs from `ours`."""
    given, wanted = _signs(text), _signs(ours)
    start = _common(given, wanted)
    end = _common(given[start:][::-1], wanted[start:][::-1])
    changed = given[start : len(given) - end]
    if not changed:  # something was only left out: point at what stands around the gap
        changed = given[max(start - 1, 0) : start + 1]
    if not changed:
        return Difference("", text, "")
    first, last = changed[0][1], changed[-1][1] + 1
    return Difference(text[:first], text[first:last], text[last:])


def _folded(text: str) -> str:
    return "".join(sign for sign, _place in _signs(text))


def _signs(text: str) -> list[Sign]:
    return [(sign, place) for place, one in enumerate(text) for sign in _fold(one)]


@lru_cache(maxsize=8192)
def _fold(character: str) -> str:
    plain = unicodedata.normalize("NFKC", character.translate(INVISIBLE).translate(LOOK_ALIKES))
    return "".join(plain.translate(STOPS).casefold().split())


def _common(one: Sequence[Sign], other: Sequence[Sign]) -> int:
    """Return the number of signs that both have in common at their beginning."""
    pairs = zip(one, other, strict=False)
    return sum(1 for _pair in takewhile(lambda pair: pair[0][0] == pair[1][0], pairs))
