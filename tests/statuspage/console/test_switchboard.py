"""All components on one screen; a change of state is always a statement."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from statuspage.components.models import Component
from statuspage.staff.roles import Role
from statuspage.statements.models import Statement
from tests.factories import incident_of, make_component, open_incident
from tests.statuspage.console.browser import form_of, publish, signed_in, words

PATH = "/console/components/"
WRITTEN = {"name_zh": "刷卡异常", "body_zh": "刷卡与扫码均受影响。"}


def test_every_component_stands_there_with_its_state(author: Client, component: Component) -> None:
    other = make_component("刷卡交易", "Card payments")
    open_incident(other)
    form = form_of(author.get(PATH), "target")
    assert form[f"component_{component.public_id}"] == "operational"
    assert form[f"component_{other.public_id}"] == "partial_outage"


def test_several_are_changed_by_one_statement(author: Client, component: Component) -> None:
    other = make_component("刷卡交易", "Card payments")
    third = make_component("扫码支付", "QR payments")
    form = form_of(author.get(PATH), "target")
    for one in (component, other):
        form[f"component_{one.public_id}"] = "major_outage"
    answer = author.get(PATH, form)
    assert not Statement.objects.exists()
    publish(author, answer.headers["Location"], **WRITTEN)
    told = Statement.objects.get().content["components"]
    assert {one["id"]: one["new_status"] for one in told} == {
        component.public_id: "major_outage",
        other.public_id: "major_outage",
    }
    third.refresh_from_db()
    assert third.status == "operational"


def test_an_open_incident_is_updated_and_keeps_its_other_components(author: Client) -> None:
    first, second = make_component(), make_component("刷卡交易", "Card payments")
    incident = incident_of(open_incident(first))
    form = form_of(author.get(PATH), "target")
    assert form["target"] == incident.public_id
    form[f"component_{second.public_id}"] = "degraded_performance"
    address = author.get(PATH, form).headers["Location"]
    assert urlsplit(address).path == f"/console/incidents/{incident.public_id}/update/"
    publish(author, address, body_zh="刷卡也受影响。", status="identified")
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == ("partial_outage", "degraded_performance")


def test_without_a_change_there_is_nothing_to_say(author: Client, component: Component) -> None:
    page = author.get(PATH, form_of(author.get(PATH), "target"))
    assert page.status_code == 200
    assert "No status was changed, so there is nothing to publish." in words(page)


@pytest.mark.parametrize("target", ["zzz", "", "new", "../x"])
def test_an_incident_that_is_not_open_becomes_a_new_one(
    author: Client, component: Component, target: str
) -> None:
    state = {f"component_{component.public_id}": "major_outage"}
    answer = author.get(PATH, {**state, "target": target})
    assert urlsplit(answer.headers["Location"]).path == "/console/incidents/compose/"


def test_nonsense_in_the_address_is_left_out(author: Client, component: Component) -> None:
    query = {f"component_{component.public_id}": "on fire", "component_zzz": "major_outage"}
    answer = author.get(PATH, {**query, "target": "new"})
    assert answer.status_code == 200
    real = {f"component_{component.public_id}": "major_outage", "component_q": "x"}
    location = author.get(PATH, {**real, "target": "new"}).headers["Location"]
    assert parse_qs(urlsplit(location).query) == {
        f"component_{component.public_id}": ["major_outage"]
    }


def test_an_auditor_sees_the_states_and_no_way_to_change_them(component: Component) -> None:
    page = words(signed_in(Role.AUDITOR).get(PATH))
    assert "T+1 settlement" in page
    assert 'name="target"' not in page
