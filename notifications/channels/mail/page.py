"""The two parts of a letter; HTML has inline style alone, no image, nothing from elsewhere.

Web mail leaves <style> out, and blocks or reports what is loaded from elsewhere.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

# Colours of the site (static/css/tokens.css): ink and ground of the state's word.
CALM, BUSY, GOOD = ("#0b5d56", "#e2f0ed"), ("#1f4d8c", "#e6eefa"), ("#17653e", "#e3f1e8")
STATE: Final[Mapping[str, tuple[str, str]]] = {
    "investigating": ("#a11a25", "#fce8e8"),
    "identified": ("#93400a", "#fcecdf"),
    **dict.fromkeys(("monitoring", "scheduled", "in_progress", "verifying"), BUSY),
    **dict.fromkeys(("resolved", "completed"), GOOD),
    "correction": ("#745000", "#faf0d2"),
    "withdrawal": ("#46514c", "#f0eee7"),
}
FONT: Final = mark_safe(
    "font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'PingFang SC',"
    "'Microsoft YaHei','Noto Sans CJK SC',sans-serif"
)
PAGE: Final = """\
<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light">
</head>
<body style="margin:0;padding:0;background-color:#f8f7f3">
<div style="background-color:#f8f7f3;padding:16px 8px">
<div style="max-width:600px;margin:0 auto;background-color:#ffffff;border:1px solid #e2dfd5;\
border-radius:12px;overflow:hidden;{font};font-size:16px;line-height:1.6;color:#19211e;\
overflow-wrap:anywhere;word-break:break-word">
<div style="background-color:#0b5d56;color:#ffffff;padding:14px 20px;font-size:18px;\
font-weight:bold">{operator}</div>
<div style="border-top:4px solid {ink};padding:20px">
{heading}
{paragraphs}
{facts}
<p style="margin:20px 0">{button}</p>
<p style="margin:0;color:#5f6a65;font-size:14px">{number}</p>
</div>
<div style="background-color:#f0eee7;color:#46514c;padding:14px 20px;font-size:14px">
<p style="margin:0 0 6px">{why}</p>
<p style="margin:0">{links}</p>
</div>
</div>
</div>
</body>
</html>
"""
HEADING: Final = (
    '<h1 style="margin:0 0 12px;background-color:{};color:{};border-radius:6px;padding:8px 12px;'
    'font-size:20px;line-height:1.4">{}</h1>'
)
BUTTON: Final = (
    '<a href="{}" style="display:inline-block;background-color:#0b5d56;color:#ffffff;'
    'text-decoration:none;border-radius:8px;padding:11px 22px;font-weight:bold">{}</a>'
)
PARAGRAPH: Final = '<p style="margin:0 0 12px">{}</p>'
FACTS: Final = (
    '<div style="background-color:#f8f7f3;border-left:4px solid {};border-radius:4px;'
    'padding:10px 14px 4px;margin:16px 0">\n{}\n</div>'
)
# A row of a table is one line, and may be a long one: the next stands apart from it.
FACT: Final = '<p style="margin:0 0 6px">{}</p>'
LINK: Final = '<a href="{}" style="color:#0b5d56">{}</a>'


@dataclass(frozen=True)
class LetterPage:
    """What both parts of a letter say; `button` and `links` are pairs of URL and words."""

    language: str
    operator: str
    status: str
    heading: str
    paragraphs: Sequence[str]
    facts: Sequence[str]
    button: tuple[str, str]
    number: str
    why: str
    links: Sequence[tuple[str, str]]


def text_of(page: LetterPage) -> str:
    """Return the page as plain text."""
    said = [page.operator, page.heading, *page.paragraphs, *page.facts]
    after = [_written(page.button), page.number, page.why, *map(_written, page.links)]
    return "\n\n".join(one for one in [*said, *after] if one) + "\n"


def html_of(page: LetterPage) -> SafeString:
    """Return the page as HTML; whatever it says is escaped."""
    ink, ground = STATE.get(page.status, CALM)
    facts = _each(FACT, [line for fact in page.facts for line in fact.splitlines()])
    return format_html(
        PAGE,
        language=page.language,
        font=FONT,
        operator=page.operator,
        ink=ink,
        heading=format_html(HEADING, ground, ink, page.heading) if page.heading else "",
        paragraphs=_each(PARAGRAPH, page.paragraphs),
        facts=format_html(FACTS, ink, facts) if facts else "",
        button=format_html(BUTTON, *page.button),
        number=page.number,
        why=page.why,
        links=format_html_join(mark_safe(" &nbsp; "), LINK, page.links),
    )


def _written(link: tuple[str, str]) -> str:
    url, words = link
    return f"{words}\n{url}"


def _each(template: str, texts: Iterable[str]) -> SafeString:
    shown = (
        format_html_join(mark_safe("<br>"), "{}", ((line,) for line in text.splitlines()))
        for text in texts
        if text
    )
    return format_html_join("\n", template, ((text,) for text in shown))
