"""Read an export of Cachet: /api/v1/incidents of version 2, or /api/incidents of version 3.

Version 2 writes an incident as a flat object with its `updates` in it. Version 3 writes JSON:API:
`attributes`, and the updates and components under `included`. Statuses are 1 investigating, 2
identified, 3 watching, 4 fixed; version 2 has 0 for what was scheduled. Cachet knows no impact.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

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
from statuspage.incidents.lifecycle import IncidentStatus

STATUSES: Final[Mapping[int, str]] = {
    1: IncidentStatus.INVESTIGATING.value,
    2: IncidentStatus.IDENTIFIED.value,
    3: IncidentStatus.MONITORING.value,
    4: IncidentStatus.RESOLVED.value,
}
SCHEDULED: Final = 0
# Shown to everybody; 0 and 2 are for members alone, or hidden.
PUBLIC: Final = 1
# What is read of an incident or schedule, besides its id and times.
SCHEDULES: Final = frozenset({"scheduled", "scheduled_at", "completed_at"})
INCIDENTS: Final = frozenset({"message", "status"})


@dataclass
class _Export:
    """All files of an export: the components' names may be in another one than the incidents."""

    names: dict[str, str] = field(default_factory=dict)
    parts: dict[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)
    rows: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    faults: list[Entry] = field(default_factory=list)


def reads(data: Any) -> bool:
    """Tell whether this is such an export."""
    return isinstance(data, Mapping) and isinstance(data.get("data"), (list, Mapping))


def read(source: Path, reading: Reading) -> Iterator[Entry]:
    """Yield what a file, or the files of a folder, have."""
    export = _Export()
    for name, data in json_files(source):
        if isinstance(data, Refused):
            export.faults.append(data)
        elif isinstance(data, list) or reads(data):
            _take(export, name, data)
        else:
            export.faults.append(LeftOut(Origin(name, name), "it has no list of incidents"))
    yield from export.faults
    for file, row in export.rows:
        yield _safely(file, row, export, reading)


def _take(export: _Export, file: str, data: Any) -> None:
    rows = data if isinstance(data, list) else data["data"]
    rows = [rows] if isinstance(rows, Mapping) else rows
    for part in mappings(data.get("included") if isinstance(data, Mapping) else None):
        export.parts[str(part.get("type")), str(part.get("id"))] = _flat(part)
        if part.get("type") == "components":
            _name(export, _flat(part))
    for number, row in enumerate(rows, start=1):
        flat = _flat(row) if isinstance(row, Mapping) else {}
        if not flat.get("id"):
            where = f"{file}, no. {number}"
            export.faults.append(Refused(Origin(where, where), "it is no incident: it has no id"))
        elif flat.keys() & (SCHEDULES | INCIDENTS) >= INCIDENTS or flat.keys() & SCHEDULES:
            export.rows.append((file, flat))
        else:
            _name(export, flat)


def _name(export: _Export, component: Mapping[str, Any]) -> None:
    if component.get("name"):
        export.names[str(component.get("id"))] = str(component["name"])


def _flat(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a row of either version with its fields beside each other."""
    attributes = row.get("attributes")
    inner = attributes if isinstance(attributes, Mapping) else {}
    return {**{name: one for name, one in row.items() if name != "attributes"}, **inner}


def _safely(file: str, row: Mapping[str, Any], export: _Export, reading: Reading) -> Entry:
    title = str(row.get("name") or "")
    key = str(row.get("guid") or row["id"])
    origin = Origin(key, f"{file}, id {row['id']}", title)
    try:
        return _entry(origin, row, export, reading)
    except Unusable as error:
        return Refused(origin, str(error))


def _entry(origin: Origin, row: Mapping[str, Any], export: _Export, reading: Reading) -> Entry:
    if row.get("visible") is not None and _number(row["visible"]) != PUBLIC:
        return LeftOut(origin, "it was not shown to the public there")
    if row.get("deleted_at"):
        return LeftOut(origin, "it was deleted there")
    if row.keys() & SCHEDULES and not row.keys() & {"occurred", "occurred_at"}:
        return LeftOut(origin, PAST_MAINTENANCE)
    if _status(row) == SCHEDULED:
        return LeftOut(origin, PAST_MAINTENANCE)
    begun = _time(row, "occurred", reading) or _time(row, "created", reading)
    if begun is None:
        raise Unusable("there is no date")
    updates = [_update(one, reading) for one in _updates(row, export)]
    first = _first(row, begun, bool(updates), reading)
    over = _number(row.get("latest_status", row.get("status"))) == len(STATUSES)
    return incident_entry(
        origin,
        headed(row.get("name"), reading),
        [*first, *updates],
        started_at=begun,
        resolved_at=_time(row, "updated", reading) if over or row.get("is_resolved") else None,
        components=dict.fromkeys(_components(row, export), STATE_OF[reading.impact]),
        impact=reading.impact,
        remarks=(f"impact not in the source: {reading.impact}",),
    )


def _first(
    row: Mapping[str, Any], begun: datetime, followed: bool, reading: Reading
) -> Iterator[UpdateEntry]:
    """Yield the incident's own message, which is its first update.

    Version 3 gives an incident its latest status: then the first one is not known.
    """
    message = str(row.get("message") or "")
    if not message and followed:
        return
    status = _known(_status(row))
    if status == IncidentStatus.RESOLVED and followed:
        status = IncidentStatus.INVESTIGATING.value
    updated = _time(row, "updated", reading)
    over = status == IncidentStatus.RESOLVED and updated is not None
    at = max(begun, updated) if over and updated else begun
    yield UpdateEntry(at, status, worded(message, reading, status=status))


def _update(one: Mapping[str, Any], reading: Reading) -> UpdateEntry:
    at = _time(one, "created", reading)
    if at is None:
        raise Unusable("an update has no date")
    status = _known(_status(one))
    return UpdateEntry(at, status, worded(str(one.get("message") or ""), reading, status=status))


def _updates(row: Mapping[str, Any], export: _Export) -> list[Mapping[str, Any]]:
    return [*mappings(row.get("updates")), *_related(row, "updates", export)]


def _components(row: Mapping[str, Any], export: _Export) -> list[str]:
    """Return the names of its components; one whose name is in no file goes by its id."""
    named = [str(one["name"]) for one in _related(row, "components", export) if one.get("name")]
    one = str(row.get("component_id") or "")
    if one and one != "0" and not named:
        named.append(export.names.get(one, f"component {one}"))
    return list(dict.fromkeys(named))


def _related(row: Mapping[str, Any], name: str, export: _Export) -> list[Mapping[str, Any]]:
    """Return what the relationship of that name refers to."""
    relations = row.get("relationships")
    relation = relations.get(name) if isinstance(relations, Mapping) else None
    named = mappings(relation.get("data")) if isinstance(relation, Mapping) else []
    keys = [(str(one.get("type")), str(one.get("id"))) for one in named]
    if missing := [key for key in keys if key not in export.parts]:
        kind, number = missing[0]
        raise Unusable(f"{kind} {number} is not in the export; ask for it with ?include={name}")
    return [export.parts[key] for key in keys]


def _status(row: Mapping[str, Any]) -> int:
    status = row.get("status")
    return _number(status.get("value") if isinstance(status, Mapping) else status)


def _known(status: int) -> str:
    if status not in STATUSES:
        raise Unusable("an incident's status is a number from 1 to 4")
    return STATUSES[status]


def _number(value: object) -> int:
    if isinstance(value, Mapping):
        value = value.get("value")
    try:
        return int(str(value if not isinstance(value, bool) else int(value)))
    except ValueError as error:
        raise Unusable(f"“{value}” is not a number") from error


def _time(row: Mapping[str, Any], name: str, reading: Reading) -> datetime | None:
    """Return the time under `occurred_at` (version 2) or `occurred` (version 3)."""
    nested = row.get(name)
    written = nested.get("string") if isinstance(nested, Mapping) else row.get(f"{name}_at")
    return moment_of(written, reading.zone) if written else None
