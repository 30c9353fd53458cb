"""The HTML part of a letter: inline style alone, no image and nothing from elsewhere.

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
FONT: Final = (
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
<title>{title}</title>
</head>
<body style="margin:0;padding:0;background-color:#f8f7f3">
<div style="background-color:#f8f7f3;padding:16px 8px">
<div style="max-width:600px;margin:0 auto;background-color:#ffffff;border:1px solid #e2dfd5;\
border-radius:12px;overflow:hidden;{font};font-size:16px;line-height:1.6;color:#19211e;\
overflow-wrap:anywhere;word-break:break-word">
<div style="background-color:#0b5d56;color:#ffffff;padding:14px 20px;font-size:18px;\
font-weight:bold">{operator}</div>
<div style="padding:20px">
<p style="margin:0 0 12px"><span style="display:inline-block;background-color:{ground};\
color:{ink};border-radius:6px;padding:2px 10px;font-size:14px;font-weight:bold">{state}</span></p>
<h1 style="margin:0 0 12px;font-size:22px;line-height:1.35;color:#19211e">{title}</h1>
{paragraphs}
{facts}
<p style="margin:20px 0"><a href="{url}" style="display:inline-block;background-color:#0b5d56;\
color:#ffffff;text-decoration:none;border-radius:8px;padding:11px 22px;font-weight:bold">\
{button}</a></p>
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
PARAGRAPH: Final = '<p style="margin:0 0 12px">{}</p>'
FACTS: Final = (
    '<div style="background-color:#f8f7f3;border-left:4px solid {};border-radius:4px;'
    'padding:10px 14px;margin:16px 0">\n{}\n</div>'
)
FACT: Final = '<p style="margin:2px 0">{}</p>'
LINK: Final = '<a href="{}" style="color:#0b5d56">{}</a>'


@dataclass(frozen=True)
class LetterPage:
    """What the HTML part says; `links` are pairs of URL and words."""

    language: str
    operator: str
    status: str
    state: str
    title: str
    paragraphs: Sequence[str]
    facts: Sequence[str]
    url: str
    button: str
    number: str
    why: str
    links: Sequence[tuple[str, str]]


def html_of(page: LetterPage) -> SafeString:
    """Return the page as HTML; whatever it says is escaped."""
    ink, ground = STATE.get(page.status, CALM)
    facts = _each(FACT, page.facts)
    return format_html(
        PAGE,
        language=page.language,
        font=mark_safe(FONT),
        operator=page.operator,
        ink=ink,
        ground=ground,
        state=page.state,
        title=page.title,
        paragraphs=_each(PARAGRAPH, page.paragraphs),
        facts=format_html(FACTS, ink, facts) if facts else "",
        url=page.url,
        button=page.button,
        number=page.number,
        why=page.why,
        links=format_html_join(mark_safe(" &nbsp; "), LINK, page.links),
    )


def _each(template: str, texts: Iterable[str]) -> SafeString:
    shown = (
        format_html_join(mark_safe("<br>"), "{}", ((line,) for line in text.splitlines()))
        for text in texts
        if text
    )
    return format_html_join("\n", template, ((text,) for text in shown))
