"""Incidents from opening to resolution, as another system drives them."""

import pytest

from notifications.delivery.models import Broadcast
from statuspage.incidents.models import Incident
from statuspage.statements.models import Statement
from tests.factories import make_component, open_incident, text
from tests.statuspage.api import samples
from tests.statuspage.api.client import error_of

pytestmark = pytest.mark.django_db


def test_opening_an_incident_answers_with_its_id_number_and_page(api, component):
    response = api.post("incidents/", samples.incident(component))
    assert response.status_code == 201
    answer = response.json()
    assert answer["statement"] == 1
    assert answer["url"].endswith(f"/incidents/{answer['id']}/")
    assert answer["name"] == text("T+1到账延迟", "T+1 payouts are late")
    assert answer["status"] == "investigating"
    assert answer["impact"] == "major"
    assert answer["components"] == {component.public_id: "partial_outage"}
    assert answer["version"] == 1
    assert [one["kind"] for one in answer["timeline"]] == ["incident.opened"]


def test_opening_changes_the_component_for_everyone(api, component):
    api.post("incidents/", samples.incident(component))
    listed = api.get("components/").json()["results"]
    assert listed[0]["status"] == "partial_outage"


def test_publishing_over_the_api_opens_a_broadcast_and_shows_in_the_log(api, component):
    number = api.post("incidents/", samples.incident(component)).json()["statement"]
    assert Broadcast.objects.get().statement_id == number
    assert api.get(f"broadcasts/{number}/").json()["state"] == "expanding"
    logged = api.get("statements/").json()["results"]
    assert [one["number"] for one in logged] == [number]
    assert logged[0]["document"]["content"]["body"]["en"] == "Some payouts are late."


def test_what_was_published_bears_the_tokens_owner_inside_and_nobody_outside(api, component):
    answer = api.post("incidents/", samples.incident(component)).json()
    statement = Statement.objects.get()
    assert statement.author is not None
    assert statement.author.username not in str(answer)


def test_impact_left_out_follows_from_the_worst_component(api, component):
    body = samples.incident(component, components={component.public_id: "major_outage"})
    del body["impact"]
    assert api.post("incidents/", body).json()["impact"] == "critical"


def test_promise_and_start_are_kept_in_utc(api, component):
    body = samples.incident(
        component,
        started_at="2025-02-20T10:42:00+08:00",
        next_update_by=samples.in_hours(1),
    )
    answer = api.post("incidents/", body).json()
    assert answer["started_at"] == "2025-02-20T02:42:00Z"
    assert answer["next_update_by"].endswith("Z")


def test_updates_up_to_resolved_make_the_whole_timeline(api, component):
    opened = api.post("incidents/", samples.incident(component)).json()
    path = f"incidents/{opened['id']}/updates/"
    for status in ["identified", "monitoring", "resolved"]:
        response = api.post(path, samples.update(status=status))
        assert response.status_code == 201
        assert response.json()["status"] == status
    shown = api.get(f"incidents/{opened['id']}/").json()
    told = [one["document"]["content"]["status"] for one in shown["timeline"]]
    assert told == ["investigating", "identified", "monitoring", "resolved"]
    assert shown["components"] == {component.public_id: "operational"}
    assert shown["resolved_at"] is not None


def test_an_update_can_change_impact_and_components(api, component):
    opened = api.post("incidents/", samples.incident(component)).json()
    other = make_component("扫码支付")
    body = samples.update(impact="critical", components={other.public_id: "major_outage"})
    answer = api.post(f"incidents/{opened['id']}/updates/", body).json()
    assert answer["impact"] == "critical"
    assert answer["components"] == {
        component.public_id: "partial_outage",
        other.public_id: "major_outage",
    }


def test_what_cannot_follow_is_a_conflict_that_names_what_can(api, component):
    opened = api.post("incidents/", samples.incident(component)).json()
    path = f"incidents/{opened['id']}/updates/"
    api.post(path, samples.update(status="resolved"))
    response = api.post(path, samples.update(status="monitoring"))
    assert response.status_code == 409
    error = error_of(response)
    assert error["code"] == "transition"
    assert "Investigating" in error["message"]


def test_a_stale_version_is_a_conflict_and_publishes_nothing(api, component):
    opened = api.post("incidents/", samples.incident(component)).json()
    path = f"incidents/{opened['id']}/updates/"
    assert api.post(path, samples.update(version=1)).status_code == 201
    response = api.post(path, samples.update(version=1))
    assert response.status_code == 409
    assert error_of(response)["code"] == "superseded"
    assert Statement.objects.count() == 2
    assert Incident.objects.get().version == 2


def test_the_present_version_is_accepted(api, component):
    opened = api.post("incidents/", samples.incident(component)).json()
    response = api.post(f"incidents/{opened['id']}/updates/", samples.update(version=1))
    assert response.json()["version"] == 2


def test_an_unknown_incident_is_not_found(api):
    for path in ["incidents/zzzzzzzzzzzz/", "incidents/x/", "incidents/%00/", "incidents/a'b/"]:
        response = api.get(path)
        assert response.status_code == 404, path
        error_of(response)
    assert api.post("incidents/zzzzzzzzzzzz/updates/", samples.update()).status_code == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": {"en": "English only"}}, "name"),
        ({"name": "just words"}, "name"),
        ({"name": text("长" * 121)}, "name"),
        ({"name": {"zh-hans": "好", "fr": "bon"}}, "name"),
        ({"body": None}, "body"),
        ({"body": text("  ")}, "body"),
        ({"impact": "apocalyptic"}, "impact"),
        ({"status": "closed"}, "status"),
        ({"components": {"UPPER": "operational"}}, "components"),
        ({"components": ["4k7mz2qw9x3p"]}, "components"),
        ({"started_at": "2025-02-20T10:42:00"}, "started_at"),
        ({"started_at": "yesterday"}, "started_at"),
        ({"started_at": "0001-01-01T00:00:00+14:00"}, "started_at"),
        ({"next_update_by": 1740000000}, "next_update_by"),
        ({"titel": "misspelt"}, "titel"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_said(api, component, change, field):
    response = api.post("incidents/", samples.incident(component, **change))
    assert response.status_code == 400
    error = error_of(response)
    assert list(error["fields"]) == [field]
    assert error["fields"][field][0]
    assert not Statement.objects.exists()
    assert not Incident.objects.exists()


def test_a_wrong_state_of_a_component_is_named_by_its_path(api, component):
    body = samples.incident(component, components={component.public_id: "sad"})
    fields = error_of(api.post("incidents/", body))["fields"]
    assert list(fields) == [f"components.{component.public_id}"]


def test_an_unknown_component_is_named(api, component):
    body = samples.incident(component, components={"zzzzzzzzzzzz": "operational"})
    response = api.post("incidents/", body)
    assert response.status_code == 400
    assert "zzzzzzzzzzzz" in error_of(response)["message"]


def test_a_bare_clock_time_is_asked_for_its_offset(api, component):
    body = samples.incident(component, started_at="2025-02-20T10:42:00")
    said = error_of(api.post("incidents/", body))["fields"]["started_at"]
    assert "+08:00" in said[0]


def test_a_promise_for_the_past_is_refused(api, component):
    body = samples.incident(component, next_update_by="2024-01-01T00:00:00+08:00")
    response = api.post("incidents/", body)
    assert response.status_code == 400
    assert error_of(response)["code"] == "past"


def test_the_list_is_paged_newest_first_and_stable(api, component):
    for _ in range(5):
        open_incident(component)
    ids = list(Incident.objects.order_by("-pk").values_list("public_id", flat=True))
    page = api.get("incidents/?limit=2").json()
    open_incident(component)  # a newcomer neither repeats nor hides anyone
    seen = [one["id"] for one in page["results"]]
    while page["next"]:
        page = api.get(page["next"]).json()
        seen += [one["id"] for one in page["results"]]
    assert seen == ids


def test_an_incident_that_names_no_public_component_is_published_with_a_warning(api, component):
    answer = api.post("incidents/", samples.incident(component, components={})).json()
    assert len(answer["warnings"]) == 1
    path = f"incidents/{answer['id']}/updates/"
    hidden = make_component("内部", "Inside", visible=False)
    held = {hidden.public_id: "major_outage"}
    assert len(api.post(path, samples.update(components=held)).json()["warnings"]) == 1
    named = {component.public_id: "partial_outage"}
    assert api.post(path, samples.update(components=named)).json()["warnings"] == []
    resolved = api.post(path, samples.update(status="resolved")).json()
    assert resolved["warnings"] == []
