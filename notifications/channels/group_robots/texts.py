"""How each service wants its text: how long it may be, and what must not be read as markup."""

import json
import re
from collections.abc import Callable, Mapping
from html import escape
from typing import Any, Final

from notifications.channels import wording
from notifications.channels.base import Content, Note

Measure = Callable[[str], int]
Writing = Callable[[str], str]

# The keys of a content's `data`: the body is the part that may be cut.
OPENING, BODY, ENDING = "opening", "body", "ending"
LINK: Final = re.compile(r"(https?://\S+)")
MARKDOWN: Final = re.compile(r"([\\*_~|`])")
# At the beginning of a line: headings, quotations and lists.
MARKDOWN_LINE: Final = re.compile(r"(?m)^([#>-])")
# Whom Discord would notify: with an invisible character in it, it is only a word.
EVERYBODY: Final = re.compile(r"@(?=everyone|here)|<(?=@)")
# How Feishu and Lark mention people in plain text.
MENTION: Final = re.compile(r"<(?=/?at\b)", re.IGNORECASE)
# So much of what does not fit is looked at, so that no figure is cut at its beginning.
SPARE: Final = 200
NO_WIDTH: Final = "\u200b"


def in_bytes(text: str) -> int:
    """Return the length in bytes of UTF-8."""
    return len(text.encode())


def in_units(text: str) -> int:
    """Return the length in UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def in_json(text: str) -> int:
    """Return the length in a JSON document of ASCII, where a Chinese character takes six bytes."""
    return len(json.dumps(text)) - 2


def in_bytes_or_half_json(text: str) -> int:
    """Return the larger of the length in UTF-8 and of half of that in JSON of ASCII."""
    return max(in_bytes(text), (in_json(text) + 1) // 2)


def escaped(text: str) -> str:
    """Return the text where `<`, `>` and `&` would be markup."""
    return escape(text, quote=False)


def without_mentions(text: str) -> str:
    """Return the text in which nothing is a mention of Feishu's or Lark's."""
    return MENTION.sub("＜", text)


def without_markdown(text: str) -> str:
    """Return the text as Discord shows it unchanged, and without notifying everybody."""
    parts = LINK.split(text)
    parts[::2] = [
        EVERYBODY.sub(rf"\g<0>{NO_WIDTH}", MARKDOWN_LINE.sub(r"\\\1", MARKDOWN.sub(r"\\\1", part)))
        for part in parts[::2]
    ]
    return "".join(parts)


def in_paragraphs(text: str) -> str:
    """Return the text with its lines kept apart where one line break alone joins them."""
    return re.sub(r"\n+", "\n\n", text)


def note_content(note: Note) -> Content:
    """Return a note after the operator's name, which robots with a keyword look for."""
    return Content(text=f"【{note.operator}】{note.text}", subject=note.subject)


def fitted(content: Content, room: int, measure: Measure, written: Writing = str) -> str:
    """Return the text in at most `room` as `measure` counts what `written` makes of it.

    Only the body is cut, and never inside a date, a time or an amount; what stands around it, such
    as the number of the statement, stays whole.
    """
    parts: Mapping[str, Any] = content.data if BODY in content.data else {BODY: content.text}

    def joined(body: str) -> str:
        given = (parts.get(OPENING, ""), body, parts.get(ENDING, ""))
        return "\n".join(one for one in given if one)

    whole = parts[BODY]
    if measure(written(joined(whole))) <= room:
        return joined(whole)
    # No character takes less than one: to look for figures in all of a long text takes seconds.
    whole = whole[: room + SPARE]
    fits, too_long = 0, len(whole)
    while too_long - fits > 1:
        middle = (fits + too_long) // 2
        if measure(written(joined(wording.cut(whole, middle)))) <= room:
            fits = middle
        else:
            too_long = middle
    return joined(wording.cut(whole, fits) if fits else "")


def title_of(text: str, limit: int) -> str:
    """Return the first line of a text as a title of at most `limit` characters."""
    return wording.cut(text.partition("\n")[0].strip(), limit)
