"""What an import would do with each entry, the oldest first; looked at before any is entered."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from django.core.exceptions import ValidationError
from django.utils import timezone

from statuspage.approvals.models import Proposal, ProposalState
from statuspage.importing.entries import (
    Entry,
    IncidentEntry,
    LeftOut,
    NoticeEntry,
    Origin,
    Refused,
    Unusable,
)
from statuspage.importing.services import Done, Import, reasons, rehearse
from statuspage.statements.models import Statement


class Outcome(StrEnum):
    """What becomes of an entry."""

    ENTER = "enter"
    PROPOSE = "propose"
    ALREADY = "already in"
    LEFT_OUT = "left out"
    REFUSED = "refused"


@dataclass(frozen=True)
class Planned:
    """An entry and what becomes of it; `reason` is why, or what was assumed."""

    entry: Entry
    outcome: Outcome
    reason: str = ""

    @property
    def goes_in(self) -> bool:
        """True where a statement or a proposal comes of it."""
        return self.outcome in (Outcome.ENTER, Outcome.PROPOSE)

    @property
    def statements(self) -> int:
        """The number of statements that come of it."""
        if self.outcome != Outcome.ENTER:
            return 0
        return len(self.entry.updates) if isinstance(self.entry, IncidentEntry) else 1


def plan(run: Import, entries: Iterable[Entry]) -> list[Planned]:
    """Return what becomes of each entry, the oldest first; nothing is entered."""
    found = _once(entries)
    incidents = {one.origin.key: one for one in found if isinstance(one, IncidentEntry)}
    in_order = sorted(found, key=lambda one: _place(one, incidents))
    refused = {one.origin.key for one in found if isinstance(one, Refused)}
    planned: list[Planned] = []
    seen: dict[tuple[str, datetime], str] = {}
    for one in in_order:
        result = _twin(_planned(run, one, incidents.keys() - refused), seen)
        if result.outcome is Outcome.REFUSED:
            refused.add(one.origin.key)
        planned.append(result)
    return planned


def _twin(one: Planned, seen: dict[tuple[str, datetime], str]) -> Planned:
    """Refuse an incident with the title and start of one before it: it goes in once."""
    if not isinstance(one.entry, IncidentEntry) or one.outcome is not Outcome.ENTER:
        return one
    where, head = one.entry.origin.where, (str(one.entry.name), one.entry.started_at)
    first = seen.setdefault(head, where)
    if first == where:
        return one
    return Planned(one.entry, Outcome.REFUSED, f"it has the title and the start of {first}")


def _planned(run: Import, entry: Entry, incidents: Iterable[str]) -> Planned:
    match entry:
        case LeftOut():
            return Planned(entry, Outcome.LEFT_OUT, entry.reason)
        case Refused():
            return Planned(entry, Outcome.REFUSED, entry.reason)
    try:
        if earlier := run.entered(entry.origin.key):
            return _already(entry, earlier)
        if isinstance(entry, NoticeEntry) and entry.incident:
            _check_incident(run, entry, incidents)
        rehearse(run, entry)
        proposed = isinstance(entry, NoticeEntry) and run.is_proposed(entry)
    except Unusable as error:
        return Planned(entry, Outcome.REFUSED, str(error))
    except ValidationError as error:
        return Planned(entry, Outcome.REFUSED, reasons(error))
    outcome = Outcome.PROPOSE if proposed else Outcome.ENTER
    return Planned(entry, outcome, entry.remark if isinstance(entry, IncidentEntry) else "")


def _already(entry: IncidentEntry | NoticeEntry, earlier: Done) -> Planned:
    """Say what became of an entry before; under its id may not be something else now."""
    if isinstance(earlier, Proposal):
        title, what = earlier.draft["title"], f"proposal {earlier.pk} ({_state(earlier)})"
    else:
        title, what = earlier.content["name"], f"No. {earlier.number}"
    if title != _title(entry):
        return Planned(
            entry,
            Outcome.REFUSED,
            f"its id “{entry.origin.key}” was imported as {what}, with another title. A change is "
            "a correction, in the console; another source needs a name of its own: --source",
        )
    return Planned(entry, Outcome.ALREADY, what)


def _state(proposal: Proposal) -> str:
    return str(ProposalState(proposal.state).label)


def _title(entry: IncidentEntry | NoticeEntry) -> Mapping[str, str]:
    return entry.name if isinstance(entry, IncidentEntry) else entry.title


def _check_incident(run: Import, entry: NoticeEntry, incidents: Iterable[str]) -> None:
    if entry.incident not in incidents and not known_incident(run, entry.incident):
        raise Unusable(f"its incident “{entry.incident}” is neither imported nor known here")


def known_incident(run: Import, key: str) -> str:
    """Return the public id of an incident that was imported under this id, or has it; or ""."""
    earlier = run.entered(key)
    if isinstance(earlier, Statement):
        return earlier.subject_id
    if not key.isalnum():
        return ""
    said = Statement.objects.filter(subject_type="incident", subject_id=key)
    return key if said.exists() else ""


def _once(entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries; of two with one id the second is left out, or refused if it differs."""
    seen: dict[str, Entry] = {}
    found: list[Entry] = []
    for one in entries:
        first = seen.setdefault(one.origin.key, one)
        if first is one or isinstance(one, (LeftOut, Refused)):
            found.append(one)
        elif _same(first, one):
            found.append(LeftOut(one.origin, f"the same stands in {first.origin.where}"))
        else:
            reason = f"its id “{one.origin.key}” also stands in {first.origin.where}"
            found.append(Refused(one.origin, reason))
    return found


def _same(one: Entry, other: Entry) -> bool:
    return replace(one, origin=_NOWHERE) == replace(other, origin=_NOWHERE)


_NOWHERE = Origin("", "")


def day_of(entry: Entry) -> date | None:
    """Return the day that an entry is about, in the zone of this page; None where none is known."""
    if isinstance(entry, NoticeEntry):
        return entry.published_on
    if isinstance(entry, IncidentEntry):
        return timezone.localdate(entry.started_at)
    return None


def _place(entry: Entry, incidents: Mapping[str, IncidentEntry]) -> tuple[date, int, str]:
    """Return the place in the order: by day, and a notice never before its incident."""
    day = day_of(entry) or date.min
    if isinstance(entry, NoticeEntry) and entry.incident in incidents:
        day = max(day, day_of(incidents[entry.incident]) or date.min)
    at = entry.started_at.isoformat() if isinstance(entry, IncidentEntry) else entry.origin.where
    return day, not isinstance(entry, IncidentEntry), at


def count(planned: Sequence[Planned], outcome: Outcome) -> int:
    """Return how many entries have this outcome."""
    return sum(one.outcome is outcome for one in planned)
