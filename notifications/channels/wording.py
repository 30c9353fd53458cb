"""The phrases that channels build their messages from, in the language of the bulletin."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from django.utils import dateformat
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from notifications.channels import sms_text
from notifications.channels.base import Bulletin

SENTENCE_ENDS: Final = tuple("。\uff01\uff1f\uff1b.!?;…")
STOPS: Final = "。."
PROMISES: Final = ("下次更新不晚于", "next update by")


def in_brief(bulletin: Bulletin) -> Bulletin:
    """The bulletin with its clause for short messages as its body, where it has one."""
    return replace(bulletin, body=bulletin.brief) if bulletin.brief else bulletin


def opening(bulletin: Bulletin) -> str:
    """What the message is about, as its first sentence: name and state, said once."""
    with override(bulletin.language):
        return _OPENING.get(bulletin.kind, _plain_opening)(bulletin)


def opening_within(bulletin: Bulletin, limit: int) -> str:
    """The opening without its last stop, in `limit` UTF-16 units: a long name gives way.

    Made to be followed by the body, which therefore does not count as a repetition of the name.
    """
    alone = replace(bulletin, body="", name=sms_text.normalise(_bare(bulletin.name)))
    over = sms_text.units(opening(alone).rstrip(STOPS)) - limit
    if over > 0:
        room = max(sms_text.units(alone.name) - over, 1)
        alone = replace(alone, name=sms_text.shortened(alone.name, room))
    return opening(alone).rstrip(STOPS)


def sentence(text: str, *, chinese: bool) -> str:
    """The text with a full stop where it has no end yet."""
    text = text.strip()
    if not text or text.endswith(SENTENCE_ENDS):
        return text
    return f"{text}。" if chinese else f"{text}."


def promise(bulletin: Bulletin) -> str:
    """The time of the next update, or nothing where the body says it or none is promised."""
    if bulletin.next_update_by is None or _promises(bulletin.body):
        return ""
    with override(bulletin.language):
        time = moment(bulletin.next_update_by, bulletin.published_at)
        return _("Next update by %(time)s.") % {"time": time}


def number(bulletin: Bulletin) -> str:
    """The statement's number, by which a reader finds it, and the code that proves it ours."""
    with override(bulletin.language):
        if bulletin.code:
            values = {"number": bulletin.number, "code": bulletin.code}
            return _("(No. %(number)d, %(code)s)") % values
        return _("(No. %(number)d)") % {"number": bulletin.number}


def moment(time: datetime, relative_to: datetime) -> str:
    """A time of day in Asia/Shanghai, with its date when that is another day."""
    there, here = localtime(time), localtime(relative_to)
    if there.date() == here.date():
        return there.strftime("%H:%M")
    return dateformat.format(there, _("j M H:i"))


def is_chinese(bulletin: Bulletin) -> bool:
    """Whether the bulletin is written in Chinese: that decides on stops and spaces."""
    return bulletin.language.startswith("zh")


def _promises(body: str) -> bool:
    return any(phrase in body.casefold() for phrase in PROMISES)


def _bare(name: str) -> str:
    return re.sub(r"[。\uff01\uff1f.!?\s]+$", "", name).strip()


def _corrects(template: str) -> Callable[[Bulletin], str]:
    def say(bulletin: Bulletin) -> str:
        values = {"number": bulletin.document["corrects"], "name": _bare(bulletin.name)}
        return _(template) % values

    return say


def _plain_opening(bulletin: Bulletin) -> str:
    name = _bare(bulletin.name)
    repeated = bulletin.body.startswith(name)
    if bulletin.kind.startswith("notice."):
        # A notice has no state: its title says it all, unless the body begins with it.
        return "" if repeated else sentence(name, chinese=is_chinese(bulletin))
    if repeated:
        return _("%(status)s:") % {"status": bulletin.status_label}
    return _("%(name)s: %(status)s.") % {"name": name, "status": bulletin.status_label}


def _planned(bulletin: Bulletin) -> str:
    """Maintenance is announced with its hours: without them nobody could prepare."""
    content = bulletin.document["content"]
    times = [content[key] for key in ("scheduled_for", "scheduled_until")]
    if not all(times):  # a draft, previewed while its author is still writing
        return _plain_opening(bulletin)
    start, end = map(datetime.fromisoformat, times)
    values = {
        "name": _bare(bulletin.name),
        "start": moment(start, bulletin.published_at),
        "end": moment(end, start),
    }
    return _("%(name)s: %(start)s to %(end)s.") % values


_OPENING: Final[Mapping[str, Callable[[Bulletin], str]]] = {
    "maintenance.scheduled": _planned,
    "correction": _corrects(gettext_noop("Correction to No. %(number)d: %(name)s.")),
    "withdrawal": _corrects(gettext_noop("Withdrawal of No. %(number)d: %(name)s.")),
}
