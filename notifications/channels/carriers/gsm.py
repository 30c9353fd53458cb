"""The default alphabet of GSM as bytes, one for each character: 3GPP TS 23.038, 6.2.1."""

from typing import Final

ESCAPE: Final = 0x1B
# By code; the escape stands at its place so that the codes after it are right.
BASIC: Final = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED: Final = {
    0x0A: "\f",
    0x14: "^",
    0x28: "{",
    0x29: "}",
    0x2F: "\\",
    0x3C: "[",
    0x3D: "~",
    0x3E: "]",
    0x40: "|",
    0x65: "€",
}
CODES: Final[dict[str, bytes]] = {
    **{character: bytes([code]) for code, character in enumerate(BASIC) if code != ESCAPE},
    **{character: bytes([ESCAPE, code]) for code, character in EXTENDED.items()},
}


def encode(text: str) -> bytes:
    """Return the text in the default alphabet, unpacked.

    Raises:
        ValueError: it has a character that the alphabet has not.
    """
    try:
        return b"".join(CODES[character] for character in text)
    except KeyError as error:
        raise ValueError("not in the default alphabet of GSM") from error


def decode(data: bytes) -> str:
    """Return what a phone shows for the bytes.

    A phone that does not know an escaped code shows the basic one (6.2.1.1); a byte above 127 is
    none of the alphabet's.
    """
    shown, escaped = [], False
    for code in data:
        if code == ESCAPE and not escaped:
            escaped = True
            continue
        basic = BASIC[code] if code < len(BASIC) and code != ESCAPE else "\ufffd"
        shown.append(EXTENDED.get(code, basic) if escaped else basic)
        escaped = False
    return "".join(shown)
