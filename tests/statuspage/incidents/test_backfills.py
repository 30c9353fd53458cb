"""An incident entered afterwards has as many dated updates as it had, each marked so."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import override

from statuspage.components.models import Component, StatusChange
from statuspage.components.statuses import ComponentStatus
from statuspage.incidents.folding import incident_state
from statuspage.incidents.holding import Held
from statuspage.incidents.models import Incident
from statuspage.incidents.past import MOST_UPDATES
from statuspage.incidents.said import said_about
from statuspage.incidents.selectors import latest_incidents
from statuspage.incidents.services.backfills import past_incident_enter
from statuspage.pages.uptime.selectors import records
from statuspage.projections.comparing import differences
from statuspage.statements.models import Statement
from statuspage.statements.services import statement_withdraw
from tests.factories import make_component, open_incident, text
from tests.february import AT, entered, incident, update

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with override("en"):
        yield


@pytest.fixture
def component() -> Component:
    return make_component()


def test_each_update_is_a_statement_of_its_own_with_the_time_it_tells_of(
    component: Component,
) -> None:
    said = entered(component)
    assert [one.number for one in said] == [1, 2, 3]
    assert [one.kind for one in said] == [
        "incident.backfilled",
        *["incident.backfilled_update"] * 2,
    ]
    found = [one.content for one in said]
    assert [one["status"] for one in found] == ["investigating", "identified", "resolved"]
    assert [one["happened_at"] for one in found] == [
        "2025-02-19T01:00:00.000Z",
        "2025-02-20T02:00:00.000Z",
        "2025-02-21T08:00:00.000Z",
    ]
    assert ["resolved_at" in one for one in found] == [False, False, True]
    assert {one["started_at"] for one in found} == {"2025-02-19T01:00:00.000Z"}
    assert all(one["backfilled"] and not one["told"] for one in found)
    assert all("补录于" in one["body"]["zh-hans"] for one in found)
    assert all("entered afterwards" in one["body"]["en"] for one in found)
    changes = [
        (one["components"][0]["old_status"], one["components"][0]["new_status"]) for one in found
    ]
    assert changes == [
        ("operational", "major_outage"),
        ("major_outage", "partial_outage"),
        ("partial_outage", "operational"),
    ]


def test_the_incident_has_its_real_times_and_changes_no_present_state(component: Component) -> None:
    entered(component)
    found = Incident.objects.get()
    assert (found.status, found.impact, found.backfilled) == ("resolved", "critical", True)
    assert (found.started_at, found.resolved_at) == (AT[0], AT[2])
    assert found.version == 3
    component.refresh_from_db()
    assert component.status == "operational"
    assert not StatusChange.objects.exists()
    assert differences() == []


def test_one_update_is_the_single_statement_that_it_always_was(component: Component) -> None:
    [said] = entered(component, updates=[update(2, "resolved")])
    assert said.kind == "incident.backfilled"
    assert "happened_at" not in said.content
    assert said.content["resolved_at"] == "2025-02-21T08:00:00.000Z"
    [change] = said.content["components"]
    assert (change["old_status"], change["new_status"]) == ("major_outage", "operational")


FIRST, SECOND, LAST = update(0, "investigating"), update(1, "identified"), update(2, "resolved")


@pytest.mark.parametrize(
    ("updates", "field", "problem"),
    [
        ([], "updates", "from 1 to 200"),
        ([FIRST, SECOND], "updates.1.status", "must be “Resolved”"),
        ([LAST | {"at": AT[0]}, LAST], "updates.0.at", "end must be after"),
        ([SECOND, FIRST, LAST], "updates.1.at", "before the update above"),
        ([FIRST | {"at": AT[0] - timedelta(hours=1)}, LAST], "updates.0.at", "before the start"),
        ([FIRST, LAST | {"at": AT[0]}], "updates.1.at", "end must be after"),
        ([FIRST, SECOND, SECOND, LAST], "updates.2.body", "entered twice"),
        ([FIRST, LAST, SECOND, LAST | {"at": AT[2] + timedelta(1)}], "updates.2.at", "before"),
        ([FIRST, SECOND | {"status": "lost"}, LAST], "updates.1.status", "lost"),
        ([FIRST, SECOND | {"body": {"en": "x"}}, LAST], "updates.1.body", "Chinese"),
        ([FIRST, SECOND | {"components": {"x": "operational"}}, LAST], "updates.1.components", "x"),
        ([FIRST] * (MOST_UPDATES + 1), "updates", "from 1 to 200"),
    ],
    ids=[
        "none",
        "still open",
        "no time before the end",
        "out of order",
        "before the start",
        "no time between",
        "twice",
        "after the end",
        "no such status",
        "no Chinese",
        "no such service",
        "too many",
    ],
)
def test_what_cannot_have_been_is_refused_by_field_and_row(
    component: Component, updates: Any, field: str, problem: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        entered(component, updates=updates)
    assert problem in str(refused.value.message_dict[field])
    assert not Statement.objects.exists()


def test_what_is_not_over_yet_is_refused(component: Component) -> None:
    for place, at in (("started_at", AT[0]), ("updates.0.at", AT[2])):
        values: Any = incident(component, updates=[LAST | {"at": at + timedelta(days=36500)}])
        if place == "started_at":
            values["started_at"] = AT[0] + timedelta(days=36500)
        with pytest.raises(ValidationError) as refused:
            past_incident_enter(author=None, **values)
        assert place in refused.value.message_dict


def test_an_end_that_leaves_a_service_disturbed_is_refused(component: Component) -> None:
    left = LAST | {"components": {component.public_id: "partial_outage"}}
    with pytest.raises(ValidationError) as refused:
        entered(component, updates=[FIRST, left])
    assert "operational" in str(refused.value.message_dict["updates.1.components"])


def test_the_same_incident_is_entered_once_until_it_is_withdrawn(component: Component) -> None:
    first = entered(component)[0]
    with pytest.raises(ValidationError) as refused:
        entered(component)
    assert refused.value.error_dict["name"][0].code == "duplicate"
    statement_withdraw(statement=first, body={"zh-hans": "误录。"}, author=None)
    entered(component)
    assert Incident.objects.count() == 2


def test_an_incident_that_came_back_can_be_entered_too(component: Component) -> None:
    again = update(1, "investigating", components={component.public_id: "degraded_performance"})
    over = update(0, "resolved", at=AT[0] + timedelta(hours=3))
    said = entered(component, updates=[FIRST, over, again, LAST])
    states = [one.content["components"][0]["new_status"] for one in said]
    assert states == ["major_outage", "operational", "degraded_performance", "operational"]
    assert ["resolved_at" in one.content for one in said] == [False, False, False, True]


def test_a_service_that_failed_later_was_running_before(component: Component) -> None:
    other = make_component("扫码支付", "QR payments")
    later = update(1, "identified", components={other.public_id: "partial_outage"})
    said = entered(component, updates=[FIRST, later, LAST])
    assert [one["id"] for one in said[0].content["components"]] == [component.public_id]
    assert [one["old_status"] for one in said[1].content["components"]] == [
        "major_outage",
        "operational",
    ]
    assert len(said[2].content["components"]) == 2


def test_a_notice_can_name_it_however_much_happened_since(component: Component) -> None:
    entered(component)
    now = timezone.now()
    for number in range(3):
        open_incident(component, started_at=now - timedelta(days=number))
    assert Incident.objects.get(backfilled=True) in latest_incidents(limit=2)


def test_more_may_have_been_said_after_it_was_over(component: Component) -> None:
    more = update(
        2, "resolved", at=AT[2] + timedelta(days=3), body=text("均已到账。", "All arrived.")
    )
    said = entered(component, updates=[FIRST, LAST, more])
    assert [one.content.get("further", False) for one in said] == [False, False, True]
    assert {one.content["resolved_at"] for one in said[1:]} == {"2025-02-21T08:00:00.000Z"}
    assert Incident.objects.get().resolved_at == AT[2]
    assert differences() == []


def test_the_first_word_may_be_that_it_is_over(component: Component) -> None:
    more = update(2, "resolved", at=AT[2] + timedelta(days=3))
    said = entered(component, updates=[LAST, more])
    [change] = said[0].content["components"]
    assert (change["old_status"], change["new_status"]) == ("major_outage", "operational")
    assert [(one.begin, one.end) for one in held_by(said[0])] == [(AT[0], AT[2])]


def held_by(said: Statement) -> Sequence[Held]:
    """Return when the incident held components, by the statements that stand."""
    return incident_state(said_about("incident", [said.subject_id])[said.subject_id]).held


def test_uptime_shows_each_state_of_those_days(component: Component) -> None:
    Component.objects.update(start_date=date(2025, 1, 1))
    entered(component)
    [(_component, days)] = records(date(2025, 2, 18), date(2025, 2, 22), timezone.now())
    hour = 3600
    assert [one.seconds.get(ComponentStatus.MAJOR_OUTAGE, 0) for one in days] == [
        0,
        15 * hour,
        10 * hour,
        0,
        0,
    ]
    assert [one.seconds.get(ComponentStatus.PARTIAL_OUTAGE, 0) for one in days] == [
        0,
        0,
        14 * hour,
        16 * hour,
        0,
    ]


def test_a_past_update_that_is_withdrawn_leaves_what_was_said_before(component: Component) -> None:
    said = entered(component)
    statement_withdraw(statement=said[1], body={"zh-hans": "误录。"}, author=None)
    assert [(one.status, one.begin, one.end) for one in held_by(said[0])] == [
        ("major_outage", AT[0], AT[2])
    ]
    assert differences() == []


def test_a_past_incident_whose_end_is_withdrawn_is_open_again(component: Component) -> None:
    said = entered(component)
    statement_withdraw(statement=said[2], body={"zh-hans": "误录。"}, author=None)
    component.refresh_from_db()
    assert (Incident.objects.get().status, component.status) == ("identified", "partial_outage")
    assert differences() == []


def test_a_past_incident_whose_first_statement_is_withdrawn_never_was(component: Component) -> None:
    said = entered(component)
    statement_withdraw(statement=said[0], body={"zh-hans": "误录。"}, author=None)
    assert not held_by(said[0])
    assert differences() == []
