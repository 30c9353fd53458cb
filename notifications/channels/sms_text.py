"""The text of SMS: billed parts, look-alike characters, and what carriers let through."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final

from notifications.channels.dangling import ABSENT, without_dangling
from notifications.channels.figures import cuts
from notifications.channels.keywords import action_of as action_of
from notifications.channels.money import without_yen_signs
from notifications.channels.pointers import without_links

# 3GPP TS 23.038: the default alphabet, and the characters that take an escape before them.
GSM_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENDED: Final = frozenset("\f^{}\\[~]|€")
GSM: Final = GSM_BASIC | GSM_EXTENDED

# Units of a message alone, and of each part of a longer one (its header takes the difference).
GSM_LIMITS: Final = (160, 153)
UCS2_LIMITS: Final = (70, 67)
MAX_PARTS: Final = 8
# More than fits into any message. To look for links and sums in a longer text would take minutes.
LONGEST: Final = 4000

INVISIBLE: Final = dict.fromkeys(
    [
        *map(ord, "\u200b\u200c\u2060\ufeff\xad\u200e\u200f"),
        *range(0x202A, 0x202F),
        *range(0x2066, 0x206A),
    ],
    "",
)
SPACES: Final = dict.fromkeys(map(ord, "\t\xa0\u202f\u205f\u3000"), " ") | dict.fromkeys(
    range(0x2000, 0x200B), " "
)
LOOK_ALIKES: Final = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′`´", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        "…": "...",
        "•": "-",
        "\u200d": "",
    }
)

LATIN: Final = str.maketrans(
    {
        **{
            "。": ".",
            "、": ",",
            "·": "-",
            "\u2192": "->",
            "×": "x",
            "\u2264": "<=",
            "\u2265": ">=",
        },
        **{"【": "[", "】": "]", "《": '"', "》": '"', "±": "+/-", "\u2030": " per mille"},
    }
)
BRACKETS: Final = str.maketrans({"【": "[", "】": "]", "★": "", "☆": ""})
EMPTY_BRACKETS: Final = re.compile(r"\(\s*\)|\uff08\s*\uff09|\[\s*\]")
# White space that Chinese does not want after a stop, and that nobody wants before one.
STRAY_SPACE: Final = re.compile(
    r"(?<=[。、\uff0c\uff1b\uff01\uff1f\uff1a]) | (?=[。、\uff0c\uff1b\uff01\uff1f\uff1a.,;!?])"
)
SENTENCE: Final = re.compile(r"[。\uff01\uff1f\uff1b]+|[.!?;]+(?=\s|$)")


def parts(text: str) -> list[str]:
    """Return the text as the parts in which it is sent and billed; joined they are the text again.

    Neither an escape pair of GSM-7 nor a surrogate pair of UCS-2 is split between two parts.
    """
    width, (alone, chained) = _encoding(text)
    widths = [width(character) for character in text]
    if sum(widths) <= alone:
        return [text]
    cuts, used = [0], 0
    for place, size in enumerate(widths):
        if used + size > chained:
            cuts.append(place)
            used = 0
        used += size
    return [text[start:end] for start, end in zip(cuts, [*cuts[1:], len(text)], strict=True)]


def segments(text: str) -> int:
    """Return the number of parts that are billed."""
    return len(parts(text))


def normalise(text: str) -> str:
    """Return the text without characters that need the costlier alphabet and add nothing."""
    # NBSP is not in GSM-7: one of them turns 160 characters a part into 70, and doubles the bill.
    plain = text.replace("\r\n", "\n").translate(INVISIBLE).translate(SPACES)
    candidate = plain.translate(LOOK_ALIKES)
    if GSM.issuperset(candidate) and segments(candidate) <= segments(plain):
        return candidate
    return plain


def in_gsm(text: str) -> str:
    """Return a Latin text with GSM-7's signs for its others, if it then needs no other alphabet."""
    if any(unicodedata.category(one) == "No" for one in text):
        return text  # "10\u00b2" is no 102
    plain = unicodedata.normalize("NFKC", text.translate(LATIN)).translate(LATIN)
    return plain if GSM.issuperset(plain.translate(LOOK_ALIKES)) else text


# Each area and each provider asks for the same body.
@lru_cache(maxsize=32)
def carrier_safe(text: str, *, chinese: bool) -> str:
    """Return the text as mainland carriers let it through: no second 【】, no ¥ or ★, no link."""
    # Invisible characters would keep a link or an amount apart until they are taken out.
    text = _start(text.translate(INVISIBLE).translate(BRACKETS))
    found, text = "", without_yen_signs(text, chinese=chinese)
    if ABSENT.search(text):
        # Links go first: the one below may be there. Lines are joined afterwards.
        text = without_dangling(without_links(text))
    # What a removal leaves may join to another link, so until nothing is left to remove.
    while found != text:
        bare = EMPTY_BRACKETS.sub("", without_links(text))
        found, text = text, STRAY_SPACE.sub("", " ".join(bare.split())).strip()
    return text


def _start(text: str) -> str:
    """Return what of a text may fit, ending at the end of a sentence where there is one."""
    if len(text) <= LONGEST:
        return text
    ends = [match.end() for match in SENTENCE.finditer(text) if match.end() < LONGEST]
    return text[: ends[-1] if ends else LONGEST]


def fitted(head: str, body: str, tail: str, count: Callable[[str], int] = segments) -> str:
    """Return `head`, as much of `body` as fits into MAX_PARTS, and `tail`; only `body` is cut.

    The body ends at the end of a sentence, or, where its first sentence is too long, with dots.
    `count` counts the parts of a text: not every protocol has the same alphabets.
    """

    def cost(length: int, end: str = "") -> int:
        return count(normalise(f"{head}{body[:length]}{end}{tail}"))

    def join(length: int, end: str = "") -> str:
        return normalise(f"{head}{body[:length].rstrip()}{end}{tail}")

    if cost(len(body)) <= MAX_PARTS:
        return join(len(body))
    ends = [match.end() for match in SENTENCE.finditer(body)]
    whole = _longest(ends, cost)
    if whole:
        return join(whole)
    return join(_longest(cuts(body), lambda length: cost(length, "…")), "…")


def units(text: str) -> int:
    """Return the length in UTF-16 code units, as carriers and approved templates count it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def shortened(text: str, limit: int) -> str:
    """Return the whole sentences that fit into `limit` UTF-16 units, else a start with dots."""
    text = normalise(text)
    if units(text) <= limit:
        return text
    ends = [match.end() for match in SENTENCE.finditer(text)]
    whole = [end for end in ends if units(text[:end]) <= limit]
    if whole:
        return text[: whole[-1]]
    fits = (end for end in reversed([0, *cuts(text)]) if units(text[:end]) < limit)
    return f"{text[: next(fits, 0)].rstrip()}…"


def _longest(lengths: Sequence[int], cost: Callable[[int], int]) -> int:
    """Return the last of ascending lengths that is not too long, or 0."""
    place = bisect_right(lengths, MAX_PARTS, key=cost)
    return lengths[place - 1] if place else 0


def _encoding(text: str) -> tuple[Callable[[str], int], tuple[int, int]]:
    if GSM.issuperset(text):
        return (lambda character: 2 if character in GSM_EXTENDED else 1), GSM_LIMITS
    return (lambda character: 2 if ord(character) > 0xFFFF else 1), UCS2_LIMITS
