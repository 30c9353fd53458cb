"""Read an export of Atlassian Statuspage: /api/v2/incidents.json, or its management API's list.

The fields are those of developer.statuspage.io: an incident has `incident_updates`, each with the
states it gave `affected_components`. The public API wraps the list, the management API does not.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from statuspage.components.statuses import ComponentStatus, Impact
from statuspage.importing.building import headed, incident_entry, mappings, worded
from statuspage.importing.entries import (
    PAST_MAINTENANCE,
    STATE_OF,
    Entry,
    LeftOut,
    Origin,
    Reading,
    Refused,
    Unusable,
    UpdateEntry,
)
from statuspage.importing.json_files import json_files
from statuspage.importing.moments import moment_of
from statuspage.incidents.lifecycle import IncidentStatus, MaintenanceStatus

LISTS: Final = ("incidents", "scheduled_maintenances")
POSTMORTEM: Final = "postmortem"
MAINTENANCE: Final = "maintenance"


def reads(data: Any) -> bool:
    """Tell whether this is such an export."""
    if isinstance(data, list):
        return any("incident_updates" in one for one in mappings(data))
    return isinstance(data, Mapping) and any(isinstance(data.get(name), list) for name in LISTS)


def read(source: Path, reading: Reading) -> Iterator[Entry]:
    """Yield what a file, or the files of a folder, have."""
    for name, data in json_files(source):
        if isinstance(data, Refused):
            yield data
        elif not isinstance(data, list) and not reads(data):
            yield LeftOut(Origin(name, name), "it has no list of incidents")
        else:
            yield from _entries(name, data, reading)


def _entries(file: str, data: Any, reading: Reading) -> Iterator[Entry]:
    named = [] if isinstance(data, list) else [data.get(name) for name in LISTS]
    lists = [one for one in (data, *named) if isinstance(one, list)]
    for number, row in enumerate((row for rows in lists for row in rows), start=1):
        if not isinstance(row, Mapping) or not row.get("id"):
            where = f"{file}, no. {number}"
            yield Refused(Origin(where, where), "it is no incident: it has no id")
            continue
        public_id = str(row["id"])
        title = str(row.get("name") or "")
        origin = Origin(f"{row.get('page_id') or ''}/{public_id}", f"{file}, id {public_id}", title)
        try:
            yield _entry(origin, row, reading)
        except Unusable as error:
            yield Refused(origin, str(error))


def _entry(origin: Origin, row: Mapping[str, Any], reading: Reading) -> Entry:
    if _is_maintenance(row):
        return LeftOut(origin, PAST_MAINTENANCE)
    written = mappings(row.get("incident_updates"))
    # A postmortem is a document of the incident, which two persons publish.
    said = [_update(one, row, reading) for one in written if one.get("status") != POSTMORTEM]
    impact = row.get("impact_override") or row.get("impact")
    known = impact if impact in Impact.values else reading.impact
    named = [str(one["name"]) for one in mappings(row.get("components")) if one.get("name")]
    told = any(one.components for one in said)
    begun = row.get("started_at") or row.get("created_at")
    return incident_entry(
        origin,
        headed(row.get("name"), reading),
        said,
        started_at=moment_of(begun, reading.zone) if begun else _earliest(said),
        resolved_at=_moment(row.get("resolved_at"), reading),
        components={} if told else dict.fromkeys(named, STATE_OF[known]),
        impact=known,
        remarks=[*_remarks(impact, known, lost=len(written) - len(said))],
    )


def _earliest(said: list[UpdateEntry]) -> datetime:
    if not said:
        raise Unusable("there is no date")
    return min(one.at for one in said)


def _remarks(impact: object, known: str, *, lost: int) -> Iterator[str]:
    if impact != known:
        yield f"impact not in the source: {known}"
    if lost:
        yield "without its postmortem, which has a form of its own"


def _is_maintenance(row: Mapping[str, Any]) -> bool:
    return bool(
        row.get("scheduled_for")
        or row.get("impact") == MAINTENANCE
        or row.get("status") in MaintenanceStatus.values
    )


def _update(one: Mapping[str, Any], row: Mapping[str, Any], reading: Reading) -> UpdateEntry:
    status = one.get("status")
    if status not in IncidentStatus.values:
        raise Unusable(f"“{status}” is not a status of an incident")
    return UpdateEntry(
        at=moment_of(one.get("display_at") or one.get("created_at"), reading.zone),
        status=status,
        body=worded(str(one.get("body") or ""), reading, status=status),
        components={} if status == IncidentStatus.RESOLVED else _states(one, row),
    )


def _states(one: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, str]:
    """Return the states that an update gave, by the components' names without their group's."""
    names = {str(part.get("id")): part.get("name") for part in mappings(row.get("components"))}
    found = {}
    for part in mappings(one.get("affected_components")):
        name = names.get(str(part.get("code"))) or part.get("name")
        if name and part.get("new_status") in ComponentStatus.values:
            found[str(name)] = str(part["new_status"])
    return found


def _moment(value: object, reading: Reading) -> datetime | None:
    return moment_of(value, reading.zone) if value else None
