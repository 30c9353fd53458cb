"""Punctuation between texts that are put together, in the active language."""

from django.utils.translation import gettext


def colon() -> str:
    """Return what stands between a label and its text."""
    return gettext(": ")


def in_parentheses(text: object) -> str:
    """Return a remark that follows a text, with the space before it where there is one."""
    return gettext(" (%(text)s)") % {"text": text}
