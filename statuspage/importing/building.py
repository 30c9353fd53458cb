"""Make an entry of what a foreign status page said: its texts, their order, its end."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import override

from statuspage.importing.entries import (
    STILL_OPEN,
    IncidentEntry,
    Origin,
    Reading,
    Unusable,
    UpdateEntry,
)
from statuspage.importing.plain import plain
from statuspage.incidents.content import NAME_LENGTH
from statuspage.incidents.lifecycle import IncidentStatus
from statuspage.statements.texts import CHINESE, ENGLISH, Text, in_each_language, in_language

# Of an incident that its source gives one time for: an end must be after the start.
SHORTEST: Final = timedelta(minutes=1)


def worded(text: str, reading: Reading, *, status: str = "") -> Text:
    """Return a text of the source as plain text; without one, the words for the status.

    Chinese is required and nobody translates here: a text in English stands there in English,
    and the Chinese one begins by saying so.
    """
    said = plain(text)
    if not said and status:
        return in_each_language(lambda: IncidentStatus(status).label)
    if reading.language == CHINESE:
        return {CHINESE: said}
    with override(CHINESE):
        marked = _("(The original is in English.)") + "\n" + said
    return {CHINESE: marked if said else "", ENGLISH: said}


def headed(title: object, reading: Reading) -> Text:
    """Return a title in each language that there is; a headline has no room for a note.

    Raises:
        Unusable: there is none.
    """
    said = " ".join(plain(str(title or "")).split())
    if not said:
        raise Unusable("it has no title")
    return {CHINESE: said} if reading.language == CHINESE else {CHINESE: said, ENGLISH: said}


def shortened(title: Text, body: Text) -> tuple[Text, Text]:
    """Return a title that is not too long; what was cut then stands, whole, before the text."""
    if all(len(one) <= NAME_LENGTH for one in title.values()):
        return title, body
    short = {language: _cut(one) for language, one in title.items()}
    return short, {language: f"{title[language]}\n\n{said}" for language, said in body.items()}


def _cut(title: str) -> str:
    return title if len(title) <= NAME_LENGTH else title[: NAME_LENGTH - 1].rstrip() + "…"


def incident_entry(
    origin: Origin,
    title: Text,
    updates: Iterable[UpdateEntry],
    *,
    started_at: datetime,
    resolved_at: datetime | None,
    components: Mapping[str, str],
    impact: str,
    remarks: Sequence[str] = (),
) -> IncidentEntry:
    """Return the entry: its updates in order, the last of them its end.

    Raises:
        Unusable: it is not over.
    """
    given = _closed(_in_order(updates), resolved_at)
    said = _ending_once(given)
    begun = min(started_at, said[0].at)
    remarks = [*remarks, *_assumed(said, started_at, resolved_at)]
    if len(said) < len(given):
        remarks.append("what was said after its end stands in its last update")
    if said[-1].at <= begun:
        said[-1] = replace(said[-1], at=begun + SHORTEST)
    name, said_first = shortened(title, said[0].body)
    said[0] = replace(said[0], body=said_first)
    return IncidentEntry(
        origin=replace(origin, at=begun),
        name=name,
        started_at=begun,
        updates=said,
        components=components,
        impact=impact,
        remark="; ".join(remarks),
    )


def _assumed(
    said: Sequence[UpdateEntry], started_at: datetime, resolved_at: datetime | None
) -> Iterator[str]:
    """Yield what the entry has otherwise than its source."""
    if said[0].at < started_at:
        yield "its start is that of its first update, which is earlier"
    if said[-1].at <= min(started_at, said[0].at):
        yield "no end in the source: a minute after its start"
    elif resolved_at and abs(said[-1].at - resolved_at) > SHORTEST:
        yield "its end is that of its last update, not the one that it names"


def _in_order(updates: Iterable[UpdateEntry]) -> list[UpdateEntry]:
    """Return the updates oldest first; of those at the same time, resolved comes last."""
    return sorted(updates, key=lambda one: (one.at, one.status == IncidentStatus.RESOLVED))


def _closed(said: list[UpdateEntry], resolved_at: datetime | None) -> list[UpdateEntry]:
    """Return the updates with one at the end that resolves the incident."""
    if said and said[-1].status == IncidentStatus.RESOLVED:
        return said
    if resolved_at is None:
        raise Unusable(STILL_OPEN)
    status = IncidentStatus.RESOLVED
    last = max(resolved_at, said[-1].at) if said else resolved_at
    return [*said, UpdateEntry(last, status, in_each_language(lambda: status.label))]


def _ending_once(said: Sequence[UpdateEntry]) -> list[UpdateEntry]:
    """Return the updates with one end, the first; what was said of it later stands there too."""
    found = [*said]
    while len(found) > 1 and found[-2].status == found[-1].status == IncidentStatus.RESOLVED:
        later = found.pop().body
        body = {
            language: f"{one}\n\n{in_language(later, language)}"
            for language, one in found[-1].body.items()
        }
        found[-1] = replace(found[-1], body=body)
    return found


def mappings(value: Any) -> list[Mapping[str, Any]]:
    """Return the objects of a list in JSON; nothing where there is no list."""
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []
