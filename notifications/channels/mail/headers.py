"""Headers that every mail program reads: in ASCII, folded, other characters by RFC 2047."""

import base64
from collections.abc import Iterator, Sequence
from typing import Final

# RFC 5322, 2.1.1: no line should be longer than this without its end.
LINE: Final = 78
# RFC 2047, 2: no encoded word is longer, of which so many characters say what it is.
WORD: Final = 75
AROUND: Final = len("=?utf-8?B??=")
# A longer word of ASCII would make a line too long that cannot be folded.
LONGEST_PLAIN: Final = 60
# Of pictures that are several characters, such as a family.
JOINER: Final = "\u200d"


def header(name: str, *values: str) -> str:
    """Return a header of values in ASCII; a line is only broken between two of them."""
    return _folded(name, values)


def text_header(name: str, text: str) -> str:
    """Return a header of free text, which begins on the first line.

    Some mail programs show no subject that begins on the second.
    """
    return _folded(name, words(text, LINE - len(name) - 2))


def mailbox_header(name: str, display: str, address: str) -> str:
    """Return a header that names one person or firm and their address."""
    clean = _clean(display)
    if not clean:
        return _folded(name, [address])
    escaped = clean.replace("\\", "\\\\").replace('"', '\\"')
    # Between its quotes a line cannot be broken.
    if _is_plain(clean) and len(escaped) <= LONGEST_PLAIN:
        return _folded(name, [f'"{escaped}"', f"<{address}>"])
    room = min(LINE - len(name) - 2, WORD)
    return _folded(name, [*_encoded(clean, room), f"<{address}>"])


def words(text: str, room: int) -> list[str]:
    """Return a text as words for a header, of which the first has so much room."""
    clean = _clean(text)
    return clean.split() if _is_plain(clean) else [*_encoded(clean, min(room, WORD))]


def _is_plain(text: str) -> bool:
    return (
        text.isascii()
        and "=?" not in text
        and all(len(word) <= LONGEST_PLAIN for word in text.split())
    )


def _clean(text: str) -> str:
    """Return a text as one line without control characters: none can begin another header."""
    shown = (one if one.isprintable() or one == JOINER else " " for one in text)
    return " ".join("".join(shown).split())


def _encoded(text: str, room: int) -> Iterator[str]:
    """Yield encoded words, each of whole characters: programs decode them one by one."""
    chunk = b""
    for character in text:
        more = character.encode("utf-8", "replace")
        if len(chunk) + len(more) > (room - AROUND) // 4 * 3:
            yield _word(chunk)
            chunk, room = b"", WORD
        chunk += more
    yield _word(chunk)


def _word(chunk: bytes) -> str:
    return f"=?utf-8?B?{base64.b64encode(chunk).decode()}?="


def _folded(name: str, pieces: Sequence[str]) -> str:
    lines = [f"{name}:"]
    for place, piece in enumerate(pieces):
        if place and len(lines[-1]) + 1 + len(piece) > LINE:
            lines.append("")
        lines[-1] += f" {piece}"
    return "\r\n".join(lines) + "\r\n"
