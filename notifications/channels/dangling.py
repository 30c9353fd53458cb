"""What a text points at and a message of a few lines has not: a table, a picture, a link below.

A sentence that only points at one goes. Elsewhere the notice is named instead: readers find it by
the number that the message ends with.
"""

import re
from typing import Final

from notifications.channels.pointers import LEAD, ON_IT, without_link, without_sentence

# The link of a letter or a page; there is none in the text.
LINK: Final = (
    r"(?:下方|下面|下列|下述|以下|上方|上面|上述|文末)的?(?:[链连]接|网[址页]|二维码|按钮)"
    r"|\b(?:the|this)\s(?:link|web\s?page|button|QR\scode)\s(?:below|above)\b"
    r"|\bthe\s(?:following\s(?:link|web\s?page)|below\slink)\b"
)
# "如下表示" and "线下表现" say nothing of a table; "附件" are also parts of a terminal.
TABLE: Final = (
    r"(?:(?<=[见按照阅看考由在])|如|(?:^|(?<=[。\uff0c\uff1b\uff01\uff1f\uff08\s]))以?|以)"
    r"下[方面列]?的?(?:表格|图表|表|图)(?![示现述达明面演彰态象像片形标文书案纸])"
    r"|(?<=[见阅照])附[件表图]\d{0,2}(?!\d)"
    r"|\bthe\s(?:table|list|chart)s?\s(?:below|above)\b|\bthe\sbelow\s(?:table|list|chart)\b"
    r"|\bthe\s(?:following|attached)\s(?:table|list|chart|file|document)s?\b"
    r"|(?<=\bin )the\stable\b|(?<=\bsee )the\s(?:table|attachment|annex)\b"
    r"|(?:^|(?<=[.!?] ))the\stable(?=\s(?:shows|lists|gives|says|has|contains)\b)"
)
ABSENT: Final = re.compile(rf"(?P<link>{LINK})|(?P<table>{TABLE})", re.IGNORECASE)
# It is there after all: behind a colon, or in a line with figures.
FOLLOWS: Final = re.compile(
    r"[^\n。.]{0,12}[:\uff1a]\s*\S|[^\n]{0,12}\n+[^\n\d|]*[\d|]", re.IGNORECASE
)
NOTICE: Final = {True: "公告", False: "the notice"}
AS: Final = "如"
# Nobody points more often; and each takes time.
MOST: Final = 16


def without_dangling(text: str) -> str:
    """Return the text without what points at something that is not there."""
    place = 0
    for _time in range(MOST):
        found = ABSENT.search(text, place)
        if found is None:
            break
        start, end = found.span()
        place = end
        if not FOLLOWS.match(text, end):
            left = without_link(text, start, end) if _leads(found) else _without_table(found)
            place, text = min(start, len(left)), left
    return text


def _leads(found: re.Match[str]) -> bool:
    """Return whether it is a link whose clause can be read without it.

    In English only where words lead to it and on: "click … to get it", but not "use … to get it".
    """
    if not found["link"] or not found[0].isascii():
        return bool(found["link"])
    text = found.string
    return bool(LEAD.search(text[: found.start()]) and ON_IT.match(text, found.end()))


def _without_table(found: re.Match[str]) -> str:
    text, said = found.string, found[0]
    if (dropped := without_sentence(text, *found.span())) is not None:
        return dropped
    instead = NOTICE[not said.isascii()]
    if said.startswith(AS):
        instead = f"见{instead}"
    elif said[0].isupper():
        instead = instead.capitalize()
    return text[: found.start()] + instead + text[found.end() :]
