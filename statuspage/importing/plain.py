"""Plain text from HTML and Markdown, which statements cannot contain."""

import re
from html.parser import HTMLParser
from typing import Final

from statuspage.importing.entries import Unusable

# No statement may be that long; it bounds the work on one text.
LONGEST: Final = 20_000

SILENT: Final = frozenset({"script", "style"})
BLOCKS: Final = frozenset(
    {
        "address",
        "article",
        "blockquote",
        "body",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "main",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "thead",
        "tr",
        "ul",
    }
)
INLINE: Final = frozenset(
    {
        "a",
        "abbr",
        "b",
        "br",
        "cite",
        "code",
        "del",
        "em",
        "font",
        "i",
        "img",
        "ins",
        "kbd",
        "li",
        "mark",
        "q",
        "s",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "td",
        "th",
        "time",
        "u",
        "var",
    }
)

AUTOLINK: Final = re.compile(r"<((?:https?://|mailto:)[^<>\s]{1,2000})>")
IMAGE: Final = re.compile(r"!\[([^\[\]\n]{0,500})\]\([^()\s]{1,2000}(?:[ ]+\"[^\"\n]{0,500}\")?\)")
LINK: Final = re.compile(r"\[([^\[\]\n]{1,500})\]\(([^()\s]{1,2000})(?:[ ]+\"[^\"\n]{0,500}\")?\)")
# What the marks surround, by pattern; each leaves figures like 138****1234 and 3*4*5 alone.
MARKS: Final = (
    re.compile(r"(?<!\*)\*\*(?![\s*])([^\n]{1,2000}?)(?<![\s*])\*\*(?!\*)"),
    re.compile(r"(?<!\w)__(?![\s_])([^\n]{1,2000}?)(?<![\s_])__(?!\w)"),
    re.compile(r"(?<![\d*])\*(?![\s*])([^*\n]{1,2000}?)(?<![\s*])\*(?![\d*])"),
    re.compile(r"(?<!\w)_(?![\s_])([^_\n]{1,2000}?)(?<![\s_])_(?!\w)"),
    re.compile(r"`([^`\n]{1,2000})`"),
)
LINES: Final = (
    (re.compile(r"^[ \t]*(?:```|~~~)[^\n]*$", re.MULTILINE), ""),
    (re.compile(r"^[ ]{0,3}([-*_])(?:[ ]*\1){2,}[ ]*$", re.MULTILINE), ""),
    (re.compile(r"^[ ]{0,3}#{1,6}[ \t]+(.*?)[ \t]*#*[ \t]*$", re.MULTILINE), r"\1"),
    (re.compile(r"^[ ]{0,3}(?:>[ ]?)+", re.MULTILINE), ""),
    (re.compile(r"^([ \t]*)[*+][ \t]+", re.MULTILINE), r"\1- "),
)
ESCAPED: Final = re.compile(r"\\([\\`*_{}\[\]()#+\-.!>|~])")
# Where escaped characters wait until the marks are gone: no text has these.
APART: Final = 0xF0000
SET_APART: Final = re.compile(f"[{chr(APART)}-{chr(APART + 0x7F)}]")
EDGES: Final = re.compile(r"[ \t\u00a0]+\n")
GAPS: Final = re.compile(r"\n{3,}")


def plain(text: str) -> str:
    """Return the text without tags and marks; links keep their address, paragraphs stay.

    Raises:
        Unusable: it is longer than anything that could be published.
    """
    if len(text) > LONGEST:
        raise Unusable(f"a text has {len(text):,} characters; at most {LONGEST:,} are read")
    said = AUTOLINK.sub(r"\1", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _tidy(_without_marks(_without_tags(said)))


def _without_tags(text: str) -> str:
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return "".join(reader.said)


def _without_marks(text: str) -> str:
    text = ESCAPED.sub(lambda found: chr(APART + ord(found.group(1))), text)
    text = LINK.sub(_link, IMAGE.sub(r"\1", text))
    for pattern, instead in LINES:
        text = pattern.sub(instead, text)
    for pattern in MARKS:
        text = pattern.sub(r"\1", text)
    return SET_APART.sub(lambda found: chr(ord(found.group()) - APART), text)


def _link(found: re.Match[str]) -> str:
    words, address = found.groups()
    return words if words == address else f"{words} ({address})"


def _tidy(text: str) -> str:
    return GAPS.sub("\n\n", EDGES.sub("\n", text)).strip()


class _Reader(HTMLParser):
    """Collects what a reader would see; a tag that HTML does not have stays as it is."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self._silent = 0
        self._links: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Turn a tag into the line break or mark that it stands for."""
        if tag in SILENT:
            self._silent += 1
        elif tag in BLOCKS:
            self._add("\n\n")
        elif tag == "br":
            self._add("\n")
        elif tag == "li":
            self._add("\n- ")
        elif tag == "img":
            self._add(dict(attrs).get("alt") or "")
        elif tag == "a":
            self._links.append((dict(attrs).get("href") or "", len(self.said)))
        elif tag not in INLINE:
            self._add(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        """Close what the tag opened; a link ends with its address."""
        if tag in SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in BLOCKS:
            self._add("\n\n")
        elif tag == "a" and self._links:
            address, since = self._links.pop()
            if address and "".join(self.said[since:]).strip() != address:
                self._add(f" ({address})")
        elif tag not in INLINE:
            self._add(f"</{tag}>")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a tag that closes itself as one tag."""
        self.handle_starttag(tag, attrs)
        if tag in BLOCKS or tag in INLINE:
            self.handle_endtag(tag)

    def handle_data(self, data: str) -> None:
        """Keep the words."""
        self._add(data)

    def _add(self, words: str) -> None:
        if not self._silent:
            self.said.append(words)
