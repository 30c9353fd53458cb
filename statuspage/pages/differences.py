"""What a correction changes in the words of the text that it corrects."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

# A Latin word or a number with its digits' separators is one piece; of other writing (and of
# punctuation) each character is.
PIECE: Final = re.compile(r"\d+(?:[.,:]\d+)*|[A-Za-zÀ-ɏ]+(?:['’-][A-Za-zÀ-ɏ]+)*|\s+|.", re.DOTALL)
# Below this the two texts are not versions of one another, and a difference would be a jumble.
ALIKE: Final = 0.6
# In characters; comparing grows with the square of it.
LONGEST: Final = 2000


@dataclass(frozen=True)
class Part:
    """A stretch of text: `kind` is `same`, `gone` or `new`."""

    kind: str
    text: str


def differences(before: str, after: str) -> list[Part]:
    """The stretches of both texts in order; empty where one does not look like a version of the
    other, or they are the same.
    """
    if max(len(before), len(after)) > LONGEST:
        return []
    old, new = PIECE.findall(before), PIECE.findall(after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if old == new or matcher.ratio() < ALIKE:
        return []
    return [
        part
        for code, *places in matcher.get_opcodes()
        for part in _parts(code, old[places[0] : places[1]], new[places[2] : places[3]])
    ]


def _parts(code: str, old: Sequence[str], new: Sequence[str]) -> list[Part]:
    if code == "equal":
        return [Part("same", "".join(old))]
    changed = (Part("gone", "".join(old)), Part("new", "".join(new)))
    return [part for part in changed if part.text]
