"""The phrases that channels build their messages from, in the language of the bulletin."""

import re
from dataclasses import replace
from datetime import datetime
from typing import Final

from django.conf import settings
from django.utils import dateformat
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from notifications.channels.base import Bulletin
from notifications.channels.figures import MONTHS, cuts
from statuspage.lib.punctuation import sentence

# Media with little room, as a bulletin's `short` names them.
SMS: Final = "sms"
WECHAT: Final = "wechat"
# As the content of a notice names it: its words in brief need no headline.
ALONE: Final = "brief_alone"
RANGE_SIGN: Final = re.compile(r"\s*(?:(?:至|到|\bto)\s*)?$")
STOP: Final = re.compile(r"。|\.(?!\d)")
ANY_YEAR: Final = re.compile(r"(?<![\d.,:])(?:19|20)\d{2}(?![\d.:]|,\d)")
PROMISES: Final = ("下次更新不晚于", "next update by")
CORRECTIONS: Final = {
    "correction": gettext_noop("Correction to No. %(number)d: %(name)s."),
    "withdrawal": gettext_noop("Withdrawal of No. %(number)d: %(name)s."),
}
# Whose opening says more than a name and a state.
WITH_OPENING: Final = frozenset({*CORRECTIONS, "maintenance.scheduled"})


def in_brief(bulletin: Bulletin, medium: str) -> Bulletin:
    """Return the bulletin with its shorter words as its body, where it has any.

    Those that its author wrote for the medium go before those that its kind makes.
    """
    said = bulletin.short.get(medium, "")
    if said and medium == SMS and (facts := _facts(bulletin)):
        # An SMS has room for both: what its author writes never hides what its kind says.
        said = facts + said
    said = said or bulletin.brief
    return replace(bulletin, body=said) if said else bulletin


def whole(bulletin: Bulletin) -> str:
    """Return the body after the facts that its kind says before it, if it says any."""
    return _facts(bulletin) + bulletin.body


def _facts(bulletin: Bulletin) -> str:
    """Return what is said in brief before the whole body; empty where it is said instead of it."""
    said = bulletin.brief
    return said.removesuffix(bulletin.body) if said.endswith(bulletin.body) else ""


def opening(bulletin: Bulletin) -> str:
    """Return the first sentence: name and state, neither of them twice; a test is marked first."""
    return f"{bulletin.mark}{_opening(bulletin)}"


def _opening(bulletin: Bulletin) -> str:
    with override(bulletin.language):
        if bulletin.kind in CORRECTIONS:
            values = {"number": bulletin.document["corrects"], "name": bare(bulletin.name)}
            return _(CORRECTIONS[bulletin.kind]) % values
        planned = _planned(bulletin) if bulletin.kind == "maintenance.scheduled" else ""
        return planned or _plain_opening(bulletin)


def sms_opening(bulletin: Bulletin) -> str:
    """Return the opening of an SMS; nothing where the words in brief say what they are about.

    A part of an SMS is short, and such a notice says so itself.
    """
    alone = bulletin.kind.startswith("notice.") and bulletin.document["content"].get(ALONE)
    return bulletin.mark if alone else opening(bulletin)


def cut(text: str, limit: int) -> str:
    """Return at most `limit` characters; no date, time or amount is cut or loses its unit."""
    if len(text) <= limit or STOP.match(text, limit):
        return text[:limit]
    place = max((one for one in cuts(text) if one < limit), default=0)
    kept = text[:place]
    # A range that loses its end loses the word before it as well.
    return f"{kept if place == limit - 1 else RANGE_SIGN.sub('', kept)}…"


def promise(bulletin: Bulletin) -> str:
    """Return the time of the next update, or nothing where the body says it or none is promised."""
    body = bulletin.body.casefold()
    if bulletin.next_update_by is None or any(phrase in body for phrase in PROMISES):
        return ""
    with override(bulletin.language):
        time = moment(bulletin.next_update_by, bulletin.published_at)
        return _("Next update by %(time)s.") % {"time": time}


def short_promise(bulletin: Bulletin) -> str:
    """Return the promise in fewer words, or nothing where there is none."""
    if bulletin.next_update_by is None or not promise(bulletin):
        return ""
    with override(bulletin.language):
        time = moment(bulletin.next_update_by, bulletin.published_at)
        return _("Update by %(time)s.") % {"time": time}


def number(bulletin: Bulletin) -> str:
    """Return the statement's number, by which readers find it, and the code that proves it ours."""
    with override(bulletin.language):
        if bulletin.code:
            values = {"number": bulletin.number, "code": bulletin.code}
            return _("(No. %(number)d, %(code)s)") % values
        return _("(No. %(number)d)") % {"number": bulletin.number}


def moment(time: datetime, relative_to: datetime) -> str:
    """Return a time of day in Asia/Shanghai, with its date, and its year, where they are others."""
    local, near = localtime(time), localtime(relative_to)
    if local.date() == near.date():
        return local.strftime("%H:%M")
    return dateformat.format(local, _("j M H:i") if local.year == near.year else _("j M Y H:i"))


def whole_moment(time: datetime) -> str:
    """Return a date with its year and a time of day, in Asia/Shanghai and the active language."""
    return dateformat.format(localtime(time), _("j M Y H:i"))


def is_chinese(bulletin: Bulletin) -> bool:
    """Return whether the bulletin is in Chinese, which decides its punctuation and spaces."""
    return bulletin.language.startswith("zh")


def signature(operator: str, language: str, *, abroad: bool = False) -> str:
    """Return the signature of SMS, in the brackets that mainland carriers demand.

    English abroad does without the brackets, which would rule out GSM-7.
    """
    if abroad and not language.startswith("zh"):
        return f"{operator}: "
    return f"【{settings.SMS_SIGNATURE or operator}】"


def without_year(text: str, year: int) -> str:
    """Return the text without that year in front of or behind its months.

    After a date of another year it stays, so that nobody takes the one for the other.
    """
    other = next((one.start() for one in ANY_YEAR.finditer(text) if one[0] != str(year)), len(text))
    early = re.sub(rf"(?<!\d){year}年\s?(?=\d{{1,2}}月)", "", text[:other])
    early = re.sub(rf"(\d\s{MONTHS}|{MONTHS}\s\d{{1,2}}),?\s{year}\b", r"\1", early)
    return early + text[other:]


def bare(name: str) -> str:
    """Return a name without the stop that ends it."""
    return re.sub(r"[。\uff01\uff1f.!?\s]+$", "", name).strip()


def _plain_opening(bulletin: Bulletin) -> str:
    name = bare(bulletin.name)
    repeated = bulletin.body.startswith(name)
    if bulletin.kind.startswith("notice."):
        # A notice has no state: its title says it all, unless the body begins with it.
        return "" if repeated else sentence(name, chinese=is_chinese(bulletin))
    if repeated:
        return _("%(status)s:") % {"status": bulletin.status_label}
    return _("%(name)s: %(status)s.") % {"name": name, "status": bulletin.status_label}


def _planned(bulletin: Bulletin) -> str:
    """Return the name and hours of maintenance; empty while a draft has no hours."""
    content = bulletin.document["content"]
    times = [content[key] for key in ("scheduled_for", "scheduled_until")]
    if not all(times):
        return ""
    start, end = map(datetime.fromisoformat, times)
    values = {
        "name": bare(bulletin.name),
        "start": moment(start, bulletin.published_at),
        "end": moment(end, start),
    }
    return _("%(name)s: %(start)s to %(end)s.") % values
