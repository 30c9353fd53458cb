"""What the {placeholders} of prepared words stand for, worded in both languages."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings

from statuspage.notices.kind import NoticeKind
from statuspage.notices.phrases import listed, short_moment
from statuspage.statements.texts import CHINESE, ENGLISH, Text, for_reader, in_each_language
from statuspage.statements.times import iso

# Merchants read times of day as Beijing time, wherever the server stands.
ZONE: Final = ZoneInfo("Asia/Shanghai")
Facts = dict[str, Text]


def time_fact(now: datetime) -> Facts:
    """Return {time}: `now` as HH:MM in Beijing time."""
    return {"time": _same(f"{now.astimezone(ZONE):%H:%M}")}


def own_facts() -> Facts:
    """Return what is known of the operator."""
    found = {"operator": dict(settings.OPERATOR_NAME), "hotline": _same(settings.OPERATOR_HOTLINE)}
    return {name: text for name, text in found.items() if text.get(CHINESE)}


def facts_of(
    *,
    now: datetime,
    name: Text | None = None,
    components: Iterable[Text] = (),
    number: int | None = None,
    **moments: datetime | None,
) -> Facts:
    """Return what is known of a subject; `moments` are worded beside `now`, the others as given."""
    named = [*components]
    said: dict[str, Text | None] = {
        **own_facts(),
        "name": name,
        "components": in_each_language(lambda: listed(map(for_reader, named))) if named else None,
        "number": _same(str(number)) if number else None,
        **{key: moment_text(one, now) if one else None for key, one in moments.items()},
    }
    return {key: text for key, text in said.items() if text}


def payload_facts(kind: NoticeKind, payload: Mapping[str, Any]) -> Facts:
    """Return what the payload of a notice says, field by field; what it leaves out is not known."""
    given = {one.name: (one, payload.get(one.name)) for one in kind.fields}
    return {
        name: in_each_language(partial(one.value.say, value))
        for name, (one, value) in given.items()
        if value not in (None, "", [])
    }


def moment_text(moment: datetime, now: datetime) -> Text:
    """Return a time of day in Beijing, with its date if that is not the date of `now`."""
    local = moment.astimezone(ZONE)
    if local.date() == now.astimezone(ZONE).date():
        return _same(f"{local:%H:%M}")
    return in_each_language(lambda: short_moment(iso(moment)))


def _same(words: str) -> Text:
    return {CHINESE: words, ENGLISH: words}
