"""The short code that every message carries, and by which the page knows it again."""

import re
import unicodedata
from typing import Final

from notifications.subscribers.crypto import blind_index

# Neither 0/O/Q, 1/I/L, 2/Z, 5/S, 6/G nor 8/B, which are taken for each other; no vowels, so that
# no code is a word; and a letter first, so that no code is a number of the text.
LETTERS: Final = "CDFHJKMNPRTVWXY"
ALPHABET: Final = f"3479{LETTERS}"
LENGTH: Final = 5
MOST: Final = 20
SHAPE: Final = re.compile(rf"(?<![0-9A-Z])[{LETTERS}][{ALPHABET}]{{{LENGTH - 1}}}(?![0-9A-Z])")
NO_SIGN: Final = re.compile(r"[\W_]+")


def message_code(number: int, language: str) -> str:
    """The code of one statement in one language: 1.9 million of them, in no order to be guessed.

    Two statements may have the same one. It says where to look, and the text is then compared.
    """
    rest = int(blind_index(f"{number}:{language}", "message-code"), 16)
    rest, first = divmod(rest, len(LETTERS))
    code = LETTERS[first]
    for _place in range(LENGTH - 1):
        rest, place = divmod(rest, len(ALPHABET))
        code += ALPHABET[place]
    return code


def codes_in(text: str) -> list[str]:
    """What may be codes in a message: at most twenty, in order, none twice."""
    found = SHAPE.findall(unicodedata.normalize("NFKC", text).upper())
    return list(dict.fromkeys(found))[:MOST]


def code_typed(text: str) -> str | None:
    """The code, where nothing but a code was typed; gaps and brackets are forgiven."""
    bare = NO_SIGN.sub("", unicodedata.normalize("NFKC", text)).upper()
    return bare if SHAPE.fullmatch(bare) else None
