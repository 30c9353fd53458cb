"""Pages are made of rows beside the log: whoever changes one is found out."""

import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from notifications.watch.watcher import Watch
from statuspage.components.models import StatusChange
from statuspage.incidents.models import Incident, Maintenance
from statuspage.incidents.services.backfills import incident_backfill
from statuspage.incidents.services.incidents import incident_update
from statuspage.incidents.services.maintenances import maintenance_schedule
from statuspage.operations.configuration import BEAT_SCHEDULE
from statuspage.projections.comparing import differences
from statuspage.projections.fold import folded
from statuspage.statements.findings import open_findings
from statuspage.statements.models import Statement
from statuspage.statements.services import statement_withdraw
from statuspage.statements.standing import Said
from tests.database.tampering import as_owner, as_superuser
from tests.factories import make_component, open_incident, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def component():
    """A component with a history: an outage, and its end."""
    one = make_component()
    said = open_incident(one)
    incident = Incident.objects.get(public_id=said.subject_id)
    incident_update(incident=incident, author=None, status="resolved", body=text("好了。", "Done."))
    open_incident()
    soon = timezone.now() + timedelta(days=9)
    maintenance_schedule(
        author=None,
        name=text("例行维护", "Maintenance"),
        body=text("切换数据库。", "A new database."),
        components=[one.public_id],
        scheduled_for=soon,
        scheduled_until=soon + timedelta(hours=1),
    )
    assert differences() == []
    return one


# As in the review: with a superuser's rights, triggers on, one column of what readers see.
FORGERIES = {
    "the name of an incident": (
        'UPDATE incidents_incident SET name = \'{{"en": "All well", "zh-hans": "一切正常"}}\'',
        "name: shown",
    ),
    "its impact": ("UPDATE incidents_incident SET impact = 'none'", "impact: shown 'none'"),
    "its state": ("UPDATE incidents_incident SET status = 'monitoring'", "shown 'monitoring'"),
    "its beginning": (
        "UPDATE incidents_incident SET started_at = started_at + interval '1 hour'",
        "started_at: shown",
    ),
    "the next update": (
        "UPDATE incidents_incident SET next_update_by = now() + interval '9 hours'",
        "next_update_by: shown",
    ),
    "an incident that was never said": (
        "INSERT INTO incidents_incident (public_id, name, status, impact, started_at, created_at,"
        " updated_at, backfilled, in_error, version) VALUES ('zzzzzzzzzzzz',"
        " '{{\"zh-hans\": \"x\"}}', 'resolved', 'none', now(), now(), now(), false, false, 1)",
        "incident zzzzzzzzzzzz: shown",
    ),
    "the times of a maintenance": (
        "UPDATE incidents_maintenance SET scheduled_until = scheduled_until + interval '1 day'",
        "scheduled_until: shown",
    ),
    "the state of a maintenance": (
        "UPDATE incidents_maintenance SET status = 'completed'",
        "status: shown 'completed'",
    ),
    "its end": (
        "UPDATE incidents_incident SET resolved_at = resolved_at - interval '1 hour'",
        "resolved_at: shown",
    ),
    "that it was published in error": (
        "UPDATE incidents_incident SET in_error = true",
        "in_error: shown True",
    ),
    "a component that an incident holds": (
        "UPDATE incidents_affectedcomponent SET status = 'major_outage'",
        "components: shown [('",
    ),
    "that a maintenance was cancelled": (
        "UPDATE incidents_maintenance SET cancelled_at = now()",
        "cancelled_at: shown '",
    ),
    "what a maintenance affects": (
        "DELETE FROM incidents_maintenance_components",
        "components: shown []",
    ),
    "a component's state": (
        "UPDATE components_component SET status = 'major_outage'",
        "status: shown 'major_outage', but statement",
    ),
    "an outage that was none": (
        "INSERT INTO components_statuschange (component_id, status, since, statement_number)"
        " VALUES ({component}, 'operational', now() - interval '3 days', 1)",
        "history: shown 'operational since",
    ),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_what_no_statement_says_is_found(component, forgery):
    statement, found = FORGERIES[forgery]
    with as_owner() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(statement.format(component=component.pk))
        assert cursor.rowcount
    assert found in "\n".join(map(str, differences()))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE components_statuschange SET status = 'operational'",
        "UPDATE components_statuschange SET since = since + interval '1 hour'",
        "DELETE FROM components_statuschange",
    ],
)
def test_the_history_of_states_is_kept_like_the_log(component, statement):
    """It moved public uptime to 100 %, with the triggers on."""
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        connection.cursor().execute(statement)
    with pytest.raises(DatabaseError, match="said stays said"), as_owner() as cursor:
        cursor.execute(statement)
    with as_superuser() as cursor:  # with the triggers off nothing holds it, and it is found
        cursor.execute(statement)
    assert "history: shown" in "\n".join(map(str, differences()))


def test_a_notice_that_was_replaced_is_found(component):
    with as_superuser() as cursor:
        cursor.execute(
            "INSERT INTO notices_notice (public_id, kind, title, payload, audience, incident_id,"
            " published_at) VALUES ('zzzzzzzzzzzz', 'general', '{\"zh-hans\": \"假\"}', '{}', '{}',"
            " '', now())"
        )
    assert "notice zzzzzzzzzzzz title: shown" in str(differences()[0])


def test_each_difference_names_the_statement_that_says_otherwise(component):
    incident = Incident.objects.filter(status="resolved").get()
    with as_owner() as cursor:
        cursor.execute("UPDATE incidents_incident SET impact = 'none' WHERE id = %s", [incident.pk])
    (one,) = differences()
    assert one.number == 2
    assert f"statement 2 says {impact_said_by(2)!r}" in str(one)


def test_staff_and_readers_hear_of_it_until_it_is_right_again(component):
    call_command("check_projections", stdout=io.StringIO())
    with as_owner() as cursor:
        cursor.execute("UPDATE incidents_incident SET impact = 'none'")
    out = io.StringIO()
    with pytest.raises(CommandError, match="not what the statements say"):
        call_command("check_projections", stdout=out)
    assert "impact: shown 'none'" in out.getvalue()
    assert [one.problem for one in open_findings()] == ["projection"]
    assert "log_broken" in Client().get("/readyz").json()["degraded"]
    trouble, _kinds = Watch()._found()
    assert "projection" in str(trouble)
    Incident.objects.filter(status="resolved").update(impact=impact_said_by(2))
    Incident.objects.exclude(status="resolved").update(impact=impact_said_by(3))
    call_command("check_projections", stdout=io.StringIO())
    assert not open_findings().exists()


def impact_said_by(number: int) -> str:
    return Statement.objects.get(number=number).content["impact"]


def test_beat_looks_every_day():
    assert BEAT_SCHEDULE["projections.check"]["schedule"].run_every == timedelta(days=1)


def test_what_is_entered_afterwards_and_what_is_withdrawn_is_no_difference(component):
    moment = Incident.objects.latest("pk").started_at
    incident_backfill(
        author=None,
        name=text("旧事", "Old"),
        body=text("已恢复。", "Over."),
        components={component.public_id: "partial_outage"},
        started_at=moment - timedelta(days=3),
        resolved_at=moment - timedelta(days=2),
    )
    said = open_incident()
    statement_withdraw(statement=said, author=None, body=text("误报。", "A mistake."))
    hidden = make_component()
    hidden.visible = False
    hidden.save()
    open_incident(hidden)
    assert StatusChange.objects.filter(component=hidden).exists()
    assert differences() == []
    assert Maintenance.objects.exists()


def show(component, *, visible: bool) -> None:
    component.visible = visible
    component.save(update_fields=["visible"])


def test_a_service_that_was_hidden_and_is_shown_is_no_difference(component):
    later, gone = make_component(visible=False), make_component()
    opened = open_incident(later)
    show(later, visible=True)
    assert differences() == []
    said = open_incident(gone)
    show(gone, visible=False)
    for one in (said, opened):
        incident = Incident.objects.get(public_id=one.subject_id)
        incident_update(incident=incident, author=None, status="resolved", body=text("好了。"))
    show(gone, visible=True)
    assert differences() == []
    forged = {"component": gone, "status": "major_outage", "since": timezone.now()}
    for number in (said.number, 10**6):
        StatusChange.objects.create(**forged, statement_number=number)
    assert len(differences()) == 3  # two rows of the history, and the present state


def test_the_fold_needs_no_database():
    said = Said(1, "notice.general", "notice", "x", None, {})
    assert folded([said]).shown == {}
