"""Cancelling and rescheduling: statements, and what they change."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from statuspage.incidents.lifecycle import IllegalTransition
from statuspage.incidents.models import Maintenance
from statuspage.incidents.selectors import held_maintenances
from statuspage.incidents.services.impacts import Superseded
from statuspage.incidents.services.maintenances import maintenances_advance
from statuspage.incidents.services.replanning import maintenance_cancel, maintenance_reschedule
from tests.factories import make_component, open_incident, text
from tests.statuspage.incidents.test_maintenances import (
    HOUR,
    maintenance_of,
    schedule,
    status_of,
    update,
)

pytestmark = pytest.mark.django_db
REASON = text("改版窗口取消。", "The release was called off.")


def cancel(statement, **values):
    given = {"maintenance": maintenance_of(statement), "body": REASON, "author": None, **values}
    return maintenance_cancel(**given)


def reschedule(statement, **values):
    given = {
        "maintenance": maintenance_of(statement),
        "body": text("改至次日。", "Moved to the next day."),
        "short_notice_reason": text("配合银行。", "To suit the bank."),
        "author": None,
        **values,
    }
    return maintenance_reschedule(**given)


@pytest.mark.parametrize("way", [[], ["in_progress"], ["in_progress", "verifying"]])
def test_a_maintenance_is_cancelled_by_a_statement_until_it_is_over(way):
    component = make_component()
    statement = schedule(component)
    for status in way:
        update(statement, status)
    said = cancel(statement)
    assert (said.kind, said.content["status"]) == ("maintenance.cancelled", "cancelled")
    assert said.content["body"] == REASON
    assert not said.content["begins"]
    assert maintenance_of(statement).cancelled_at == said.published_at
    assert status_of(component) == "operational"
    with pytest.raises(IllegalTransition):
        cancel(statement)


def test_cancelling_releases_nothing_that_an_incident_holds():
    component = make_component()
    statement = schedule(component)
    update(statement, "in_progress")
    open_incident(component)
    cancel(statement)
    assert status_of(component) == "partial_outage"


def test_the_clock_never_starts_a_cancelled_one():
    statement = schedule()
    cancel(statement)
    assert maintenances_advance(timezone.now() + 10 * HOUR) == []
    assert maintenance_of(statement).status == "cancelled"


def test_who_reads_an_older_state_cancels_nothing():
    statement = schedule()
    stale = maintenance_of(statement)
    update(statement, "in_progress")
    for act in (cancel, reschedule):
        with pytest.raises(Superseded):
            act(statement, maintenance=stale, **_later(stale, act))


def _later(stale, act):
    return {} if act is cancel else {"scheduled_until": stale.scheduled_until + HOUR}


def test_rescheduling_says_the_new_and_the_old_times():
    statement = schedule()
    old = maintenance_of(statement)
    times = {
        "scheduled_for": old.scheduled_for + 24 * HOUR,
        "scheduled_until": old.scheduled_until + 25 * HOUR,
    }
    said = reschedule(statement, **times)
    assert (said.kind, said.content["status"]) == ("maintenance.rescheduled", "scheduled")
    now = maintenance_of(statement)
    assert (now.scheduled_for, now.scheduled_until) == tuple(times.values())
    before = said.content["before"]
    assert before["scheduled_for"] == statement.content["scheduled_for"]
    assert before["scheduled_until"] == statement.content["scheduled_until"]
    assert said.content["scheduled_for"] > before["scheduled_for"]
    assert maintenances_advance(old.scheduled_until) == []
    assert [one.content["begins"] for one in maintenances_advance(now.scheduled_for)] == [True]


def test_a_maintenance_in_progress_can_be_extended_and_is_not_started_again():
    statement = schedule()
    update(statement, "in_progress")
    old = maintenance_of(statement)
    said = reschedule(statement, scheduled_until=old.scheduled_until + HOUR)
    assert (said.content["status"], said.content["begins"]) == ("in_progress", False)
    assert maintenances_advance(old.scheduled_until) == []
    ended = maintenances_advance(old.scheduled_until + HOUR)
    assert [one.content["status"] for one in ended] == ["completed"]


def test_its_start_cannot_change_once_it_has_started():
    statement = schedule()
    update(statement, "in_progress")
    with pytest.raises(ValidationError) as refusal:
        reschedule(statement, scheduled_for=timezone.now() + HOUR)
    assert "scheduled_for" in refusal.value.message_dict


def test_other_components_are_held_and_the_former_ones_released():
    old, new = make_component(), make_component("提现")
    statement = schedule(old)
    update(statement, "in_progress")
    said = reschedule(statement, components=[new.public_id])
    assert (status_of(old), status_of(new)) == ("operational", "under_maintenance")
    assert said.content["affects"] == [new.public_id]
    assert said.content["before"]["components"] == [old.public_id]
    assert {one["id"] for one in said.content["components"]} == {old.public_id, new.public_id}


def test_cancelling_tells_who_was_ever_told():
    old, new = make_component(), make_component("提现")
    statement = schedule(old)
    reschedule(statement, components=[new.public_id])
    said = cancel(statement)
    assert {one["id"] for one in said.content["components"]} == {old.public_id, new.public_id}


def test_what_the_public_may_not_see_is_not_named():
    hidden, shown = make_component(visible=False), make_component()
    statement = schedule(shown, components=[shown.public_id, hidden.public_id])
    said = reschedule(statement, components=[hidden.public_id])
    assert hidden.public_id not in said.canonical


@pytest.mark.parametrize("given", ["nothing", "the same"])
def test_unchanged_times_and_components_are_refused(given):
    component = make_component()
    statement = schedule(component)
    old = maintenance_of(statement)
    same = {
        "scheduled_for": old.scheduled_for,
        "scheduled_until": old.scheduled_until,
        "components": [component.public_id],
    }
    with pytest.raises(ValidationError) as refusal:
        reschedule(statement, **(same if given == "the same" else {}))
    assert refusal.value.code == "unchanged"


def test_a_change_that_nobody_can_see_is_not_told():
    hidden = make_component(visible=False)
    statement = schedule(components=[])
    with pytest.raises(ValidationError) as refusal:
        reschedule(statement, components=[hidden.public_id])
    assert refusal.value.code == "unchanged"


def test_a_new_start_has_the_lead_time_of_an_announcement():
    statement = schedule()
    old = maintenance_of(statement)
    times = {
        "scheduled_for": old.scheduled_for + 24 * HOUR,
        "scheduled_until": old.scheduled_until + 24 * HOUR,
    }
    with pytest.raises(ValidationError) as refusal:
        reschedule(statement, short_notice_reason=None, **times)
    assert "short_notice_reason" in refusal.value.message_dict
    # A later end alone needs none.
    reschedule(statement, short_notice_reason=None, scheduled_until=old.scheduled_until + HOUR)


@pytest.mark.parametrize(
    ("field", "by"),
    [("scheduled_for", -3 * HOUR), ("scheduled_for", 5 * HOUR), ("scheduled_until", -9 * HOUR)],
    ids=["a start in the past", "a start after the end", "an end before the start"],
)
def test_times_that_cannot_be_are_refused(field, by):
    statement = schedule()
    with pytest.raises(ValidationError):
        reschedule(statement, **{field: getattr(maintenance_of(statement), field) + by})


def test_what_is_over_is_not_rescheduled():
    statement = schedule()
    cancel(statement)
    with pytest.raises(IllegalTransition):
        reschedule(statement, scheduled_until=timezone.now() + 9 * HOUR)


class TestByHand:
    """After the withdrawal of its start, the clock leaves a maintenance to staff."""

    @staticmethod
    def left_to_staff():
        statement = schedule()
        Maintenance.objects.update(by_hand=True)
        return statement

    def test_the_clock_leaves_it_and_staff_see_it(self):
        statement = self.left_to_staff()
        assert maintenances_advance(timezone.now() + 10 * HOUR) == []
        assert list(held_maintenances()) == [maintenance_of(statement)]

    def test_more_information_alone_does_not_give_it_back_to_the_clock(self):
        statement = self.left_to_staff()
        update(statement, "scheduled")
        assert maintenances_advance(timezone.now() + 10 * HOUR) == []

    def test_an_act_by_hand_does(self):
        statement = self.left_to_staff()
        update(statement, "in_progress")
        assert not maintenance_of(statement).by_hand
        assert list(held_maintenances()) == []

    def test_new_times_do(self):
        statement = self.left_to_staff()
        end = maintenance_of(statement).scheduled_until + HOUR
        reschedule(statement, scheduled_until=end)
        assert len(maintenances_advance(timezone.now() + timedelta(hours=10))) == 1

    def test_cancelling_takes_it_off_the_list(self):
        statement = self.left_to_staff()
        cancel(statement)
        assert list(held_maintenances()) == []
