"""Punctuation between texts that are put together."""

from typing import Final

from django.utils.translation import gettext

SENTENCE_ENDS: Final = tuple("。\uff01\uff1f\uff1b.!?;…")


def sentence(text: str, *, chinese: bool) -> str:
    """Return the text with a full stop where it has no end yet."""
    text = text.strip()
    if not text or text.endswith(SENTENCE_ENDS):
        return text
    return f"{text}。" if chinese else f"{text}."


def colon() -> str:
    """Return what stands between a label and its text, in the active language."""
    return gettext(": ")


def in_parentheses(text: object) -> str:
    """Return a remark that follows a text, with a space before it where its language has one."""
    return gettext(" (%(text)s)") % {"text": text}
