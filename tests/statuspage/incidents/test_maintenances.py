"""Maintenance: announced ahead, moved by hand or by the clock, and honest about its components."""

import threading
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from statuspage.components.models import Component
from statuspage.incidents.lifecycle import IllegalTransition
from statuspage.incidents.models import Maintenance
from statuspage.incidents.selectors import (
    active_maintenances,
    recent_maintenances,
    scheduled_maintenances,
)
from statuspage.incidents.services.impacts import Superseded
from statuspage.incidents.services.maintenances import (
    maintenance_schedule,
    maintenance_update,
    maintenances_advance,
)
from statuspage.incidents.tasks import advance_maintenances
from statuspage.statements.models import Statement
from tests.database.tampering import as_owner
from tests.factories import make_component, open_incident, text

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def schedule(component=None, start=HOUR, end=2 * HOUR, **values):
    now = timezone.now()
    component = component or make_component()
    return maintenance_schedule(
        **{
            "name": text("后台维护", "Portal maintenance"),
            "body": text("期间无法登录", "No sign-in meanwhile"),
            "components": [component.public_id],
            "scheduled_for": now + start,
            "scheduled_until": now + end,
            "short_notice_reason": text("紧急修补。", "An urgent fix."),
            "author": None,
            **values,
        }
    )


def maintenance_of(statement):
    return Maintenance.objects.get(public_id=statement.subject_id)


def update(statement, status, **values):
    return maintenance_update(
        **{
            "maintenance": maintenance_of(statement),
            "status": status,
            "body": text("进展"),
            "author": None,
            **values,
        }
    )


def status_of(component):
    return Component.objects.get(pk=component.pk).status


def test_announcing_changes_no_component_yet():
    component = make_component()
    statement = schedule(component)
    assert statement.kind == "maintenance.scheduled"
    assert statement.content["status"] == "scheduled"
    assert [one["new_status"] for one in statement.content["components"]] == ["operational"]
    assert status_of(component) == "operational"
    assert list(scheduled_maintenances()) == [maintenance_of(statement)]


@pytest.mark.parametrize(
    ("start", "end"), [(-HOUR, HOUR), (HOUR, HOUR), (2 * HOUR, HOUR), (-2 * HOUR, -HOUR)]
)
def test_times_out_of_order_are_refused(start, end):
    with pytest.raises(ValidationError) as refusal:
        schedule(start=start, end=end)
    assert refusal.value.code == "times"
    assert not Statement.objects.exists()


def test_starting_puts_components_under_maintenance_and_completing_frees_them():
    component = make_component()
    statement = schedule(component)
    update(statement, "in_progress")
    assert status_of(component) == "under_maintenance"
    assert list(active_maintenances()) == [maintenance_of(statement)]
    update(statement, "verifying")
    assert status_of(component) == "under_maintenance"
    done = update(statement, "completed")
    assert status_of(component) == "operational"
    assert done.content["components"][0]["old_status"] == "under_maintenance"
    assert maintenance_of(statement).completed_at == done.published_at


def test_an_outage_outweighs_maintenance():
    component = make_component()
    statement = schedule(component)
    update(statement, "in_progress")
    open_incident(component)
    assert status_of(component) == "partial_outage"
    update(statement, "completed")
    assert status_of(component) == "partial_outage"


def test_nothing_follows_completion():
    statement = schedule()
    update(statement, "completed")
    with pytest.raises(IllegalTransition):
        update(statement, "in_progress")


def test_an_update_of_a_stale_maintenance_is_superseded():
    statement = schedule()
    stale = maintenance_of(statement)
    update(statement, "in_progress")
    with pytest.raises(Superseded):
        update(statement, "in_progress", maintenance=stale)


def test_the_clock_starts_and_completes_at_their_times():
    component = make_component()
    statement = schedule(component)
    times = maintenance_of(statement)
    assert maintenances_advance(times.scheduled_for - timedelta(seconds=1)) == []
    (started,) = maintenances_advance(times.scheduled_for)
    assert started.content["status"] == "in_progress"
    assert started.content["body"]["en"]
    assert started.author is None
    assert status_of(component) == "under_maintenance"
    assert maintenances_advance(times.scheduled_until - timedelta(seconds=1)) == []
    (completed,) = maintenances_advance(times.scheduled_until)
    assert completed.content["status"] == "completed"
    assert status_of(component) == "operational"


def test_the_clock_leaves_verifying_to_people():
    statement = schedule()
    update(statement, "in_progress")
    update(statement, "verifying")
    assert maintenances_advance(timezone.now() + 10 * HOUR) == []


def test_a_clock_that_stood_still_catches_up_stage_by_stage():
    statement = schedule()
    late = timezone.now() + 10 * HOUR
    assert [one.content["status"] for one in maintenances_advance(late)] == ["in_progress"]
    assert [one.content["status"] for one in maintenances_advance(late)] == ["completed"]
    assert maintenances_advance(late) == []
    assert maintenance_of(statement).status == "completed"


@pytest.mark.django_db(transaction=True)
def test_two_clocks_say_it_once():
    schedule()
    late = timezone.now() + 1.5 * HOUR

    def clock():
        try:
            maintenances_advance(late)
        finally:
            connection.close()

    threads = [threading.Thread(target=clock) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    statuses = [one.content["status"] for one in Statement.objects.order_by("number")]
    assert statuses == ["scheduled", "in_progress"]


def test_the_periodic_task_is_the_clock():
    statement = schedule()
    Maintenance.objects.update(scheduled_for=timezone.now() - timedelta(seconds=1))
    advance_maintenances()
    assert maintenance_of(statement).status == "in_progress"


@pytest.mark.django_db(transaction=True)
def test_a_maintenance_cannot_be_deleted():
    maintenance = maintenance_of(schedule(components=[]))
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        maintenance.delete()
    with pytest.raises(DatabaseError, match="said stays said"), as_owner() as cursor:
        cursor.execute("DELETE FROM incidents_maintenance")
    assert [str(one) for one in recent_maintenances()] == ["后台维护"]
