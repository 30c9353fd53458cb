"""The state of an incident or a maintenance: a pure fold over the statements that still stand."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

from statuspage.components.statuses import ComponentStatus
from statuspage.incidents.holding import OPERATIONAL, Held, Holding
from statuspage.incidents.lifecycle import MAINTENANCE_ACTIVE, IncidentStatus, MaintenanceStatus
from statuspage.statements.documents import WITHDRAWAL
from statuspage.statements.standing import (
    COMPONENTS,
    Said,
    Standing,
    standing,
    standing_answers,
)
from statuspage.statements.times import from_iso

OPENED: Final = "incident.opened"
UPDATED: Final = "incident.updated"
BACKFILLED: Final = "incident.backfilled"
BACKFILLED_UPDATE: Final = "incident.backfilled_update"
SCHEDULED: Final = "maintenance.scheduled"
# The kinds that say when a maintenance is, and which components it affects.
PLANS: Final = frozenset({SCHEDULED, "maintenance.rescheduled"})
TIMES: Final = ("scheduled_for", "scheduled_until")
FIRST: Final = frozenset({OPENED, BACKFILLED, SCHEDULED})
# The kinds that say in which state an incident is; a postmortem, for one, does not.
STEPS: Final = frozenset({OPENED, UPDATED, BACKFILLED, BACKFILLED_UPDATE})
# In a withdrawal: the promise that stands again had passed, and the next update is due later.
PROMISED_ANEW: Final = "promised_anew"
UNDER_MAINTENANCE: Final = str(ComponentStatus.UNDER_MAINTENANCE)


@dataclass(frozen=True)
class IncidentState:
    """What the statements that stand say of an incident, and since when it held components."""

    name: Mapping[str, str]
    status: str
    impact: str
    started_at: datetime
    next_update_by: datetime | None = None
    monitoring_at: datetime | None = None
    resolved_at: datetime | None = None
    # The first statement was withdrawn: there was no such incident.
    in_error: bool = False
    # The components that it names, by public id, with the states in which it holds them.
    claims: Mapping[str, str] = field(default_factory=dict)
    held: Sequence[Held] = ()


@dataclass(frozen=True)
class MaintenanceState:
    """What the statements that stand say of a maintenance."""

    name: Mapping[str, str]
    status: str
    scheduled_for: datetime
    scheduled_until: datetime
    started_at: datetime | None = None
    completed_at: datetime | None = None
    cancelled_at: datetime | None = None
    # A withdrawal took it back to something that was due by then: staff decide what comes next.
    by_hand: bool = False
    # Those that it affects; with those that the public may not see; the names of all ever named.
    affects: Sequence[str] = ()
    components: Sequence[str] = ()
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    held: Sequence[Held] = ()


def incident_state(said: Sequence[Said]) -> IncidentState:
    """Return the state of the incident about which these are all statements, in order.

    Raises:
        ValueError: there is no first statement among them.
    """
    first = _first(said)
    steps = [one for one in standing(said) if one.said.kind in STEPS]
    if first.number not in {one.said.number for one in steps}:
        return _in_error(first, said)
    state, holding = _opened(steps[0]), Holding()
    for before, step in zip([None, *steps], steps, strict=False):
        state = _follow(state, step, holding, first=before is None)
    return replace(
        state,
        next_update_by=_promise(steps, said),
        claims=dict(holding.now),
        held=holding.spans(),
    )


def maintenance_state(said: Sequence[Said]) -> MaintenanceState:
    """Return the state of the maintenance about which these are all statements, in order.

    Raises:
        ValueError: there is no first statement among them.
    """
    first = _first(said)
    steps = [one for one in standing(said) if one.said.kind.startswith("maintenance.")]
    taken_back = first.number not in {one.said.number for one in steps}
    holding, state = Holding(), _announced(first)
    if taken_back:  # what is cancelled is what was planned last
        for step in steps:
            state = _replanned(state, step.said)
        return replace(
            state, status=MaintenanceStatus.CANCELLED, cancelled_at=_taken_back(first, said)
        )
    for step in steps:
        state = _move(state, step.said, holding)
    return replace(state, held=holding.spans(), by_hand=_left_to_staff(state, steps, said))


def _first(said: Iterable[Said]) -> Said:
    for one in said:
        if one.kind in FIRST:
            return one
    raise ValueError("there is no first statement")


def _opened(step: Standing) -> IncidentState:
    content = {**step.said.content, **step.facts}
    return IncidentState(
        name=content["name"],
        status=content["status"],
        impact=content["impact"],
        started_at=_moment(content["started_at"]) or step.said.published_at,
    )


def _in_error(first: Said, said: Iterable[Said]) -> IncidentState:
    state, over = _opened(Standing(first)), _taken_back(first, said)
    return replace(state, status=IncidentStatus.RESOLVED, resolved_at=over, in_error=True)


def _taken_back(first: Said, said: Iterable[Said]) -> datetime:
    """Return when the first statement was withdrawn."""
    answers = [one for one in said if one.corrects == first.number and one.kind == WITHDRAWAL]
    return max(one.published_at for one in answers)


def _follow(
    state: IncidentState, step: Standing, holding: Holding, *, first: bool
) -> IncidentState:
    """Return the state after one more statement, and hold the components that it names."""
    content = step.said.content
    moment = _happened(step.said)
    sets = _sets(content, first=first)
    claims = {**sets[COMPONENTS], **step.facts.get(COMPONENTS, {})}
    # What comes after Resolved leaves the status as it is, also where Resolved is taken back;
    # of the past it says itself when all was over.
    adds = content.get("further") and not content.get("backfilled")
    status = state.status if adds else content["status"]
    over = status == IncidentStatus.RESOLVED
    holding.hold(claims, min(state.started_at, moment) if first else moment)
    if over:
        moment = _moment(content.get("resolved_at")) or moment
        holding.release(moment)
    was_over = not first and state.status == IncidentStatus.RESOLVED
    monitors = status == IncidentStatus.MONITORING
    return replace(
        state,
        status=status,
        name=step.facts.get("name", state.name),
        impact=step.facts.get("impact") or sets.get("impact") or state.impact,
        monitoring_at=moment if monitors else state.monitoring_at,
        resolved_at=(state.resolved_at if was_over else moment) if over else None,
    )


def _sets(content: Mapping[str, Any], *, first: bool) -> dict[str, Any]:
    """Return what a statement claims itself: `impact`, if it does, and `components`.

    Statements of before version 1.0 repeat the rest without a mark: there, what changed counts.
    """
    if "sets" in content:
        return {COMPONENTS: {}, **content["sets"]}
    if first and content.get("backfilled") and content.get("resolved_at"):
        # One statement for all of it: the old state is the worst.
        states = {one["id"]: one["old_status"] for one in content[COMPONENTS]}
        return {COMPONENTS: states, "impact": content["impact"]}
    states = {
        one["id"]: one["new_status"]
        for one in content[COMPONENTS]
        if first or one["old_status"] != one["new_status"]
    }
    return {COMPONENTS: states, "impact": content["impact"]}


def _promise(steps: Sequence[Standing], said: Sequence[Said]) -> datetime | None:
    """Return when the next update is due: as the newest that says so has it.

    A withdrawal that makes a promise anew decides as well; other answers repeat what stood then.
    """
    last = steps[-1]
    promises: Mapping[str, Any] = {**last.said.content, **last.facts}
    newer = [one for one in standing_answers(said) if one.number > last.said.number]
    for one in newer:
        if one.content.get(PROMISED_ANEW):
            promises = one.content
    return _moment(promises.get("next_update_by"))


def _announced(first: Said) -> MaintenanceState:
    content = first.content
    state = MaintenanceState(
        name=content["name"],
        status=MaintenanceStatus.SCHEDULED,
        scheduled_for=from_iso(content["scheduled_for"]),
        scheduled_until=from_iso(content["scheduled_until"]),
    )
    return _replanned(state, first)


def _replanned(state: MaintenanceState, step: Said) -> MaintenanceState:
    """Return the state with what a plan says itself: what it only repeats goes on as it was.

    The two times belong together: an end alone could come before a start that was taken back.
    """
    content = step.content
    known = {one["id"]: one["name"] for one in content[COMPONENTS]}
    state = replace(state, names={**state.names, **known})
    if step.kind not in PLANS:
        return state
    before = content.get("before", {})
    shown = content.get("affects", [*known])
    affects = state.affects if shown == before.get(COMPONENTS) else shown
    hidden = content.get("sets", {}).get(COMPONENTS, ())
    state = replace(state, affects=affects, components=[*affects, *hidden])
    if all(content[name] == before.get(name) for name in TIMES):
        return state
    begin, end = (from_iso(content[name]) for name in TIMES)
    return replace(state, scheduled_for=begin, scheduled_until=end)


def _move(state: MaintenanceState, step: Said, holding: Holding) -> MaintenanceState:
    # A plan only repeats the status: its author said nothing about it.
    status = state.status if step.kind in PLANS else step.content["status"]
    moment = step.published_at
    active, was_active = status in MAINTENANCE_ACTIVE, state.status in MAINTENANCE_ACTIVE
    state = _replanned(state, step)
    worked_on = dict.fromkeys(state.components if active else (), UNDER_MAINTENANCE)
    holding.hold({**dict.fromkeys(holding.now, OPERATIONAL), **worked_on}, moment)
    return replace(
        state,
        status=status,
        started_at=state.started_at or (moment if active and not was_active else None),
        completed_at=moment if status == MaintenanceStatus.COMPLETED else None,
        cancelled_at=moment if status == MaintenanceStatus.CANCELLED else None,
    )


def _left_to_staff(
    state: MaintenanceState, steps: Sequence[Standing], said: Sequence[Said]
) -> bool:
    """Return whether a withdrawal left it in a state that was over by the plan already."""
    due = {
        MaintenanceStatus.SCHEDULED: state.scheduled_for,
        MaintenanceStatus.IN_PROGRESS: state.scheduled_until,
    }.get(MaintenanceStatus(state.status))
    newer = [one for one in standing_answers(said) if one.number > _decided(steps)]
    return any(due and due <= one.published_at for one in newer)


def _decided(steps: Sequence[Standing]) -> int:
    """Return the number of the last step that moved the maintenance; a note decides nothing."""
    number = steps[0].said.number
    for before, step in pairwise(one.said for one in steps):
        if step.kind in PLANS or step.content["status"] != before.content["status"]:
            number = step.number
    return number


def _happened(said: Said) -> datetime:
    """Return when it was so: an update that was entered afterwards gives the moment."""
    return _moment(said.content.get("happened_at")) or said.published_at


def _moment(written: str | None) -> datetime | None:
    return from_iso(written) if written else None
