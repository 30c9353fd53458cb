"""The default alphabet of GSM, a byte for a letter (3GPP TS 23.038, 6.2.1)."""

from typing import Final

ESCAPE: Final = "\x1b"
LETTERS: Final = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# The basic letter at the place of each one that follows an escape.
TWINS: Final = dict(zip("\f^{}\\[~]|€", "\nΛ()/<=>¡e", strict=True))
BACK: Final = {twin: letter for letter, twin in TWINS.items()}


def read(data: bytes) -> str:
    """Return the text of the bytes.

    Raises:
        ValueError: a byte is none of the alphabet's.
    """
    if any(code >= len(LETTERS) for code in data):
        raise ValueError("a byte above 127")
    head, *escaped = "".join(LETTERS[code] for code in data).split(ESCAPE)
    return head + "".join(BACK.get(one[:1], one[:1]) + one[1:] for one in escaped)


def write(text: str) -> bytes | None:
    """Return the bytes of the text, or None where it has other letters."""
    plain = "".join(f"{ESCAPE}{TWINS[one]}" if one in TWINS else one for one in text)
    codes = [LETTERS.find(one) for one in plain]
    return None if -1 in codes else bytes(codes)
