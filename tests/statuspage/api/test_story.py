"""A settlement crisis from first sign to waiver, driven by another system over the API alone."""

import pytest

from notifications.delivery.broadcasts import expand
from notifications.delivery.models import Broadcast
from statuspage.components.models import Component
from statuspage.staff.roles import Role
from tests.factories import make_address, make_component, text
from tests.statuspage.api import samples
from tests.statuspage.api.client import Caller, caller

pytestmark = pytest.mark.django_db


@pytest.fixture
def t1(db: None) -> Component:
    """T+1 settlement, which is about to be late."""
    return make_component("T+1 结算", "T+1 settlement")


@pytest.fixture
def portal(db: None) -> Component:
    """Return the portal, which has nothing to do with it."""
    return make_component("商户后台", "Merchant portal")


@pytest.fixture
def merchants(t1: Component, portal: Component) -> None:
    """A micro merchant, an industry merchant, and an agent who only watches the portal."""
    make_address("+8613800001234", category="micro")
    make_address("+8613900005678", category="industry", language="en")
    make_address("agent@example.com", channel="email", components=[portal.public_id])


def _told(api: Caller, number: int) -> list[str]:
    """Return the masked addresses that a statement goes to."""
    expand(number)
    return [row["address"] for row in api.get(f"deliveries/?statement={number}").json()["results"]]


def test_only_those_concerned_are_told_of_the_incident(api, t1, merchants):
    opened = api.post("incidents/", samples.incident(t1)).json()
    assert _told(api, opened["statement"]) == ["138****1234", "139****5678"]


def test_the_waiver_is_told_to_its_audience_and_to_those_who_said_no_category(api, merchants):
    waiver = api.post("notices/", samples.notice()).json()
    assert _told(api, waiver["statement"]) == ["138****1234", "a***@example.com"]


def test_a_correction_reaches_those_whom_the_first_reached(merchants):
    api = caller(Role.APPROVER)  # a promise of money takes two, or a token issued to go alone
    waiver = api.post("notices/", samples.notice()).json()
    body = {"body": text("减免期间至2月22日。", "Waived until 22 February.")}
    path = f"statements/{waiver['statement']}/corrections/"
    corrected = api.post(path, body).json()
    assert _told(api, corrected["statement"]) == _told(api, waiver["statement"])


def test_those_who_only_watch_the_portal_hear_of_its_maintenance(api, portal, merchants):
    announced = api.post("maintenances/", samples.maintenance(portal)).json()
    assert "a***@example.com" in _told(api, announced["statement"])


def test_the_whole_crisis_is_in_the_log_in_order_and_each_was_broadcast(api, t1, merchants):
    opened = api.post("incidents/", samples.incident(t1)).json()
    updates = f"incidents/{opened['id']}/updates/"
    api.post(updates, samples.update(next_update_by=samples.in_hours(1)))
    delay = {
        "kind": "delay",
        "title": text("到账延迟说明", "Late payouts"),
        "body": text("2月18日起的交易到账延迟。", "Payouts since 18 February are late."),
        "payload": {"transactions_from": "2025-02-18T00:00:00+08:00"},
        "incident": opened["id"],
    }
    api.post("notices/", delay)
    api.post(
        f"statements/{opened['statement']}/corrections/",
        {"body": text("开始时间为10:40。", "It began at 10:40.")},
    )
    api.post(updates, samples.update(status="resolved"))
    api.post("notices/", samples.notice(incident=opened["id"]))

    log = api.get("statements/").json()["results"]
    assert [one["number"] for one in log] == [6, 5, 4, 3, 2, 1]
    assert [one["kind"] for one in reversed(log)] == [
        "incident.opened",
        "incident.updated",
        "notice.delay",
        "correction",
        "incident.updated",
        "notice.fee_waiver",
    ]
    assert Broadcast.objects.count() == 6
    assert {notice["incident"] for notice in api.get("notices/").json()["results"]} == {
        opened["id"]
    }
    (component,) = api.get("components/").json()["results"][:1]
    assert component["status"] == "operational"


def test_what_was_said_first_is_still_there_word_for_word_at_the_end(api, t1):
    opened = api.post("incidents/", samples.incident(t1)).json()
    first = api.get("statements/1/").json()
    updates = f"incidents/{opened['id']}/updates/"
    api.post(updates, samples.update(status="resolved"))
    api.post("statements/1/withdrawals/", {"body": text("误报。", "A false alarm.")})
    assert api.get("statements/1/").json() == first


def test_no_answer_gives_away_a_number_a_token_or_who_pressed_the_button(api, t1, merchants):
    token = api.headers["Authorization"].removeprefix("Bearer ")
    opened = api.post("incidents/", samples.incident(t1)).json()
    expand(opened["statement"])
    pages = [
        "incidents/",
        f"incidents/{opened['id']}/",
        "statements/",
        "statements/1/",
        "components/",
        "broadcasts/1/",
        "deliveries/?statement=1",
    ]
    said = "".join(api.get(page).content.decode() for page in pages)
    for secret in [token, "13800001234", "13900005678", "agent@", "staff", "outside"]:
        assert secret not in said
