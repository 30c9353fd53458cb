"""An incident entered afterwards can be sent to the API, with all its updates."""

from notifications.delivery.broadcasts import expand
from notifications.delivery.models import Delivery
from statuspage.statements.models import Statement
from tests.factories import make_address
from tests.statuspage.api import samples
from tests.statuspage.api.client import error_of

PATH = "incidents/backfills/"


def test_a_past_incident_is_sent_with_all_its_updates(api, component):
    answer = api.post(PATH, samples.past_incident(component))
    assert answer.status_code == 201, answer.content.decode()
    found = answer.json()
    assert (found["statement"], found["statements"]) == (2, [1, 2])
    assert (found["status"], found["impact"], found["version"]) == ("resolved", "major", 2)
    assert found["started_at"] == "2025-02-19T01:00:00Z"
    assert found["resolved_at"] == "2025-02-21T08:00:00Z"
    assert [one["kind"] for one in found["timeline"]] == [
        "incident.backfilled",
        "incident.backfilled_update",
    ]
    assert api.get("components/").json()["results"][0]["status"] == "operational"


def test_the_refusal_names_field_and_row_and_nothing_is_published(api, component):
    body = samples.past_incident(component)
    body["updates"][1] |= {"at": "2025-02-18T16:00:00+08:00", "status": "monitoring"}
    fields = error_of(api.post(PATH, body))["fields"]
    assert set(fields) == {"updates.1.at", "updates.1.status"}
    body["updates"][1] |= {"at": "yesterday", "colour": "red"}
    assert set(error_of(api.post(PATH, body))["fields"]) == {"updates.1.at", "updates.1.colour"}
    assert "updates" in str(error_of(api.post(PATH, body | {"updates": []}))["fields"])
    assert not Statement.objects.exists()


def test_an_auditors_token_enters_nothing(auditor, component):
    assert auditor.post(PATH, samples.past_incident(component)).status_code == 403


def test_nobody_is_told_of_it_unless_asked_for_and_then_once(api, component):
    mail = make_address("demo@example.com", "email")
    make_address()
    for number in api.post(PATH, samples.past_incident(component)).json()["statements"]:
        expand(number)
    assert not Delivery.objects.exists()
    asked = samples.past_incident(component, told=True, started_at="2025-02-19T08:00:00+08:00")
    for number in api.post(PATH, asked).json()["statements"]:
        expand(number)
    assert [(one.statement_id, one.address_id) for one in Delivery.objects.all()] == [(4, mail.pk)]
