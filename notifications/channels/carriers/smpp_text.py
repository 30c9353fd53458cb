"""The text of a message in SMPP: its alphabet, and the parts of a long one."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from notifications.channels import sms_text
from notifications.channels.carriers import gsm
from notifications.channels.carriers.long_texts import in_header
from notifications.channels.carriers.smpp_frames import ShortMessage, Tag
from notifications.channels.outcomes import TextPart

# data_coding (5.2.19): the centre's default alphabet, and those that phones write in.
DEFAULT, ASCII, LATIN_1, UCS2 = 0x00, 0x01, 0x03, 0x08
# Not the specification's, but what centres in China write for GBK; and the alphabets as phones name
# them, with a class (3GPP TS 23.038, chapter 4).
GBK: Final = 0x0F
DEFAULT_WITH_CLASS: Final = (*range(0x10, 0x14), *range(0xF0, 0xF4))
UCS2_WITH_CLASS: Final = range(0x18, 0x1C)
# esm_class (5.2.12): a header stands before the text.
HAS_HEADER: Final = 0x40


class LongForm(StrEnum):
    """How the centre wants the parts of a long message."""

    HEADER = "udh"
    OPTIONS = "sar"
    PAYLOAD = "payload"


@dataclass(frozen=True)
class Part:
    """One submission: the alphabet and bytes of its text, and what says which part it is."""

    data_coding: int
    text: bytes
    esm_class: int = 0
    options: dict[int, bytes] = field(default_factory=dict)


def parts(text: str, reference: int, form: LongForm) -> list[Part]:
    """Return the submissions of a text. `reference` is the same for all parts of a message.

    Phones put parts with the same reference together, so the next message needs another one.
    """
    coding = DEFAULT if sms_text.GSM.issuperset(text) else UCS2
    cut = sms_text.parts(text)
    if len(cut) == 1:
        return [Part(coding, encode(text, coding))]
    if form == LongForm.PAYLOAD:
        return [Part(coding, b"", options={Tag.MESSAGE_PAYLOAD: encode(text, coding)})]
    encoded = [encode(one, coding) for one in cut]
    return [
        _FORMS[form](coding, one, reference, len(cut), place)
        for place, one in enumerate(encoded, 1)
    ]


def encode(text: str, coding: int) -> bytes:
    """Return the text's bytes; half of a surrogate pair becomes a question mark."""
    return gsm.encode(text) if coding == DEFAULT else text.encode("utf-16-be", "replace")


def read(message: ShortMessage) -> str:
    """Return the text of a received message, without a header, wherever it stands."""
    data = message.text or message.options.get(Tag.MESSAGE_PAYLOAD, b"")
    if message.esm_class & HAS_HEADER and data:
        data = data[1 + data[0] :]
    # PostgreSQL holds no NUL: a text with one could never be stored, and would come for ever.
    return _DECODE.get(message.data_coding, _latin_1)(data).replace("\0", "")


def part_of(message: ShortMessage) -> TextPart | None:
    """Return which part of a long text came; None for a whole one."""
    if message.esm_class & HAS_HEADER and message.text:
        return in_header(message.text[1 : 1 + message.text[0]])
    reference, place, total = (
        int.from_bytes(message.options.get(tag, b""), "big")
        for tag in (Tag.SAR_REFERENCE, Tag.SAR_PLACE, Tag.SAR_TOTAL)
    )
    return TextPart(reference, place, total) if 0 < place <= total > 1 else None


def _with_header(coding: int, text: bytes, reference: int, total: int, place: int) -> Part:
    header = bytes([5, 0, 3, reference % 256, total, place])
    return Part(coding, header + text, esm_class=HAS_HEADER)


def _with_options(coding: int, text: bytes, reference: int, total: int, place: int) -> Part:
    options = {
        Tag.SAR_REFERENCE: (reference % 65536).to_bytes(2, "big"),
        Tag.SAR_TOTAL: bytes([total]),
        Tag.SAR_PLACE: bytes([place]),
    }
    return Part(coding, text, options={int(tag): value for tag, value in options.items()})


def _ucs2(data: bytes) -> str:
    return data.decode("utf-16-be", "replace")


def _gbk(data: bytes) -> str:
    return data.decode("gb18030", "replace")


def _latin_1(data: bytes) -> str:
    return data.decode("latin-1")


_FORMS: Final[dict[LongForm, Callable[[int, bytes, int, int, int], Part]]] = {
    LongForm.HEADER: _with_header,
    LongForm.OPTIONS: _with_options,
}
_DECODE: Final[dict[int, Callable[[bytes], str]]] = {
    DEFAULT: gsm.decode,
    ASCII: _latin_1,
    LATIN_1: _latin_1,
    UCS2: _ucs2,
    GBK: _gbk,
    **dict.fromkeys(DEFAULT_WITH_CLASS, gsm.decode),
    **dict.fromkeys(UCS2_WITH_CLASS, _ucs2),
}
