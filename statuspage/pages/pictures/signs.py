"""The packaged font, and signs that it lacks: left out, replaced, or named to the author."""

import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from PIL import ImageFont

# A subset of Noto Sans CJK SC under the SIL Open Font License (OFL.txt beside it): the characters
# of GB 2312 and of the Table of General Standard Chinese Characters (通用规范汉字表), which holds
# those of registered names; Latin and punctuation. docs/adr/0048 says how it was made.
FONT: Final = Path(__file__).with_name("NotoSansSC-subset.otf")
# A private sign, which the font does not have: what is drawn for it is drawn for all it lacks.
NO_SIGN: Final = "\ue000"
# Emoji, their modifiers, what joins them and what cannot be seen: without them it says the same.
ORNAMENT: Final = frozenset({"So", "Sk", "Cc", "Cf", "Mn", "Me"})
SIZE: Final = 20


@cache
def font(size: int) -> ImageFont.FreeTypeFont:
    """Return the font in that size, read once in each process."""
    return ImageFont.truetype(str(FONT), size)


def drawable(text: str) -> str:
    """Return the text as the font can draw it: other forms of a sign replaced, emoji left out.

    What is left that it lacks is drawn as a box.
    """
    return "".join(map(_drawable, text))


def picture_notes(texts: Iterable[str]) -> list[str]:
    """Return a sentence each on the signs that a picture leaves out, and that it cannot show."""
    signs = [*dict.fromkeys("".join(texts))]
    left_out = [one for one in signs if unicodedata.category(one) == "So" and not _drawable(one)]
    boxes = [one for one in signs if any(not is_drawn(form) for form in _drawable(one))]
    between = pgettext("between names", ", ")
    problems = (
        (left_out, _("The picture leaves out: %(signs)s.")),
        (boxes, _("The picture's font lacks %(signs)s: it shows boxes. Use other characters.")),
    )
    return [said % {"signs": between.join(found)} for found, said in problems if found]


@lru_cache(maxsize=8192)
def is_drawn(sign: str) -> bool:
    """Return whether the font has a sign, or it is a blank."""
    if sign.isspace() or unicodedata.category(sign) == "Cc":
        return sign.isspace()
    return bytes(font(SIZE).getmask(sign)) != bytes(font(SIZE).getmask(NO_SIGN))


def _drawable(sign: str) -> str:
    if is_drawn(sign):
        return sign
    letter = unicodedata.normalize("NFD", sign)[0]
    for other in (unicodedata.normalize("NFKC", sign), letter):
        if all(map(is_drawn, other)):
            return other
    return "" if unicodedata.category(sign) in ORNAMENT else sign
