"""Random sequences of acts: after each, everything public agrees with a plain fold of them.

The fold here is written apart from the product's: it goes over the acts that stand, minute by
minute, and knows neither statements nor rows.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import transaction
from django.test import Client, override_settings
from django.utils import timezone
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from statuspage.components.statuses import SEVERITY, ComponentStatus
from statuspage.incidents.folding import incident_state
from statuspage.incidents.models import Incident, Maintenance
from statuspage.incidents.said import said_about
from statuspage.incidents.services.backfills import incident_backfill
from statuspage.incidents.services.incidents import incident_open, incident_reopen, incident_update
from statuspage.incidents.services.maintenances import (
    maintenance_schedule,
    maintenance_update,
    maintenances_advance,
)
from statuspage.incidents.services.replanning import maintenance_cancel, maintenance_reschedule
from statuspage.pages.machine import IN_FEEDS
from statuspage.pages.uptime.selectors import records
from statuspage.projections.comparing import differences
from statuspage.settlement.arrival.stoppages import stoppages, stoppages_at
from statuspage.statements.models import Statement
from statuspage.statements.services import statement_correct, statement_withdraw
from tests.factories import make_component, text

MINUTE = timedelta(minutes=1)
DOWN = st.sampled_from(["degraded_performance", "partial_outage", "major_outage"])
STATES = st.sampled_from([*ComponentStatus.values][:1] + [*ComponentStatus.values][2:])
IMPACTS = st.sampled_from(["none", "minor", "major", "critical"])
WHICH = st.integers(0, 99)
NAMES = ("a", "b", "c")
PAYS = "a"
OUTAGES = frozenset({"degraded_performance", "partial_outage", "major_outage"})
# Pages take long to render: only after each fourth act.
RENDERED = 4
CALM = "全部服务运行正常"


@dataclass
class Step:
    """One act about an incident or a maintenance; `facts` are corrections by their number."""

    number: int
    at: datetime
    what: str
    given: dict[str, Any]
    facts: dict[int, dict[str, Any]] = field(default_factory=dict)
    # By the number of a correction: the correction that it corrects.
    under: dict[int, int] = field(default_factory=dict)

    def lost(self, number: int, gone: set[int]) -> bool:
        """Return whether a correction was taken back, or one that it corrects."""
        above = self.under.get(number)
        return number in gone or (above is not None and self.lost(above, gone))


@dataclass
class About:
    """An incident, maintenance or past incident with its acts."""

    kind: str
    public_id: str
    steps: list[Step]


class Life(RuleBasedStateMachine):
    """The acts of staff and of the clock, each some minutes after the one before."""

    def __init__(self, copies: Path) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.copy = override_settings(LOG_COPY_DIR=copies)
        self.copy.enable()
        self.now = datetime(2100, 1, 4, 2, tzinfo=UTC)
        self.abouts: list[About] = []
        self.gone: set[int] = set()

    def teardown(self) -> None:
        """Keep nothing."""
        self.copy.disable()
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @initialize()
    def components_there(self) -> None:
        """Three services, known since long ago."""
        known = (self.now - timedelta(days=40)).date()
        self.components = {
            name: make_component(name, name, start_date=known, pays_out=name == PAYS)
            for name in NAMES
        }

    def later(self, minutes: int = 7) -> datetime:
        """Let some minutes pass, without the clock doing anything."""
        self.now += minutes * MINUTE
        return self.now

    def ids(self, states: dict[str, str]) -> dict[str, str]:
        """Return states by public id."""
        return {self.components[name].public_id: state for name, state in states.items()}

    def keep(self, kind: str, statement: Statement, what: str, **given: Any) -> None:
        """Note an act about something new, or about something known."""
        step = Step(statement.number, self.now, what, given)
        for about in self.abouts:
            if about.public_id == statement.subject_id:
                about.steps.append(step)
                return
        self.abouts.append(About(kind, statement.subject_id, [step]))

    def some(self, kind: str, which: int) -> About | None:
        """Return one of those of a kind."""
        found = [one for one in self.abouts if one.kind == kind]
        return found[which % len(found)] if found else None

    @rule(states=st.dictionaries(st.sampled_from(NAMES), DOWN, max_size=2), impact=IMPACTS)
    def open(self, states: dict[str, str], impact: str) -> None:
        """Open an incident."""
        self.later()
        said = incident_open(
            name=text(f"事件{len(self.abouts)}"),
            body=text("出现异常。"),
            components=self.ids(states),
            impact=impact,
            author=None,
            published_at=self.now,
        )
        self.keep("incident", said, "investigating", states=states, impact=impact, began=self.now)

    @precondition(lambda self: self.some("incident", 0))
    @rule(
        which=WHICH,
        status=st.sampled_from(["investigating", "identified", "monitoring", "resolved"]),
        states=st.dictionaries(st.sampled_from(NAMES), STATES, max_size=2),
        impact=st.none() | IMPACTS,
    )
    def update(self, which: int, status: str, states: dict[str, str], impact: str | None) -> None:
        """Update an incident; what cannot follow is refused and changes nothing."""
        about = self.some("incident", which)
        assert about
        self.later()
        claims = {} if status == "resolved" else states
        given = {"components": self.ids(claims), "impact": impact, "status": status}
        incident = Incident.objects.get(public_id=about.public_id)
        reopens = incident.status == "resolved" and status == "investigating"
        act = incident_reopen if reopens else incident_update
        what = "further" if incident.status == status == "resolved" else status
        if reopens:
            del given["status"]
        try:
            said = act(
                incident=incident,
                body=text("进展。"),
                author=None,
                published_at=self.now,
                **given,
            )
        except ValidationError:
            return
        self.keep("incident", said, what, states=claims, impact=impact)

    @precondition(lambda self: self.some("incident", 0))
    @rule(which=WHICH, step=WHICH, name=st.sampled_from(NAMES), state=STATES, impact=IMPACTS)
    def correct(self, which: int, step: int, name: str, state: str, impact: str) -> None:
        """Correct the impact and a service's state in one of an incident's statements."""
        about = self.some("incident", which)
        assert about
        one = about.steps[step % len(about.steps)]
        self.later()
        facts: dict[str, Any] = {"impact": impact, "components": self.ids({name: state})}
        ended = one.what in {"resolved", "further"}
        if ended:
            del facts["components"]
        states = {} if ended else {name: state}
        self.answer(one, {"impact": impact, "states": states}, facts)

    @precondition(lambda self: self.some("incident", 0))
    @rule(which=WHICH, minutes=st.integers(1, 90))
    def start_earlier(self, which: int, minutes: int) -> None:
        """Correct when an incident began."""
        about = self.some("incident", which)
        assert about
        began = about.steps[0].at - minutes * MINUTE
        self.later()
        self.answer(about.steps[0], {"began": began}, {"started_at": began})

    @precondition(lambda self: any(step.facts for one in self.abouts for step in one.steps))
    @rule(which=WHICH, impact=IMPACTS)
    def correct_a_correction(self, which: int, impact: str) -> None:
        """Correct what a correction says."""
        found = [step for one in self.abouts for step in one.steps if step.facts]
        one = found[which % len(found)]
        self.later()
        self.answer(one, {"impact": impact}, {"impact": impact}, under=max(one.facts))

    def answer(
        self, step: Step, facts: dict[str, Any], given: dict[str, Any], under: int = 0
    ) -> None:
        """Publish a correction, or one of a correction; what is refused changes nothing."""
        statement = Statement.objects.get(number=under or step.number)
        try:
            said = statement_correct(
                statement=statement, author=None, published_at=self.now, **given
            )
        except ValidationError:
            return
        step.facts[said.number] = facts
        if under:
            step.under[said.number] = under

    @precondition(lambda self: self.abouts)
    @rule(which=WHICH, step=WHICH, correction=st.booleans())
    def withdraw(self, which: int, step: int, correction: bool) -> None:
        """Take a statement back, or a correction of it."""
        about = self.abouts[which % len(self.abouts)]
        one = about.steps[step % len(about.steps)]
        number = max(one.facts) if correction and one.facts else one.number
        self.later()
        try:
            statement_withdraw(
                statement=Statement.objects.get(number=number),
                body=text("误发。"),
                author=None,
                published_at=self.now,
            )
        except ValidationError:
            assert one.number in self.gone or one.lost(number, self.gone)
            return
        self.gone.add(number)

    @rule(name=st.sampled_from(NAMES), ahead=st.integers(10, 90), lasts=st.integers(5, 90))
    def schedule(self, name: str, ahead: int, lasts: int) -> None:
        """Announce a maintenance."""
        self.later()
        begins = self.now + ahead * MINUTE
        said = maintenance_schedule(
            name=text(f"维护{len(self.abouts)}"),
            body=text("例行维护。"),
            components=[self.components[name].public_id],
            scheduled_for=begins,
            scheduled_until=begins + lasts * MINUTE,
            short_notice_reason=text("紧急。"),
            author=None,
            published_at=self.now,
        )
        times = {"begins": begins, "ends": begins + lasts * MINUTE}
        self.keep("maintenance", said, "scheduled", names=[name], **times)

    @precondition(lambda self: self.some("maintenance", 0))
    @rule(which=WHICH, name=st.sampled_from(NAMES), ahead=st.integers(10, 90))
    def reschedule(self, which: int, name: str, ahead: int) -> None:
        """Move a maintenance, and give it another service."""
        self.later()
        row = self.maintenance(which)
        before = [*row.components.all()]
        begins = self.now + ahead * MINUTE if row.status == "scheduled" else row.scheduled_for
        times = {"begins": begins, "ends": self.now + (ahead + 30) * MINUTE}
        try:
            said = maintenance_reschedule(
                maintenance=row,
                body=text("改期。"),
                author=None,
                scheduled_for=times["begins"],
                scheduled_until=times["ends"],
                components=[self.components[name].public_id],
                short_notice_reason=text("紧急。"),
                published_at=self.now,
            )
        except ValidationError:
            return
        # What is said again is no claim: it goes on as it is.
        again = [one.name["zh-hans"] for one in before] == [name]
        given = {} if again else {"names": [name]}
        self.keep("maintenance", said, "rescheduled", **given, **times)

    @precondition(lambda self: self.some("maintenance", 0))
    @rule(which=WHICH)
    def say_more(self, which: int) -> None:
        """Say more about a maintenance, which repeats what is planned."""
        self.later()
        row = self.maintenance(which)
        try:
            said = maintenance_update(
                maintenance=row,
                status=row.status,
                body=text("补充。"),
                author=None,
                published_at=self.now,
            )
        except ValidationError:
            return
        self.keep("maintenance", said, row.status)

    @precondition(lambda self: self.some("maintenance", 0))
    @rule(which=WHICH)
    def cancel(self, which: int) -> None:
        """Call a maintenance off."""
        self.later()
        try:
            said = maintenance_cancel(
                maintenance=self.maintenance(which),
                body=text("取消。"),
                author=None,
                published_at=self.now,
            )
        except ValidationError:
            return
        self.keep("maintenance", said, "cancelled")

    def maintenance(self, which: int) -> Maintenance:
        """Return the row of one of the maintenances."""
        about = self.some("maintenance", which)
        assert about
        return Maintenance.objects.get(public_id=about.public_id)

    @rule(minutes=st.integers(15, 120))
    def clock(self, minutes: int) -> None:
        """Let time pass; the clock starts and ends maintenance."""
        self.later(minutes)
        for said in maintenances_advance(self.now):
            status = Maintenance.objects.get(public_id=said.subject_id).status
            self.keep("maintenance", said, status)

    @rule(name=st.sampled_from(NAMES), state=DOWN, ago=st.integers(60, 600))
    def backfill(self, name: str, state: str, ago: int) -> None:
        """Enter an incident that is over."""
        self.later()
        began = self.now - ago * MINUTE
        try:
            said = incident_backfill(
                name=text(f"补录{len(self.abouts)}"),
                body=text("已恢复。"),
                components=self.ids({name: state}),
                started_at=began,
                resolved_at=began + 30 * MINUTE,
                author=None,
            )
        except ValidationError:  # PostgreSQL's own present is long before
            return
        times = {"began": began, "ended": began + 30 * MINUTE}
        self.keep("past", said, "resolved", states={name: state}, **times)

    @invariant()
    def everything_public_agrees(self) -> None:
        """Compare rows, API, uptime and log with the fold."""
        if not self.abouts:
            return
        worlds = [fold(about, self.gone) for about in self.abouts]
        assert differences() == []
        with time_machine.travel(self.now, tick=False):
            self.compare(worlds)

    def compare(self, worlds: list["World"]) -> None:
        """Compare API v2, feeds and uptime with what the fold says of each subject."""
        summary = Client().get("/api/v2/summary.json").json()
        states = {one["id"]: one["status"] for one in summary["components"]}
        for name, component in self.components.items():
            now = [one.state_at(name, self.now) for one in worlds]
            assert states[component.public_id] == worst(now), name
        unresolved = {one["id"]: (one["status"], one["impact"]) for one in summary["incidents"]}
        assert unresolved == {
            one.public_id: (one.status, one.impact) for one in worlds if one.still_open
        }
        planned = {
            one["id"]: (one["status"], *map(minute, (one["scheduled_for"], one["scheduled_until"])))
            for one in summary["scheduled_maintenances"]
        }
        assert planned == {
            one.public_id: (one.status, one.begins, one.ends)
            for one in worlds
            if one.kind == "maintenance" and one.status not in {"cancelled", "completed"}
        }
        self.compare_uptime(worlds)
        assert (summary["status"]["indicator"] == "none") == calm(worlds, self.now)
        if sum(len(one.steps) for one in self.abouts) % RENDERED == 0:
            self.compare_headline(calm(worlds, self.now))
        self.compare_arrival(worlds)
        self.compare_rows()

    def compare_headline(self, running: bool) -> None:
        """Compare what page, badge and feeds say of all together, and what the feeds hold."""
        feed = Client().get("/feed.json").json()
        for said in (Client().get("/").content.decode().split("</h1>")[0], feed["description"]):
            assert (CALM in said) == running
        assert (CALM in Client().get("/badge.svg").content.decode()) == running
        assert len(feed["items"]) == min(IN_FEEDS, Statement.objects.count())

    def compare_arrival(self, worlds: list["World"]) -> None:
        """Compare the incidents that hold up payouts, as rows have them and as the log does."""
        held = {
            one.public_id
            for one in worlds
            if one.still_open and one.state_at(PAYS, self.now) in OUTAGES
        }
        for found in (stoppages(), stoppages_at(self.now)):
            assert {one.incident_id for one in found} == held

    def compare_rows(self) -> None:
        """Compare the rows with the product's own fold, also in what no statement repeats."""
        rows = {one.public_id: one for one in Incident.objects.prefetch_related("affected")}
        for public_id, said in said_about("incident", [*rows]).items():
            row, gives = rows[public_id], incident_state(said)
            assert row.in_error == gives.in_error
            for name in ("resolved_at", "monitoring_at"):
                has, told = getattr(row, name), getattr(gives, name)
                # The log has milliseconds.
                assert has == told or abs(has - told) < timedelta(milliseconds=1)
            known = {one.pk: one.public_id for one in self.components.values()}
            held = {known[one.component_id]: one.status for one in row.affected.all()}
            assert held == dict(gives.claims)

    def compare_uptime(self, worlds: list["World"]) -> None:
        """Compare the minutes of the last days in each state."""
        today = timezone.localdate(self.now)
        first = today - timedelta(days=2)
        begin = timezone.make_aware(datetime.combine(first, datetime.min.time()))
        for component, days in records(first, today, self.now):
            name = component.name["zh-hans"]
            shown: dict[str, int] = {}
            for day in days:
                for status, seconds in day.seconds.items():
                    shown[str(status)] = shown.get(str(status), 0) + round(seconds / 60)
            shown.pop("operational", None)
            shown = {state: lasted for state, lasted in shown.items() if lasted}
            assert shown == minutes(worlds, name, begin, self.now), name


@dataclass
class World:
    """What the fold says of one subject: its status, and who was in which state from when."""

    kind: str
    public_id: str
    status: str
    impact: str = ""
    begins: datetime | None = None
    ends: datetime | None = None
    # By service: from which moment, in which state.
    states: dict[str, list[tuple[datetime, str]]] = field(default_factory=dict)

    @property
    def still_open(self) -> bool:
        """True for an incident that is not resolved."""
        return self.kind == "incident" and self.status != "resolved"

    def put(self, name: str, at: datetime, state: str) -> None:
        """Put a service into a state from a moment on."""
        self.states.setdefault(name, []).append((at, state))

    def state_at(self, name: str, moment: datetime) -> str:
        """Return the state in which this holds a service at a moment."""
        held = [state for at, state in self.states.get(name, []) if at <= moment]
        return held[-1] if held else "operational"


def fold(about: About, gone: set[int]) -> World:
    """Go over the acts that stand."""
    return {"incident": _incident, "maintenance": _maintenance, "past": _past}[about.kind](
        about, [one for one in about.steps if one.number not in gone], gone
    )


def _incident(about: About, standing: list[Step], gone: set[int]) -> World:
    if not standing or standing[0] is not about.steps[0]:
        return World("incident", about.public_id, "resolved")
    found = World("incident", about.public_id, "")
    for step in standing:
        given = corrected(step, gone)
        found.status = found.status if step.what == "further" else step.what
        found.impact = given.get("impact") or found.impact
        at = given.get("began", step.at)
        for name, state in given["states"].items():
            if step.what != "resolved":
                found.put(name, at, state)
        if step.what == "resolved":
            for name in found.states:
                found.put(name, at, "operational")
    return found


def _maintenance(about: About, standing: list[Step], gone: set[int]) -> World:
    found = World("maintenance", about.public_id, "scheduled")
    if not standing or standing[0] is not about.steps[0]:
        found.status = "cancelled"
        return found
    names: list[str] = []
    for step in standing:
        names = step.given.get("names", names)
        found.begins = step.given.get("begins", found.begins)
        found.ends = step.given.get("ends", found.ends)
        found.status = found.status if step.what == "rescheduled" else step.what
        for name in {*names, *found.states}:
            works = found.status == "in_progress" and name in names
            found.put(name, step.at, "under_maintenance" if works else "operational")
    return found


def _past(about: About, standing: list[Step], gone: set[int]) -> World:
    found = World("past", about.public_id, "resolved")
    for step in standing:
        for name, state in step.given["states"].items():
            found.put(name, step.given["began"], state)
            found.put(name, step.given["ended"], "operational")
    return found


def corrected(step: Step, gone: set[int]) -> dict[str, Any]:
    """Return what a step says, with the corrections that stand."""
    given = {**step.given}
    for number, facts in sorted(step.facts.items()):
        if not step.lost(number, gone):
            states = {**given["states"], **facts.get("states", {})}
            given = {**given, **facts, "states": states}
    return given


def calm(worlds: list[World], moment: datetime) -> bool:
    """Return whether nothing that is public is disturbed, or worked on."""
    disturbed = {one.state_at(name, moment) for one in worlds for name in NAMES}
    return disturbed <= {"operational"} and {one.impact for one in worlds if one.still_open} <= {
        "none"
    }


def minute(written: str) -> datetime:
    """Return a time of the API."""
    return datetime.fromisoformat(written)


def worst(states: list[str]) -> str:
    """Return the worst of some states."""
    ranked = sorted(map(ComponentStatus, states), key=SEVERITY.__getitem__)
    return str(ranked[-1]) if ranked else "operational"


def minutes(worlds: list[World], name: str, begin: datetime, end: datetime) -> dict[str, int]:
    """Return for how many minutes a service was in each state, counted between all changes."""
    edges = {at for one in worlds for at, _state in one.states.get(name, []) if begin < at < end}
    found: dict[str, int] = {}
    moments = [begin, *sorted(edges), end]
    for since, until in pairwise(moments):
        state = worst([one.state_at(name, since) for one in worlds])
        if state != "operational":
            found[state] = found.get(state, 0) + round((until - since) / MINUTE)
    return {state: lasted for state, lasted in found.items() if lasted}


@pytest.mark.django_db
def test_after_any_sequence_of_acts_everything_public_agrees_with_what_stands(tmp_path) -> None:
    def life() -> Life:
        # Each sequence is a log of its own, for this machine's copy as well.
        return Life(tmp_path / token_hex(8))

    # Without shrinking: fifteen acts can be read, and shrinking takes minutes.
    few = settings(max_examples=8, stateful_step_count=15, phases=[Phase.generate])
    run_state_machine_as_test(life, settings=few)
