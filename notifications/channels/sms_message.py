"""Free text of an SMS, as every provider writes it that does not send approved templates.

What a provider has to say of itself is only from where merchants can answer its messages.
"""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from itertools import product
from typing import Final

from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import override

from notifications.channels import sms_text, wording
from notifications.channels.base import Bulletin, Content, Note
from notifications.channels.repeats import SENTENCE_END, says_again, subject_of
from statuspage.lib.punctuation import sentence

Count = Callable[[str], int]
RESCHEDULED: Final = "maintenance.rescheduled"
CLOCK_TIME: Final = re.compile(r"(?<!\d)\d{1,2}:\d{2}(?!\d)")
BEIJING: Final = re.compile("beijing|北京时间", re.IGNORECASE)
# Between Chinese and a number or a Latin word; some write it, and it is billed.
INNER_SPACE: Final = re.compile(
    r"(?<=[\u3400-\u9fff\uff00-\uffef。、]) (?=[0-9A-Za-z])"
    r"|(?<=[0-9A-Za-z%]) (?=[\u3400-\u9fff\uff00-\uffef])"
)
# A state that the text says in its own words, by the bulletin's status.
STATE_WORDS: Final = {
    "investigating": r"调查|排查|核查|查找|investigat|look(?:ing)? (?:for|into)",
    "identified": r"定位|查明|找到|identified|cause (?:was )?found|found the cause",
    "monitoring": r"监控|观察|monitor|recovering",
    "resolved": r"已恢复|恢复正常|已解决|已修复|resolved|back to normal|restored",
    "in_progress": r"进行中|已[^，。]{0,6}开始|in progress|under way|has (?:begun|started)",
    "verifying": r"验证|verif",
    "completed": r"已完成|completed|is over|back to normal",
    "cancelled": r"已取消|cancelled",
    RESCHEDULED: r"改为|改至|改到|延长|延至|\bnow\b|rescheduled|moved",
}
# A second colon in one sentence reads as if the first were wrong.
COLON: Final = re.compile(r"[\uff1a:](?!\d)")


class Area(StrEnum):
    """Where a number is: what carriers let through and what readers know differs."""

    MAINLAND = "mainland"
    ABROAD = "abroad"


def content(
    bulletin: Bulletin, *, replies: Collection[Area] = (), count: Count = sms_text.segments
) -> Content:
    """Return a bulletin as the free text of an SMS: to the mainland, and (`abroad`) elsewhere.

    【signature】, what it is about, the text, the time of the next update, the statement's number,
    and how to stop for numbers in those areas from which the provider takes `replies`. `count`
    counts the parts in which the provider sends a text.
    """
    mainland, abroad = (_content(bulletin, area, area in replies, count) for area in Area)
    return mainland if mainland == abroad else replace(mainland, abroad=abroad)


def note_content(note: Note, *, count: Count = sms_text.segments) -> Content:
    """Return a note behind the signature, as the mainland and as readers abroad get it."""
    texts = [
        wording.signature(note.operator, note.language, abroad=area is Area.ABROAD) + note.text
        for area in Area
    ]
    mainland, abroad = (Content(text=one, segments=count(one)) for one in texts)
    return mainland if mainland == abroad else replace(mainland, abroad=abroad)


@dataclass(frozen=True)
class _Pieces:
    head: str
    body: str
    tail: Sequence[str]
    gap: str

    def fitted(self, count: Count) -> str:
        tail = self.gap.join(["", *filter(None, self.tail)])
        # Without a body the tail brings the one gap between the two.
        head = self.head if self.body else self.head.rstrip()
        return sms_text.fitted(head, self.body, tail, count)


def _content(bulletin: Bulletin, area: Area, stoppable: bool, count: Count) -> Content:
    said = _prepared(wording.in_brief(bulletin, wording.SMS), area)
    with override(bulletin.language):
        texts = [one.fitted(count) for one in _forms(said, area, stoppable)]
    # The first of the cheapest: what is left out in the later ones is missed.
    text = min(texts, key=count)
    return Content(text=text, segments=count(text))


def _prepared(bulletin: Bulletin, area: Area) -> Bulletin:
    """Return the bulletin with its words as carriers let them through, and no year that is this."""
    chinese, year = wording.is_chinese(bulletin), localtime(bulletin.published_at).year

    def safe(text: str) -> str:
        plain = sms_text.carrier_safe(wording.without_year(text, year), chinese=chinese)
        return sms_text.in_gsm(plain) if area is Area.ABROAD and not chinese else plain

    body = sentence(safe(bulletin.body), chinese=chinese)
    # Who speaks is said by the signature.
    name = _without_speaker(subject_of(bulletin.name), bulletin.operator)
    mark = bulletin.mark.translate(sms_text.BRACKETS)
    return replace(bulletin, body=body, name=safe(name or bulletin.name), mark=mark)


def _without_speaker(name: str, operator: str) -> str:
    """Return a name without the operator at its beginning; the rest begins as a name does."""
    latin = operator.isascii()
    # "DemoPayroll" does not begin with "DemoPay".
    ends = r"(?:['\u2019]s)?(?:[\s:,-]+|$)" if latin else ""
    found = re.match(re.escape(operator) + ends, name)
    rest = name[found.end() :].lstrip(" :\uff1a") if found else name
    return rest[:1].upper() + rest[1:] if found and latin else rest


def _forms(bulletin: Bulletin, area: Area, stoppable: bool) -> list[_Pieces]:
    """Return the message at full length, and then in shorter forms of the same content."""
    promises = (wording.promise(bulletin), wording.short_promise(bulletin))
    # To the mainland a message that can be answered has to say how to stop.
    abroad, chinese = area is Area.ABROAD, wording.is_chinese(bulletin)
    says_stop = (True, False) if abroad and stoppable else (stoppable,)
    # Most who read Chinese know the zone: it is said where there is room.
    says_zone = (True, False) if abroad and chinese else (abroad,)
    forms = []
    for stop, zone in product(says_stop, says_zone):
        whole, brief = (_pieces(bulletin, area, promise, stop, zone) for promise in promises)
        forms += [whole, _tight(whole), _tight(brief)] if chinese else [whole, brief]
    return forms


def _pieces(bulletin: Bulletin, area: Area, promise: str, stoppable: bool, zoned: bool) -> _Pieces:
    chinese, abroad = wording.is_chinese(bulletin), area is Area.ABROAD
    gap = "" if chinese else " "
    opening = _opening(bulletin)
    head = wording.signature(bulletin.operator, bulletin.language, abroad=abroad)
    head += f"{opening}{gap}" if opening else ""
    clock = _time_zone(f"{opening} {bulletin.body}", promise) if zoned else ""
    stop = _how_to_stop(chinese=chinese, abroad=abroad) if stoppable else ""
    return _Pieces(head, bulletin.body, (promise, clock, wording.number(bulletin), stop), gap)


def _tight(pieces: _Pieces) -> _Pieces:
    """Return it without spaces between Chinese and numbers, which are billed as well."""
    promise, *rest = pieces.tail
    tight = partial(INNER_SPACE.sub, "")
    return replace(
        pieces, head=tight(pieces.head), body=tight(pieces.body), tail=(tight(promise), *rest)
    )


def _opening(bulletin: Bulletin) -> str:
    """Return what the message is about, as far as its text does not say that itself."""
    if not wording.sms_opening(bulletin).removeprefix(bulletin.mark):
        return bulletin.mark
    if bulletin.kind in wording.WITH_OPENING:
        return wording.opening(bulletin)
    named = "" if says_again(bulletin.name, bulletin.body) else wording.bare(bulletin.name)
    status = "" if _says_state(bulletin) else bulletin.status_label
    values = {"name": named, "status": status}
    if named and status:
        return bulletin.mark + _("%(name)s: %(status)s.") % values
    if named and bulletin.kind.startswith("notice."):
        return bulletin.mark + sentence(named, chinese=wording.is_chinese(bulletin))
    if named and COLON.search(SENTENCE_END.split(bulletin.body, maxsplit=1)[0]):
        return bulletin.mark + sentence(named, chinese=wording.is_chinese(bulletin))
    if named:
        return bulletin.mark + _("%(name)s:") % values
    return bulletin.mark + (_("%(status)s:") % values if status else "")


def _says_state(bulletin: Bulletin) -> bool:
    """Return whether the text says the state in its own words; a notice has none."""
    if bulletin.kind.startswith("notice."):
        return True
    rescheduled = bulletin.kind == RESCHEDULED
    words = STATE_WORDS.get(RESCHEDULED if rescheduled else bulletin.status, "")
    label = bulletin.status_label
    if bulletin.kind.startswith("maintenance."):
        # "维护改期至…" says "已改期"; of an incident "正在恢复" does not say "已恢复".
        label = label.removeprefix("已")
    label = re.escape(label)
    return bool(re.search(f"{label}|{words}" if words else label, bulletin.body, re.IGNORECASE))


def _time_zone(text: str, promise: str) -> str:
    """Return which zone the times are of, which a reader abroad cannot know."""
    if BEIJING.search(text) or not CLOCK_TIME.search(f"{text} {promise}"):
        return ""
    return _("Times: Beijing.")


def _how_to_stop(*, chinese: bool, abroad: bool) -> str:
    if chinese:
        return " " + _("Reply R to stop")
    return _("Reply STOP to stop.") if abroad else _("Reply R to stop")
