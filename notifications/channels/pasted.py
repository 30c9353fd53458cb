"""What people paste: full-width forms, invisible characters, and the punctuation around it."""

import re
import unicodedata
from functools import lru_cache
from typing import Final
from urllib.parse import unquote

import idna

# What no reader sees beside the format characters (category Cf): the rest of Unicode's
# Default_Ignorable_Code_Point, variation selectors among them, and the blank of braille.
IGNORABLE: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\ufff0-\ufff8\U000e0000-\U000e0fff]"
)
# What stands around an address in a sentence, a list or a table, once it is in its NFKC form.
AROUND: Final = " \t\r\n\v\f\x1c\x1d\x1e\x1f\x85\"',;<>\u2018\u2019\u201c\u201d\u3001\u3002"
# The same, where nothing is brought into that form; and no more: a URL may end in others.
AROUND_URL: Final = AROUND + "\u3000\xa0\uff0c\uff1b\uff1c\uff1e"
BRACKETS: Final = (
    ".:()[]\u00ab\u00bb\u2022\u2039\u203a\u3008\u3009\u300a\u300b\u300c\u300d\u300e\u300f\u3010\u3011"
    "\u3014\u3015\u3016\u3017\u30fb"
)
# Dashes that text programs write for the hyphen of a key, and the minus sign of a chat's id.
DASHES: Final = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"), "-")
# A scheme and host, or a host alone that a path follows: they have no upper and lower case.
HEAD: Final = re.compile(r"(?:https?://)?(?:[a-z0-9-]+\.)+[a-z]{2,}(?=[/?:])", re.IGNORECASE)
# What stands before an address: "Webhook 地址:".
BEFORE: Final = re.compile(r"[^/:]{0,20}(?::\s*|\s+|(?<=[^\x00-\x7f]))(?=[a-z]+://)", re.IGNORECASE)
# Gaps where a URL cannot have any.
GAPS: Final = re.compile(r"\s*([/?=&])\s*")
NAMED: Final = re.compile(r"[^<>]*<\s*([^<>\s]+)\s*>?[^<>]*")


def visible(text: str) -> str:
    """Return the text without the characters that nobody sees."""
    if text.isascii():
        return text
    return "".join(
        one for one in text if unicodedata.category(one) != "Cf" and not IGNORABLE.match(one)
    )


def plain(text: str) -> str:
    """Return what was typed: one form of each character (NFKC), and nothing around it."""
    if not text.isascii():
        before = None
        # What was taken out may have kept two characters apart that are one together.
        while before != text:
            before, text = text, unicodedata.normalize("NFKC", visible(text))
    return text.strip(AROUND + BRACKETS)


def readings(raw: str) -> tuple[str, ...]:
    """Return what may be meant by the pasted address of a robot, the likeliest first.

    Such addresses are ASCII: any other form of a sign is one of the keyboard's. The others are
    without the words before the address, and, for a URL, without gaps in it.
    """
    text = plain(raw).translate(DASHES)
    bare = text[found.end() :] if (found := BEFORE.match(text)) else text
    first, second = _with_small_head(text), _with_small_head(bare)
    third = GAPS.sub(r"\1", second) if second.startswith("https://") else second
    return tuple(dict.fromkeys((first, second, third)))


def _with_small_head(text: str) -> str:
    found = HEAD.match(text)
    return found[0].lower() + text[found.end() :] if found else text


def without_scheme(text: str, scheme: str) -> str:
    """Return an address without `mailto:` or `tel:` and what follows it, or a name before <it>."""
    if found := NAMED.fullmatch(text):
        text = found[1]
    if text[: len(scheme)].lower() == scheme:
        # In such a link, and only there, %2B is a plus sign.
        text = unquote(text[len(scheme) :].partition("?")[0])
    return text


@lru_cache(maxsize=4096)
def ascii_domain(domain: str) -> str:
    """Return a domain as DNS has it: in lower case, other scripts as xn--… (IDNA 2008, UTS 46).

    Raises:
        ValueError: there can be no such domain.
    """
    return idna.encode(domain.rstrip("."), uts46=True, std3_rules=True).decode()
