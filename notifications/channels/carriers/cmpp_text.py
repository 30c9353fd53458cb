"""How a text travels over CMPP: its alphabet, its parts, and how parts find each other."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from notifications.channels import sms_text
from notifications.channels.carriers.cmpp_frames import Format
from notifications.channels.carriers.long_texts import in_header
from notifications.channels.outcomes import TextPart

# The standard: fewer than 160 octets of ASCII, and at most 140 of everything else. A part of a
# chain gives six octets to its header, which is seven of ASCII once the carrier packs it.
ASCII_LIMITS: Final = (159, 153)
UCS2_LIMITS: Final = sms_text.UCS2_LIMITS
# What the default alphabet of phones and ASCII have in common, each under its own number in ASCII.
PLAIN: Final = frozenset(one for one in sms_text.GSM if one.isascii())
# 3GPP TS 23.040, 9.2.3.24.1: five octets follow, an element of three: reference, parts, part.
CHAIN: Final = b"\x05\x00\x03"
READ_AS: Final[Mapping[int, str]] = {
    Format.ASCII: "ascii",
    Format.BINARY: "latin-1",
    Format.UCS2: "utf-16-be",
    Format.GBK: "gb18030",
    # UCS-2 as phones name it, with a class (3GPP TS 23.038, chapter 4): some gateways pass that on.
    **dict.fromkeys(range(0x18, 0x1C), "utf-16-be"),
}


def format_of(text: str) -> Format:
    """Return the alphabet for a text: ASCII if that is enough, else UCS-2.

    GBK (15) would hold Chinese as well, but gains nothing: carriers bill 70 characters either way,
    some gateways count its octets as characters, and it knows no emoji.
    """
    return Format.ASCII if PLAIN.issuperset(text) else Format.UCS2


def parts(text: str) -> list[str]:
    """Return the parts in which a text is sent and billed; joined they are the text again."""
    ascii_only = format_of(text) == Format.ASCII
    alone, chained = ASCII_LIMITS if ascii_only else UCS2_LIMITS
    widths = [_width(one, ascii_only=ascii_only) for one in text]
    if sum(widths) <= alone:
        return [text]
    cuts, used = [0], 0
    for place, width in enumerate(widths):
        if used + width > chained:
            cuts.append(place)
            used = 0
        used += width
    return [text[start:end] for start, end in zip(cuts, [*cuts[1:], len(text)], strict=True)]


def segments(text: str) -> int:
    """Return the number of parts that are billed."""
    return len(parts(text))


def packed(text: str, added_by_gateway: str, reference: int) -> tuple[Format, list[bytes]]:
    """Return the alphabet and the octets of each part of a text.

    What the gateway adds at the beginning, such as the signature, has its room but is not sent.
    `reference` is 0 to 255, the same in all parts of a text.
    """
    kind, octets = _in_octets(text, added_by_gateway)
    if len(octets) == 1:
        return kind, [*octets]
    total = len(octets)
    return kind, [
        CHAIN + bytes([reference, total, number]) + one for number, one in enumerate(octets, 1)
    ]


def unpacked(content: bytes, kind: int, *, udhi: bool) -> str:
    """Return a text that came; what cannot be read in its alphabet is replaced."""
    if udhi and content:
        content = content[content[0] + 1 :]
    # PostgreSQL holds no NUL: a text with one could never be stored, and would come for ever.
    return content.decode(READ_AS.get(kind, "latin-1"), "replace").replace("\0", "")


def part_of(content: bytes, *, udhi: bool) -> TextPart | None:
    """Return which part of a long text came; None for a whole one."""
    return in_header(content[1 : 1 + content[0]]) if udhi and content else None


@lru_cache(maxsize=64)
def _in_octets(text: str, added_by_gateway: str) -> tuple[Format, tuple[bytes, ...]]:
    """Pack it once for all who get the same text."""
    kind, texts = format_of(text), parts(text)
    bare = [texts[0].removeprefix(added_by_gateway), *texts[1:]]
    return kind, tuple(_octets(one, kind) for one in bare)


def _width(character: str, *, ascii_only: bool) -> int:
    if ascii_only:
        return 2 if character in sms_text.GSM_EXTENDED else 1
    return 2 if ord(character) > 0xFFFF else 1


def _octets(text: str, kind: Format) -> bytes:
    return text.encode(READ_AS[kind], "replace")
