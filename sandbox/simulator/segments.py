"""Counts the parts of an SMS as carriers bill them (3GPP TS 23.038 and 23.040)."""

from typing import Final

GSM_7: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_7_ESCAPED: Final = frozenset("\f^{}\\[~]|€")


def segments(text: str) -> int:
    """Return the number of parts: 160 septets or 70 UTF-16 units alone, 153 or 67 in a chain."""
    if set(text) <= GSM_7 | GSM_7_ESCAPED:
        return _parts([2 if letter in GSM_7_ESCAPED else 1 for letter in text], 160, 153)
    return _parts([2 if ord(letter) > 0xFFFF else 1 for letter in text], 70, 67)


def _parts(widths: list[int], alone: int, chained: int) -> int:
    if sum(widths) <= alone:
        return 1
    parts, used = 1, 0
    for width in widths:
        # A letter of two units never straddles two parts.
        if used + width > chained:
            parts, used = parts + 1, 0
        used += width
    return parts
