"""Opening and updating incidents: what is said, what it does to components, what is refused."""

import threading
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from statuspage.components.models import Component, StatusChange
from statuspage.incidents.lifecycle import IllegalTransition
from statuspage.incidents.models import Incident
from statuspage.incidents.selectors import open_incidents, recent_incidents
from statuspage.incidents.services.impacts import Superseded
from statuspage.incidents.services.incidents import incident_open, incident_update
from statuspage.statements.models import Statement
from statuspage.statements.times import from_iso
from tests.database.tampering import as_owner
from tests.factories import incident_of, make_component, make_staff, open_incident, text

pytestmark = pytest.mark.django_db


def update(incident, status="identified", **values):
    values.setdefault("body", text("原因已查明"))
    values.setdefault("author", None)
    return incident_update(incident=incident, status=status, **values)


def status_of(component):
    return Component.objects.get(pk=component.pk).status


def test_opening_says_what_where_and_until_when():
    component, author = make_component("T+1 结算", "T+1 settlement"), make_staff()
    promised = timezone.now() + timedelta(minutes=30)
    statement = open_incident(component, author=author, next_update_by=promised)
    incident = incident_of(statement)
    assert statement.kind == "incident.opened"
    assert statement.content["status"] == "investigating"
    assert statement.content["impact"] == "major"
    assert statement.content["components"] == [
        {
            "id": component.public_id,
            "name": {"zh-hans": "T+1 结算", "en": "T+1 settlement"},
            "old_status": "operational",
            "new_status": "partial_outage",
        }
    ]
    assert from_iso(statement.content["next_update_by"]) == promised.replace(
        microsecond=promised.microsecond // 1000 * 1000
    )
    assert (incident.status, incident.impact, incident.next_update_by) == (
        "investigating",
        "major",
        promised,
    )
    assert list(open_incidents()) == [incident]


def test_opening_changes_the_component_and_records_since_when():
    component = make_component()
    statement = open_incident(component)
    assert status_of(component) == "partial_outage"
    change = StatusChange.objects.get()
    assert (change.statement_number, change.since) == (statement.number, statement.published_at)


@pytest.mark.parametrize(
    ("status", "impact"),
    [
        ("degraded_performance", "minor"),
        ("partial_outage", "major"),
        ("major_outage", "critical"),
        ("operational", "none"),
    ],
)
def test_impact_follows_from_the_worst_component(status, impact):
    component = make_component()
    statement = open_incident(component, components={component.public_id: status})
    assert statement.content["impact"] == impact


def test_impact_can_be_set_by_hand():
    assert open_incident(impact="critical").content["impact"] == "critical"


def test_an_incident_may_concern_no_component():
    statement = open_incident(components={})
    assert statement.content["components"] == []
    assert statement.content["impact"] == "none"


def test_an_incident_may_have_started_before_it_was_said():
    started = timezone.now() - timedelta(minutes=9)
    statement = open_incident(started_at=started)
    assert incident_of(statement).started_at == started


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": {"en": "only English"}},
        {"name": text("名" * 121)},
        {"body": text("")},
        {"components": {"nosuchthing": "partial_outage"}},
        {"impact": "terrible"},
        {"status": "verifying"},
        {"next_update_by": timezone.now() - timedelta(minutes=1)},
        {"started_at": timezone.now() + timedelta(hours=1)},
    ],
)
def test_what_is_not_usable_is_refused_and_says_nothing(wrong):
    with pytest.raises(ValidationError):
        open_incident(**wrong)
    assert not Statement.objects.exists()
    assert not Incident.objects.exists()


def test_an_unknown_component_status_is_refused():
    component = make_component()
    with pytest.raises(ValidationError, match="broken"):
        open_incident(component, components={component.public_id: "broken"})
    assert status_of(component) == "operational"


def test_an_update_is_the_next_statement_of_the_same_incident():
    opened = open_incident()
    said = update(incident_of(opened))
    assert (said.number, said.kind, said.subject_id) == (2, "incident.updated", opened.subject_id)
    assert said.content["status"] == "identified"
    assert incident_of(said).status == "identified"


def test_resolving_lets_go_of_every_component():
    component, other = make_component(), make_component()
    opened = open_incident(
        components={component.public_id: "major_outage", other.public_id: "partial_outage"}
    )
    resolved = update(incident_of(opened), "resolved", body=text("已恢复"))
    assert (status_of(component), status_of(other)) == ("operational", "operational")
    told = {one["id"]: one["new_status"] for one in resolved.content["components"]}
    assert told == {component.public_id: "operational", other.public_id: "operational"}
    incident = incident_of(resolved)
    assert incident.resolved_at == resolved.published_at
    assert incident.next_update_by is None
    assert not open_incidents().exists()
    assert list(recent_incidents()) == [incident]


def test_a_component_stays_down_while_another_incident_holds_it():
    component = make_component()
    first = open_incident(component, components={component.public_id: "major_outage"})
    open_incident(component, components={component.public_id: "degraded_performance"})
    assert status_of(component) == "major_outage"
    update(incident_of(first), "resolved")
    assert status_of(component) == "degraded_performance"


def test_an_update_can_add_and_improve_components():
    t1, d1 = make_component(), make_component()
    opened = open_incident(t1)
    update(
        incident_of(opened),
        components={t1.public_id: "degraded_performance", d1.public_id: "partial_outage"},
    )
    assert (status_of(t1), status_of(d1)) == ("degraded_performance", "partial_outage")


def test_update_after_resolved_reopens_the_incident():
    opened = open_incident()
    update(incident_of(opened), "resolved")
    update(incident_of(opened), "investigating")
    incident = incident_of(opened)
    assert (incident.status, incident.resolved_at) == ("investigating", None)


def test_resolved_cannot_become_monitoring():
    opened = open_incident()
    update(incident_of(opened), "resolved")
    with pytest.raises(IllegalTransition):
        update(incident_of(opened), "monitoring")
    assert Statement.objects.count() == 2


def test_monitoring_is_dated():
    opened = open_incident()
    said = update(incident_of(opened), "monitoring")
    assert incident_of(opened).monitoring_at == said.published_at


@pytest.mark.parametrize(
    ("impact", "worsened"), [("critical", True), ("major", False), ("minor", False)]
)
def test_a_worsening_is_marked(impact, worsened):
    opened = open_incident(impact="major")
    assert update(incident_of(opened), impact=impact).content["worsened"] is worsened


def test_an_update_of_a_stale_incident_is_superseded_and_says_nothing():
    opened = open_incident()
    mine, theirs = incident_of(opened), incident_of(opened)
    update(theirs)
    with pytest.raises(Superseded):
        update(mine)
    assert Statement.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_ten_who_update_at_once_one_is_heard():
    opened = open_incident()
    read = [incident_of(opened) for _ in range(10)]
    outcomes = []

    def publisher(incident):
        try:
            update(incident)
            outcomes.append("said")
        except Superseded:
            outcomes.append("superseded")
        finally:
            connection.close()

    threads = [threading.Thread(target=publisher, args=[one]) for one in read]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["said"] + ["superseded"] * 9
    assert Statement.objects.count() == 2


def test_hidden_components_change_but_are_not_spoken_of():
    hidden, shown = make_component("内部", visible=False), make_component()
    statement = open_incident(
        components={hidden.public_id: "major_outage", shown.public_id: "partial_outage"}
    )
    assert [one["id"] for one in statement.content["components"]] == [shown.public_id]
    assert hidden.public_id not in statement.canonical
    assert status_of(hidden) == "major_outage"


def test_an_update_needs_a_chinese_text():
    opened = open_incident()
    with pytest.raises(ValidationError):
        update(incident_of(opened), body={"en": "found it"})
    assert incident_of(opened).status == "investigating"


@pytest.mark.django_db(transaction=True)
def test_an_incident_cannot_be_deleted():
    incident = incident_of(open_incident(components={}))
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        incident.delete()
    with pytest.raises(DatabaseError, match="said stays said"), as_owner() as cursor:
        cursor.execute("DELETE FROM incidents_incident")
    assert Incident.objects.exists()


def test_reading_open_incidents_takes_two_queries(django_assert_num_queries):
    for _ in range(4):
        open_incident()
    with django_assert_num_queries(2):
        for incident in open_incidents():
            assert [row.component.name for row in incident.affected.all()]


def test_times_in_the_statement_are_utc():
    statement = incident_open(name=text("名"), body=text("文"), components={}, author=None)
    assert statement.content["started_at"].endswith("Z")
