"""Whether a sentence says again what another says, in the same words or nearly."""

import re
import unicodedata
from typing import Final

HAN: Final = re.compile(r"[\u3400-\u9fff]")
# Numbers, models and cycles: a sentence without them does not say the same.
TOKEN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+:%-]*")
WORD: Final = re.compile(r"[a-z0-9+.%-]+")
SENTENCE_END: Final = re.compile(r"[。\uff01\uff1f!?]|\.(?=\s|$)")
# What a title has for its form, and its text need not say.
FILLING: Final = re.compile("正常|部分|有关|相关|情况|进行|[的了]")
# The form of a title, which says nothing: "关于…的公告".
TITLE: Final = re.compile(r"^(?:关于)(.+?)(?:的)?(?:公告|通知|公示|通告|说明)$")
SMALL_WORDS: Final = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "on",
        "in",
        "at",
        "to",
        "for",
        "from",
        "and",
        "or",
        "is",
        "are",
        "be",
        "been",
        "was",
        "were",
        "by",
        "with",
        "our",
        "your",
        "its",
        "some",
    ]
)
ENDINGS: Final = re.compile(r"(?:ing|ed|es|s)$")
# Parts of a title that have to be said again, so that nothing is lost without it.
CHARACTERS, PAIRS, WORDS = 0.75, 0.4, 0.8
# Where every character is said, fewer of them have to stand together.
PAIRS_OF_ALL = 0.3


def subject_of(title: str) -> str:
    """Return a title without its form: "关于调整限额的公告" is about "调整限额"."""
    found = TITLE.match(title.strip())
    return found[1] if found else title.strip()


def says_again(title: str, text: str) -> bool:
    """Return whether the first sentence of a text says the title as well, perhaps in other order.

    Every number, model and cycle of the title has to be in it, and nearly all of its words.
    """
    title = _folded(subject_of(title))
    first = _folded(SENTENCE_END.split(text.strip(), maxsplit=1)[0])
    if not HAN.search(title):
        return _says_english(title, first)
    tokens_said = set(TOKEN.findall(title)) <= set(TOKEN.findall(first))
    return tokens_said and _says_chinese(
        "".join(HAN.findall(FILLING.sub("", title) or title)), first
    )


def _says_chinese(title: str, text: str) -> bool:
    pairs = [title[place : place + 2] for place in range(len(title) - 1)]
    characters = sum(one in text for one in title) / len(title)
    joined = sum(one in text for one in pairs) / len(pairs) if pairs else characters
    return characters >= CHARACTERS and joined >= (PAIRS_OF_ALL if characters == 1 else PAIRS)


def _says_english(title: str, text: str) -> bool:
    wanted = [_stem(one) for one in WORD.findall(title) if one not in SMALL_WORDS]
    said = {_stem(one) for one in WORD.findall(text)}
    numbers = [one for one in wanted if re.search(r"\d", one)]
    return (
        bool(wanted)
        and said.issuperset(numbers)
        and sum(one in said for one in wanted) / len(wanted) >= WORDS
    )


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _stem(word: str) -> str:
    return ENDINGS.sub("", word) if len(word) > 4 and word.isalpha() else word
