"""What is said of an incident that is entered after it was over: pure, without a clock."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import pairwise
from typing import Any, Final, NotRequired, TypedDict

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from statuspage.components.statuses import impact_of
from statuspage.incidents.content import Change, Content, cleaned, incident_head
from statuspage.incidents.lifecycle import INCIDENT_TRANSITIONS, IncidentStatus
from statuspage.incidents.models import Incident
from statuspage.notices.phrases import listed
from statuspage.statements.texts import Text
from statuspage.statements.times import iso_or_none

MOST_UPDATES: Final = 200


class PastUpdate(TypedDict):
    """One update of an incident that is over: what was true `at` its time.

    `components` maps public ids to their states from then on; a missing impact stays as it was.
    """

    at: datetime
    status: str
    body: Text
    components: NotRequired[Mapping[str, str] | None]
    impact: NotRequired[str | None]


class PastIncident(TypedDict):
    """An incident that is over, with all its updates; the last of them, and those that only say
    more after it, are resolved.

    `components` maps public ids to the states from `started_at` on. Subscribers are notified only
    if `told`, and once: of the last update.
    """

    name: Text
    components: Mapping[str, str]
    started_at: datetime
    updates: Sequence[PastUpdate]
    impact: NotRequired[str | None]
    told: NotRequired[bool]


class Backfill(TypedDict):
    """An incident that is over, in one text; `components` maps public ids to the worst states."""

    name: Text
    body: Text
    components: Mapping[str, str]
    started_at: datetime
    resolved_at: datetime
    impact: NotRequired[str | None]
    told: NotRequired[bool]


class Problems(dict[str, list[ValidationError]]):
    """What is wrong, by field: `updates.2.at` is the time of the third update."""

    @contextmanager
    def at(self, place: str) -> Iterator[None]:
        """Note a ValidationError raised within under `place`."""
        try:
            yield
        except ValidationError as error:
            self.setdefault(place, []).append(error)

    def add(self, place: str, message: str, code: str = "invalid") -> None:
        """Note one problem."""
        self.setdefault(place, []).append(ValidationError(message, code))

    def refuse(self) -> None:
        """Raise ValidationError where anything is wrong."""
        if self:
            raise ValidationError({name: [*found] for name, found in self.items()})


def place(number: int, field: str) -> str:
    """Return the name under which a field of an update is refused; the first is number 0."""
    return f"updates.{number}.{field}"


def cleaned_past(said: PastIncident) -> PastIncident:
    """Return what was said with usable texts and choices, or raise ValidationError by field."""
    problems, found = Problems(), {**said}
    for name in ("name", "impact"):
        with problems.at(name):
            found |= cleaned({name: said.get(name)})
    updates: list[dict[str, Any]] = [{**one} for one in said["updates"]]
    for number, update in enumerate(updates):
        for name in ("status", "body", "impact"):
            with problems.at(place(number, name)):
                update |= cleaned({name: update.get(name)})
    if not 0 < len(updates) <= MOST_UPDATES:
        wanted = _("Enter from 1 to %(most)d updates.") % {"most": MOST_UPDATES}
        problems.add("updates", wanted)
    problems.refuse()
    return {**found, "updates": updates}  # type: ignore[typeddict-item]  # the same names


def check_past(moment: datetime, said: PastIncident) -> None:
    """Raise ValidationError, by field, unless all is in the past, in order, and over."""
    problems = Problems()
    if said["started_at"] > moment:
        problems.add("started_at", _("The incident cannot start in the future."), "future")
    _check_times(moment, said, problems)
    _check_statuses(said["updates"], problems)
    problems.refuse()


def _check_times(moment: datetime, said: PastIncident, problems: Problems) -> None:
    updates, earliest = said["updates"], said["started_at"]
    for number, one in enumerate(updates):
        at = place(number, "at")
        if one["at"] > moment:
            problems.add(at, _("It is not over yet. Publish it as a new incident."), "future")
        elif one["status"] == IncidentStatus.RESOLVED and one["at"] <= said["started_at"]:
            problems.add(at, _("The end must be after the start."), "times")
        elif one["at"] < earliest:
            problems.add(at, _too_early(number), "times")
        earliest = max(earliest, one["at"])
    for number, (before, after) in enumerate(pairwise(updates), start=1):
        if _same(before, after):
            problems.add(place(number, "body"), _("This update is entered twice."), "duplicate")


def _too_early(number: int) -> str:
    if number:
        return _("This must not be before the update above it.")
    return _("This must not be before the start.")


def _same(one: PastUpdate, other: PastUpdate) -> bool:
    return all(one[name] == other[name] for name in ("at", "status", "body"))


def _check_statuses(updates: Sequence[PastUpdate], problems: Problems) -> None:
    if updates[-1]["status"] != IncidentStatus.RESOLVED:
        wanted = _("The last update must be “Resolved”: only what is over is entered afterwards.")
        problems.add(place(len(updates) - 1, "status"), wanted, "open")
    for number, (before, after) in enumerate(pairwise(updates), start=1):
        possible = INCIDENT_TRANSITIONS[before["status"]]
        if after["status"] not in possible:
            labels = {"following": after["status"], "present": before["status"]}
            values = {name: str(IncidentStatus(one).label) for name, one in labels.items()}
            values["possible"] = listed(str(one.label) for one in IncidentStatus if one in possible)
            message = _("“%(following)s” cannot follow “%(present)s”. Possible: %(possible)s.")
            problems.add(place(number, "status"), message % values, "transition")


def past_incident(said: PastIncident, moment: datetime) -> Incident:
    """Return the incident that is entered at `moment`, as it was in the end."""
    updates = said["updates"]
    monitored = [one["at"] for one in updates if one["status"] == IncidentStatus.MONITORING]
    return Incident(
        name=said["name"],
        status=IncidentStatus.RESOLVED,
        impact=impacts(said)[-1],
        started_at=said["started_at"],
        monitoring_at=monitored[-1] if monitored else None,
        resolved_at=updates[end_of(updates)]["at"],
        created_at=moment,
        updated_at=moment,
        backfilled=True,
        # Each update counts, as it does for an incident that is told of while it lasts.
        version=len(updates),
    )


def impacts(said: PastIncident) -> list[str]:
    """Return the impact as of each update; one without stays as it was."""
    first = {**said["components"], **states(said["updates"][0])}
    found, present = [], said.get("impact") or impact_of(first.values())
    for one in said["updates"]:
        present = one.get("impact") or present
        found.append(str(present))
    return found


def states(update: PastUpdate) -> Mapping[str, str]:
    """Return the states that an update claims: none where all is over."""
    over = update["status"] == IncidentStatus.RESOLVED
    return {} if over else update.get("components") or {}


def end_of(updates: Sequence[PastUpdate]) -> int:
    """Return which update says that it is over; further ones may follow."""
    still_open = [
        number for number, one in enumerate(updates) if one["status"] != IncidentStatus.RESOLVED
    ]
    return min(still_open[-1] + 1, len(updates) - 1) if still_open else 0


def past_content(
    incident: Incident, said: PastIncident, number: int, components: Sequence[Change]
) -> Content:
    """Return the content of the statement for one of the updates; `incident` is as of then.

    An incident that is told in a single text says only when it began and ended.
    """
    updates = said["updates"]
    update, end, last = updates[number], end_of(updates), len(updates) - 1
    happened = {"happened_at": iso_or_none(update["at"])} if last else {}
    over = {"resolved_at": iso_or_none(updates[end]["at"])} if number >= end else {}
    return {
        **incident_head(incident, _marked(update["body"], incident.created_at), components),
        "backfilled": True,
        "told": said.get("told", False) and number == last,
        **happened,
        **over,
        **(_turn(updates[number - 1], update) if number else {}),
    }


def _turn(before: PastUpdate, update: PastUpdate) -> dict[str, bool]:
    """Return how an update goes on after Resolved, as a live one does."""
    if before["status"] != IncidentStatus.RESOLVED:
        return {}
    return {"further" if update["status"] == IncidentStatus.RESOLVED else "reopened": True}


def _marked(body: Text, moment: datetime) -> Text:
    """Return the text ending with a note that says, wherever it is read, that it came afterwards.

    The note stands before the text's last full stop: an SMS would add a second one after it.
    """
    texts = {}
    for language, said in body.items():
        with override(language):
            day = date_format(timezone.localtime(moment), pgettext("date format", "j M"))
            values = {"text": said.rstrip("。. \n"), "day": day}
            texts[language] = _("%(text)s (entered afterwards, on %(day)s).") % values
    return texts
