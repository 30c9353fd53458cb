"""Read the issues of cState: content/issues/*.md of a Hugo site.

Front matter has `title`, `date`, `resolved`, `resolvedWhen`, `severity` (down, disrupted, notice),
`affected`, `informational` and `draft`. The text has one paragraph an update, mostly newest first,
which begins with its status in *stars* and ends with its time: {{< track "2024-05-23 04:13" >}}.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from statuspage.components.statuses import Impact
from statuspage.importing.building import headed, incident_entry, shortened, worded
from statuspage.importing.entries import (
    STATE_OF,
    STILL_OPEN,
    Entry,
    LeftOut,
    NoticeEntry,
    Origin,
    Reading,
    Refused,
    Unusable,
    UpdateEntry,
)
from statuspage.importing.files import LARGEST_PAGE, files_of, name_in, text_of
from statuspage.importing.front_matter import Document, NoFrontMatter, document_of
from statuspage.importing.moments import moment_of
from statuspage.incidents.lifecycle import IncidentStatus

ISSUES: Final = Path("content", "issues")
SECTION: Final = "issue"
IMPACTS: Final[Mapping[str, str]] = {
    "down": Impact.CRITICAL.value,
    "disrupted": Impact.MAJOR.value,
    "notice": Impact.MINOR.value,
}
STATUSES: Final[Mapping[str, str]] = {
    **{one: one for one in IncidentStatus.values},
    **dict.fromkeys(("update", "in progress", "已定位", "处理中"), IncidentStatus.IDENTIFIED.value),
    **dict.fromkeys(("watching", "监控中", "观察中"), IncidentStatus.MONITORING.value),
    **dict.fromkeys(("fixed", "completed", "已解决", "已恢复"), IncidentStatus.RESOLVED.value),
    "调查中": IncidentStatus.INVESTIGATING.value,
}
TRACK: Final = re.compile(r"\{\{[<%]\s*track\s+[\"'`]?([^\"'`<>%}]{1,60}?)[\"'`]?\s*[>%]\}\}")
SHORTCODE: Final = re.compile(r"\{\{[<%][^{}]{0,500}[>%]\}\}")
MARK: Final = re.compile(r"\A\s*\*{1,2}([^*\n]{1,40})\*{1,2}\s*(?:[-–—:：]\s*)?")


def reads(document: Document) -> bool:
    """Tell whether a page is such an issue."""
    return document.fields.get("section") == SECTION


def read(source: Path, reading: Reading) -> Iterator[Entry]:
    """Yield what a page, the folder of issues, or the folder of a whole site has."""
    folder = source / ISSUES if (source / ISSUES).is_dir() else source
    for path in files_of(folder, ".md"):
        yield _safely(name_in(folder, path), path, reading)


def _safely(name: str, path: Path, reading: Reading) -> Entry:
    origin = Origin(name, name)
    try:
        document = document_of(text_of(path, LARGEST_PAGE))
        origin = Origin(name, name, str(document.fields.get("title") or ""))
        return _entry(origin, document, reading)
    except NoFrontMatter as error:
        return LeftOut(origin, str(error))
    except Unusable as error:
        return Refused(origin, str(error))


def _entry(origin: Origin, document: Document, reading: Reading) -> Entry:
    fields = document.fields
    if not reads(document):
        return LeftOut(origin, "it is no issue: it has no “section: issue”")
    if _is_true(fields.get("draft")):
        return LeftOut(origin, "it is a draft there")
    title = headed(fields.get("title"), reading)
    begun = moment_of(fields.get("date"), reading.zone)
    if _is_true(fields.get("informational")):
        day = begun.astimezone(reading.zone).date()
        short, body = shortened(title, worded(SHORTCODE.sub("", document.body), reading))
        return NoticeEntry(origin, "general", short, body, day)
    if not _is_true(fields.get("resolved")):
        raise Unusable(STILL_OPEN)
    severity = str(fields.get("severity") or "").lower()
    impact = IMPACTS.get(severity, reading.impact)
    ended = fields.get("resolvedwhen")
    return incident_entry(
        origin,
        title,
        _updates(document.body, begun, reading),
        started_at=begun,
        resolved_at=moment_of(ended, reading.zone)
        if ended
        else _last(document.body, begun, reading),
        components=dict.fromkeys(_affected(fields), STATE_OF[impact]),
        impact=impact,
        remarks=() if severity in IMPACTS else (f"impact not in the source: {impact}",),
    )


def _is_true(value: object) -> bool:
    return str(value).lower() == "true"


def _affected(fields: Mapping[str, Any]) -> list[str]:
    affected = fields.get("affected") or []
    names = affected if isinstance(affected, list) else str(affected).split(",")
    return [name for one in names if (name := str(one).strip())]


def _updates(body: str, begun: datetime, reading: Reading) -> list[UpdateEntry]:
    """Return the updates of a text; what has no time is from the beginning."""
    parts = TRACK.split(body)
    timed = [
        (moment_of(at, reading.zone), said)
        for said, at in zip(parts[:-1:2], parts[1::2], strict=True)
    ]
    if SHORTCODE.sub("", parts[-1]).strip():
        timed.append((begun, parts[-1]))
    # Newest first, and stable: of two at the same minute, the lower one was said before.
    found, status = [], IncidentStatus.INVESTIGATING.value
    timed.reverse()
    for at, said in sorted(timed, key=lambda one: one[0]):
        status, words = _status_and_words(SHORTCODE.sub("", said), status)
        found.append(UpdateEntry(at, status, worded(words, reading, status=status)))
    return found


def _status_and_words(said: str, before: str) -> tuple[str, str]:
    """Return an update's status and its words; one that names none stays at the one before."""
    mark = MARK.match(said)
    status = STATUSES.get(mark.group(1).strip().rstrip(":：").lower()) if mark else None
    return (status, said[mark.end() :]) if mark and status else (before, said)


def _last(body: str, begun: datetime, reading: Reading) -> datetime:
    """Return the time of the last update, at which a page without an end was resolved."""
    return max([begun, *(moment_of(at, reading.zone) for at in TRACK.findall(body))])
