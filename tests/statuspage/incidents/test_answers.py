"""Taking a statement back takes back what it did; a corrected fact corrects what follows."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import override

from statuspage.incidents.folding import incident_state
from statuspage.incidents.lifecycle import IllegalTransition
from statuspage.incidents.models import Maintenance
from statuspage.incidents.said import said_about
from statuspage.incidents.services.backfills import incident_backfill
from statuspage.incidents.services.incidents import incident_reopen, incident_update
from statuspage.incidents.services.maintenances import (
    maintenance_schedule,
    maintenance_update,
    maintenances_advance,
)
from statuspage.incidents.services.replanning import maintenance_cancel, maintenance_reschedule
from statuspage.pages.uptime.selectors import records
from statuspage.projections.comparing import differences
from statuspage.statements.models import Statement
from statuspage.statements.services import statement_correct, statement_withdraw
from tests.factories import incident_of, make_component, open_incident, text

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def ago(hours: float):
    return timezone.now() - hours * HOUR


def withdraw(statement: Statement, **named) -> Statement:
    return statement_withdraw(
        statement=statement, body=text("误发。", "By mistake."), author=None, **named
    )


def update(opened: Statement, status: str, **said) -> Statement:
    said.setdefault("body", text("进展。", "News."))
    return incident_update(incident=incident_of(opened), status=status, author=None, **said)


def state(component) -> str:
    component.refresh_from_db()
    return component.status


def lost(component) -> dict[str, int]:
    """Return the seconds of today and yesterday in each state that was not operational."""
    now = timezone.now()
    today = timezone.localdate(now)
    found: dict[str, int] = {}
    for one, known in records(today - timedelta(days=3), today, now):
        for day in known if one == component else ():
            for status, lasted in day.disrupted.items():
                found[str(status)] = found.get(str(status), 0) + lasted
    return found


@pytest.fixture(autouse=True)
def english():
    with override("en"):
        yield


@pytest.fixture
def component():
    return make_component(start_date=timezone.localdate() - timedelta(days=30))


def test_withdrawing_resolved_restores_incident_component_uptime_and_promise(component):
    due = timezone.now() + 5 * HOUR
    opened = open_incident(component, published_at=ago(10), next_update_by=due)
    said = update(opened, "resolved", published_at=ago(4))
    assert state(component) == "operational"
    assert lost(component)["partial_outage"] == pytest.approx(6 * 3600, abs=2)
    taken_back = withdraw(said)
    incident = incident_of(opened)
    assert (incident.status, incident.resolved_at) == ("investigating", None)
    assert abs(incident.next_update_by - due) < timedelta(seconds=1)
    assert state(component) == "partial_outage"
    assert lost(component)["partial_outage"] == pytest.approx(10 * 3600, abs=5)
    taken_back.refresh_from_db()
    (change,) = taken_back.content["components"]
    assert (change["old_status"], change["new_status"]) == ("operational", "partial_outage")
    assert taken_back.content["outcome"]["en"] == "This incident is open again: Investigating."
    assert "重新" in taken_back.content["outcome"]["zh-hans"]
    assert differences() == []


def test_a_promise_that_has_passed_is_promised_anew(component, settings):
    settings.PROMISE_UPDATE_MINUTES = {"major": 30}
    opened = open_incident(component, published_at=ago(3), next_update_by=ago(2.5))
    said = update(opened, "resolved", published_at=ago(2.7))
    withdraw(said)
    assert incident_of(opened).next_update_by > timezone.now() + timedelta(minutes=25)
    assert differences() == []


def test_withdrawing_an_update_restores_the_state_before_it(component):
    other = make_component()
    opened = open_incident(component, impact="major")
    said = update(
        opened,
        "identified",
        impact="critical",
        components={component.public_id: "major_outage", other.public_id: "degraded_performance"},
    )
    withdraw(said)
    incident = incident_of(opened)
    assert (incident.status, incident.impact) == ("investigating", "major")
    assert (state(component), state(other)) == ("partial_outage", "operational")
    assert not incident.affected.filter(component=other).exists()
    assert differences() == []


def test_what_a_later_update_said_itself_stands(component):
    opened = open_incident(component)
    said = update(opened, "identified", components={component.public_id: "major_outage"})
    update(opened, "monitoring", components={component.public_id: "degraded_performance"})
    withdraw(said)
    assert incident_of(opened).status == "monitoring"
    assert state(component) == "degraded_performance"


def test_what_a_later_update_only_continued_goes_with_it(component):
    opened = open_incident(component)
    said = update(opened, "identified", components={component.public_id: "major_outage"})
    update(opened, "monitoring")
    withdraw(said)
    assert (incident_of(opened).status, state(component)) == ("monitoring", "partial_outage")
    assert differences() == []


def test_withdrawing_the_first_statement_closes_the_incident_as_published_in_error(component):
    opened = open_incident(component, published_at=ago(5))
    update(opened, "identified", published_at=ago(4))
    taken_back = withdraw(opened)
    incident = incident_of(opened)
    assert (incident.status, incident.in_error) == ("resolved", True)
    assert state(component) == "operational"
    assert lost(component) == {}
    taken_back.refresh_from_db()
    assert taken_back.content["outcome"]["en"] == (
        "This incident was published in error and is closed."
    )
    with pytest.raises(IllegalTransition, match="published in error"):
        update(opened, "resolved")
    assert differences() == []


def test_a_hidden_component_is_restored_as_well():
    hidden = make_component(visible=False)
    opened = open_incident(hidden)
    said = update(opened, "resolved")
    withdraw(said)
    assert state(hidden) == "partial_outage"
    said.refresh_from_db()
    assert said.content["components"] == []


def test_another_open_incident_still_holds_the_component(component):
    open_incident(component, components={component.public_id: "major_outage"})
    opened = open_incident(component)
    withdraw(opened)
    assert state(component) == "major_outage"
    assert differences() == []


def test_a_withdrawn_correction_gives_back_the_facts(component):
    opened = open_incident(component, impact="major", published_at=ago(5))
    said = statement_correct(statement=opened, author=None, impact="critical")
    assert incident_of(opened).impact == "critical"
    withdraw(said)
    assert incident_of(opened).impact == "major"
    assert differences() == []


def test_corrections_correct_start_impact_components_and_promised_time(component):
    other = make_component()
    opened = open_incident(
        component,
        impact="major",
        published_at=ago(5),
        next_update_by=timezone.now() + HOUR,
    )
    right, due = ago(8), timezone.now() + 2 * HOUR
    said = statement_correct(
        statement=opened,
        author=None,
        started_at=right,
        impact="critical",
        components={component.public_id: "major_outage", other.public_id: "partial_outage"},
        next_update_by=due,
    )
    incident = incident_of(opened)
    assert incident.impact == "critical"
    assert abs(incident.started_at - right) < timedelta(seconds=1)
    assert abs(incident.next_update_by - due) < timedelta(seconds=1)
    assert (state(component), state(other)) == ("major_outage", "partial_outage")
    assert lost(component) == {"major_outage": pytest.approx(8 * 3600, abs=5)}
    said.refresh_from_db()
    assert said.content["body"] == opened.content["body"]
    words = said.content["outcome"]["en"]
    for part in (
        "Started: ",
        "Impact: Critical impact (was: Major impact).",
        "T+1 settlement: Major outage (was: Partial outage).",
    ):
        assert part in words
    assert differences() == []


def test_a_component_that_was_not_affected_is_taken_out(component):
    opened = open_incident(component, published_at=ago(5))
    statement_correct(
        statement=opened, author=None, components={component.public_id: "operational"}
    )
    assert (state(component), lost(component)) == ("operational", {})
    assert differences() == []


def test_a_corrected_impact_holds_until_an_update_said_another(component):
    opened = open_incident(component, impact="minor")
    update(opened, "identified", impact="major")
    update(opened, "monitoring")
    statement_correct(statement=opened, author=None, impact="critical")
    assert incident_of(opened).impact == "major"


def test_an_unchanged_text_is_no_correction(component):
    opened = open_incident(component, impact="major")
    for said in ({"body": opened.content["body"]}, {"impact": "major"}, {}):
        with pytest.raises(ValidationError, match="Nothing has changed"):
            statement_correct(statement=opened, author=None, **said)
    statement_correct(statement=opened, author=None, body=text("更正。", "Right."))
    with pytest.raises(ValidationError, match="Nothing has changed"):
        statement_correct(statement=opened, author=None, body=text("更正。", "Right."))


def test_a_text_correction_after_one_of_facts_keeps_them(component):
    opened = open_incident(component, impact="major")
    first = statement_correct(statement=opened, author=None, impact="critical")
    for one in (opened, first):
        statement_correct(statement=one, author=None, body=text(f"更正{one.number}。"))
    assert incident_of(opened).impact == "critical"
    assert differences() == []


@pytest.mark.parametrize(
    ("facts", "problem"),
    [
        ({"started_at": 5}, "cannot start"),
        ({"impact": "grave"}, "not valid"),
        ({"components": {"zzzz": "major_outage"}}, "Unknown services"),
        ({"next_update_by": -1}, "in the future"),
        ({"next_update_by": None}, "cannot be taken back"),
        ({"name": {"zh-hans": "{components}故障"}}, "placeholders: {components}"),
    ],
)
def test_a_fact_that_cannot_be_is_refused_by_its_name(component, facts, problem):
    opened = open_incident(component, next_update_by=timezone.now() + HOUR)
    given = {
        name: timezone.now() + value * HOUR if isinstance(value, int) else value
        for name, value in facts.items()
    }
    with pytest.raises(ValidationError) as refusal:
        statement_correct(statement=opened, author=None, **given)
    assert problem in str(refusal.value.message_dict[next(iter(facts))])


def test_a_promise_that_was_broken_cannot_be_corrected_away(component):
    opened = open_incident(component, published_at=ago(3), next_update_by=ago(2))
    with pytest.raises(ValidationError, match="its time has passed"):
        statement_correct(statement=opened, author=None, next_update_by=timezone.now() + HOUR)


def test_only_the_first_statement_says_when_it_started(component):
    said = update(open_incident(component), "identified")
    with pytest.raises(ValidationError, match="first statement"):
        statement_correct(statement=said, author=None, started_at=ago(3))


def test_nothing_answers_what_was_withdrawn_not_even_through_its_correction(component):
    opened = open_incident(component)
    said = statement_correct(statement=opened, author=None, body=text("更正。"))
    withdraw(opened)
    with pytest.raises(ValidationError, match="has been withdrawn"):
        withdraw(said)
    with pytest.raises(ValidationError, match="has been withdrawn"):
        statement_correct(statement=said, author=None, body=text("再"))


def test_a_further_update_after_resolved_does_not_reopen(component):
    opened = open_incident(component, impact="major")
    resolved = update(opened, "resolved", published_at=timezone.now())
    ended = incident_of(opened).resolved_at
    said = update(opened, "resolved", body=text("全部款项均已到账。", "All payouts have arrived."))
    incident = incident_of(opened)
    assert (incident.status, incident.resolved_at) == ("resolved", ended)
    assert state(component) == "operational"
    for one in (said, resolved):
        one.refresh_from_db()
    assert said.content["further"]
    assert "postmortem_by" not in said.content
    withdraw(said)
    assert incident_of(opened).resolved_at == ended
    assert differences() == []


def test_withdrawing_resolved_reopens_whatever_was_added_after_it(component):
    opened = open_incident(component)
    resolved = update(opened, "resolved")
    update(opened, "resolved", body=text("全部款项均已到账。", "All payouts have arrived."))
    withdraw(resolved)
    assert (incident_of(opened).status, state(component)) == ("investigating", "partial_outage")
    assert differences() == []


def test_reopening_is_a_choice_of_its_own(component):
    opened = open_incident(component)
    with pytest.raises(IllegalTransition, match="is open"):
        incident_reopen(incident=incident_of(opened), author=None, body=text("又来了。"))
    update(opened, "resolved")
    said = incident_reopen(
        incident=incident_of(opened),
        author=None,
        body=text("又来了。"),
        components={component.public_id: "major_outage"},
    )
    said.refresh_from_db()
    assert said.content["reopened"]
    assert (incident_of(opened).status, state(component)) == ("investigating", "major_outage")
    withdraw(said)
    assert (incident_of(opened).status, state(component)) == ("resolved", "operational")
    assert differences() == []


def schedule(component, begins: float = 1, ends: float = 3, **named) -> Statement:
    now = timezone.now()
    return maintenance_schedule(
        author=None,
        name=text("例行维护", "Maintenance"),
        body=text("切换。", "A switch."),
        components=[component.public_id],
        scheduled_for=now + begins * HOUR,
        scheduled_until=now + ends * HOUR,
        short_notice_reason=text("紧急", "Urgent"),
        **named,
    )


def maintenance_of(said: Statement) -> Maintenance:
    return Maintenance.objects.get(public_id=said.subject_id)


def test_a_withdrawn_maintenance_does_not_start(component):
    said = schedule(component)
    taken_back = withdraw(said)
    assert maintenance_of(said).status == "cancelled"
    assert maintenances_advance(timezone.now() + 2 * HOUR) == []
    taken_back.refresh_from_db()
    assert taken_back.content["outcome"]["en"] == "This maintenance is cancelled."
    assert differences() == []


def test_a_maintenance_withdrawn_while_in_progress_releases_its_components(component):
    said = schedule(component)
    maintenances_advance(timezone.now() + 1.5 * HOUR)
    assert state(component) == "under_maintenance"
    withdraw(said, published_at=timezone.now() + 1.6 * HOUR)
    assert state(component) == "operational"
    assert differences() == []


def test_a_withdrawn_start_is_left_to_staff(component):
    schedule(component)
    (started,) = maintenances_advance(timezone.now() + 1.5 * HOUR)
    withdraw(started, published_at=timezone.now() + 1.6 * HOUR)
    row = maintenance_of(started)
    assert (row.status, row.by_hand, state(component)) == ("scheduled", True, "operational")
    assert maintenances_advance(timezone.now() + 2 * HOUR) == []
    maintenance_update(maintenance=row, status="in_progress", body=text("开始。"), author=None)
    assert not maintenance_of(started).by_hand
    assert differences() == []


def test_a_withdrawn_rescheduling_gives_back_times_and_components(component):
    other, hidden = make_component(), make_component(visible=False)
    said = schedule(component)
    planned = maintenance_of(said).scheduled_for
    moved = maintenance_reschedule(
        maintenance=maintenance_of(said),
        author=None,
        body=text("改期。", "Moved."),
        scheduled_for=timezone.now() + 5 * HOUR,
        scheduled_until=timezone.now() + 6 * HOUR,
        components=[other.public_id, hidden.public_id],
        short_notice_reason=text("紧急", "Urgent"),
    )
    withdraw(moved)
    row = maintenance_of(said)
    assert abs(row.scheduled_for - planned) < timedelta(seconds=1)
    assert [*row.components.all()] == [component]
    assert not row.by_hand
    assert differences() == []


def reschedule(said: Statement, **values) -> Statement:
    return maintenance_reschedule(
        maintenance=maintenance_of(said),
        author=None,
        body=text("改期。", "Moved."),
        short_notice_reason=text("紧急", "Urgent"),
        **values,
    )


def outcome_of(answer: Statement) -> str:
    answer.refresh_from_db()
    return answer.content.get("outcome", {}).get("en", "")


def test_a_withdrawn_rescheduling_gives_back_times_that_later_statements_only_repeated(component):
    said, other = schedule(component), make_component("短信", "SMS")
    planned = maintenance_of(said).scheduled_for
    times = [timezone.now() + 5 * HOUR, timezone.now() + 6 * HOUR]
    moved = reschedule(said, scheduled_for=times[0], scheduled_until=times[1])
    more = maintenance_of(said)
    maintenance_update(maintenance=more, status="scheduled", body=text("补充。"), author=None)
    added = reschedule(said, components=[component.public_id, other.public_id])
    withdraw(moved)
    row = maintenance_of(said)
    assert abs(row.scheduled_for - planned) < timedelta(seconds=1)
    assert {*row.components.all()} == {component, other}
    answer = withdraw(added)
    assert outcome_of(answer).startswith("Now affects: ")
    assert "SMS" not in outcome_of(answer)
    assert {one["id"] for one in answer.content["components"]} == {
        component.public_id,
        other.public_id,
    }
    assert differences() == []


def test_a_rescheduling_only_repeats_the_status_and_starts_nothing(component):
    said = schedule(component)
    (started,) = maintenances_advance(timezone.now() + 1.5 * HOUR)
    longer = reschedule(said, scheduled_until=timezone.now() + 5 * HOUR)
    answer = withdraw(started, published_at=timezone.now() + 1.6 * HOUR)
    row = maintenance_of(said)
    assert (row.status, row.by_hand, state(component)) == ("scheduled", True, "operational")
    assert outcome_of(answer).startswith("This maintenance has not started.")
    assert outcome_of(withdraw(longer)).startswith("It is planned for ")
    assert maintenance_of(said).status == "scheduled"
    assert differences() == []


def test_a_withdrawn_announcement_cancels_what_was_planned_last_once(component):
    said = schedule(component)
    moved = (timezone.now() + 5 * HOUR).replace(microsecond=0)
    reschedule(said, scheduled_for=moved, scheduled_until=moved + HOUR)
    maintenance_cancel(maintenance=maintenance_of(said), body=text("取消。"), author=None)
    assert outcome_of(withdraw(said)) == ""
    row = maintenance_of(said)
    assert (row.status, row.scheduled_for) == ("cancelled", moved)
    assert differences() == []


def test_a_withdrawn_cancellation_says_that_it_is_planned_again(component):
    said = schedule(component)
    row = maintenance_of(said)
    cancelled = maintenance_cancel(maintenance=row, body=text("取消。"), author=None)
    assert outcome_of(withdraw(cancelled)).startswith("It is planned for ")
    assert maintenance_of(said).status == "scheduled"


def test_facts_of_a_maintenance_are_changed_by_rescheduling(component):
    with pytest.raises(ValidationError, match="reschedule"):
        statement_correct(statement=schedule(component), author=None, impact="major")


def test_an_incident_entered_afterwards_can_be_corrected_and_withdrawn(component):
    said = incident_backfill(
        author=None,
        name=text("旧事", "Old"),
        body=text("已恢复。", "Over."),
        components={component.public_id: "partial_outage"},
        started_at=ago(20),
        resolved_at=ago(10),
    )
    assert lost(component) == {"partial_outage": pytest.approx(10 * 3600, abs=2)}
    statement_correct(statement=said, author=None, started_at=ago(15))
    assert lost(component) == {"partial_outage": pytest.approx(5 * 3600, abs=2)}
    withdraw(said)
    assert lost(component) == {}
    assert differences() == []


def test_a_withdrawal_of_an_earlier_release_undoes_nothing(component):
    """It has no mark: what it took back were words alone."""
    opened = open_incident(component)
    said = update(opened, "resolved")
    (about,) = said_about("incident", [opened.subject_id]).values()

    old = replace(
        about[-1], number=9, kind="withdrawal", corrects=said.number, content={"body": {}}
    )
    assert incident_state([*about, old]).status == "resolved"
