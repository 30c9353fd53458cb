"""What answers look like to a client that reads them field by field."""

from datetime import datetime

import pytest

from tests.factories import make_component, open_incident, text
from tests.statuspage.api import samples

pytestmark = pytest.mark.django_db

LISTS = {
    "incidents/": "incidents/{id}/",
    "maintenances/": "maintenances/{id}/",
    "notices/": "notices/{id}/",
    "statements/": "statements/{number}/",
}


@pytest.fixture
def filled(api, component) -> None:
    """One row in every list."""
    api.post("incidents/", samples.incident(component))
    api.post("maintenances/", samples.maintenance(component))
    api.post("notices/", samples.notice())


@pytest.mark.parametrize(("path", "one"), LISTS.items())
def test_a_row_of_a_list_leads_to_the_same_thing_in_full(api, filled, path, one):
    row = api.get(path).json()["results"][0]
    shown = api.get(one.format(**row)).json()
    assert {name: shown[name] for name in row} == row


@pytest.mark.parametrize(("path", "one"), LISTS.items())
def test_every_time_in_an_answer_is_in_utc_and_readable(api, filled, path, one):
    row = api.get(path).json()["results"][0]
    times = {
        name: value
        for name, value in row.items()
        if value and name.endswith(("_at", "_for", "_until", "_by"))
    }
    assert times
    for value in times.values():
        assert value.endswith("Z")
        assert datetime.fromisoformat(value).tzinfo is not None


@pytest.mark.parametrize("path", LISTS)
def test_answers_are_json_in_utf8(api, filled, path):
    response = api.get(path)
    assert response["Content-Type"] == "application/json"
    assert "zh-hans" in response.content.decode("utf-8")
    assert "\\u" not in response.content.decode("utf-8")


def test_reading_with_head_says_the_same_without_a_body(api, filled):
    response = api.call("HEAD", "incidents/")
    assert response.status_code == 200
    assert response.content == b""


def test_english_left_out_stays_left_out(api, component):
    body = samples.incident(component, name=text("到账延迟"), body=text("正在排查。"))
    answer = api.post("incidents/", body).json()
    assert answer["name"] == {"zh-hans": "到账延迟"}
    assert answer["timeline"][0]["document"]["content"]["name"] == {"zh-hans": "到账延迟"}


def test_an_empty_translation_counts_as_left_out(api, component):
    body = samples.incident(component, name={"zh-hans": "到账延迟", "en": "  "})
    assert api.post("incidents/", body).json()["name"] == {"zh-hans": "到账延迟"}


def test_markup_in_a_text_is_kept_as_text(api, component):
    words = text("<script>alert(1)</script>", "<b>bold</b>")
    answer = api.post("incidents/", samples.incident(component, body=words)).json()
    assert answer["timeline"][0]["document"]["content"]["body"] == words


def test_two_incidents_on_one_component_show_its_worst_state(api, component):
    api.post("incidents/", samples.incident(component))
    worse = samples.incident(component, components={component.public_id: "major_outage"})
    second = api.post("incidents/", worse).json()
    status = api.get("components/").json()["results"][0]["status"]
    assert status == "major_outage"
    api.post(f"incidents/{second['id']}/updates/", samples.update(status="resolved"))
    status = api.get("components/").json()["results"][0]["status"]
    assert status == "partial_outage"


def test_an_incident_without_components_can_be_opened(api, component):
    answer = api.post("incidents/", samples.incident(component, components={})).json()
    assert answer["components"] == {}


def test_a_hidden_component_takes_its_state_and_is_not_spoken_of(api):
    hidden = make_component("内部系统", "Internal", visible=False)
    answer = api.post("incidents/", samples.incident(hidden)).json()
    assert answer["timeline"][0]["document"]["content"]["components"] == []
    assert api.get("components/").json()["results"][0]["status"] == "partial_outage"


def test_an_update_tells_from_which_state_to_which_a_component_went(api, component):
    opened = api.post("incidents/", samples.incident(component)).json()
    body = samples.update(status="resolved")
    answer = api.post(f"incidents/{opened['id']}/updates/", body).json()
    (change,) = answer["timeline"][-1]["document"]["content"]["components"]
    assert (change["old_status"], change["new_status"]) == ("partial_outage", "operational")
    assert change["id"] == component.public_id


def test_resolving_withdraws_the_promise_of_an_update(api, component):
    body = samples.incident(component, next_update_by=samples.in_hours(1))
    opened = api.post("incidents/", body).json()
    assert opened["next_update_by"] is not None
    path = f"incidents/{opened['id']}/updates/"
    assert api.post(path, samples.update(status="resolved")).json()["next_update_by"] is None


def test_what_the_console_published_is_shown_as_well(api):
    statement = open_incident()
    assert api.get(f"incidents/{statement.subject_id}/").json()["timeline"][0]["number"] == 1
    assert api.get("statements/1/").json()["sha256"] == statement.sha256
