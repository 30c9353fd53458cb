"""The log over the API: readable, answerable, unchangeable."""

import hashlib

import pytest
import rfc8785

from statuspage.statements.models import Statement
from tests.factories import open_incident, text
from tests.statuspage.api import samples
from tests.statuspage.api.client import error_of

pytestmark = pytest.mark.django_db

WORDS = {"body": text("时间应为10:40。", "The time should be 10:40.")}


def test_a_statement_carries_the_document_that_was_hashed(api):
    number = open_incident().number
    shown = api.get(f"statements/{number}/").json()
    canonical = rfc8785.dumps(shown["document"])
    assert hashlib.sha256(canonical).hexdigest() == shown["sha256"]
    assert shown["subject"]["type"] == "incident"


def test_a_correction_is_a_new_statement_and_both_stay(api):
    number = open_incident().number
    response = api.post(f"statements/{number}/corrections/", WORDS)
    assert response.status_code == 201
    answer = response.json()
    assert answer["kind"] == "correction"
    assert answer["corrects"] == number
    assert answer["statement"] == answer["number"] == number + 1
    assert answer["document"]["content"]["body"] == WORDS["body"]
    assert [one["number"] for one in api.get("statements/").json()["results"]] == [2, 1]


def test_a_correction_shows_in_the_incidents_timeline(api):
    statement = open_incident()
    api.post(f"statements/{statement.number}/corrections/", WORDS)
    timeline = api.get(f"incidents/{statement.subject_id}/").json()["timeline"]
    assert [one["kind"] for one in timeline] == ["incident.opened", "correction"]


def test_a_withdrawn_statement_cannot_be_answered_again(api):
    number = open_incident().number
    assert api.post(f"statements/{number}/withdrawals/", WORDS).json()["kind"] == "withdrawal"
    for answer in ["corrections", "withdrawals"]:
        response = api.post(f"statements/{number}/{answer}/", WORDS)
        assert response.status_code == 409
        assert error_of(response)["code"] == "withdrawn"


@pytest.mark.parametrize("answer", ["corrections", "withdrawals"])
def test_an_answer_needs_words_and_a_statement(api, answer):
    number = open_incident().number
    assert api.post(f"statements/{number}/{answer}/", {}).status_code == 400
    assert api.post(f"statements/{number + 1}/{answer}/", WORDS).status_code == 404
    assert api.post(f"statements/{10**40}/{answer}/", WORDS).status_code == 404
    assert Statement.objects.count() == 1


@pytest.mark.parametrize("number", ["0", "99", str(2**63), "9" * 5000, "-1", "1.5", "x"])
def test_a_number_of_nothing_is_not_found(api, number):
    assert api.get(f"statements/{number}/").status_code == 404
    assert api.get(f"broadcasts/{number}/").status_code == 404


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_nothing_can_be_changed_or_deleted_and_the_answer_says_how_to_correct(
    api, component, method
):
    incident = api.post("incidents/", samples.incident(component)).json()
    maintenance = api.post("maintenances/", samples.maintenance(component)).json()
    notice = api.post("notices/", samples.notice()).json()
    before = list(Statement.objects.values_list("sha256", flat=True))
    for path in [
        "incidents/",
        f"incidents/{incident['id']}/",
        f"incidents/{incident['id']}/updates/",
        "maintenances/",
        f"maintenances/{maintenance['id']}/",
        "notices/",
        f"notices/{notice['id']}/",
        "statements/",
        "statements/1/",
        "statements/1/corrections/",
        "components/",
        "broadcasts/1/",
        "deliveries/",
    ]:
        response = api.call(method, path, '{"name": {"zh-hans": "改写"}}')
        assert response.status_code == 405, path
        assert "Statements cannot be changed or deleted" in error_of(response)["message"]
        assert "corrections" in error_of(response)["message"]
    assert list(Statement.objects.values_list("sha256", flat=True)) == before


def test_reading_where_only_posting_is_possible_is_405(api):
    response = api.get("subscribers/")
    assert response.status_code == 405
    assert "POST" in response["Allow"]
    error_of(response)


def test_what_is_too_long_for_the_log_is_refused_with_a_sentence(api, component):
    long = {"zh-hans": "🧧" * 4999, "en": "🧧" * 4999}
    given = samples.incident(component, body=long, name={"zh-hans": "名" * 100})
    given["components"] = {component.public_id: "partial_outage"}
    assert api.post("incidents/", given).status_code == 201  # forty kilobytes are allowed
    planned = samples.maintenance(component, body=long, short_notice_reason=long)
    answer = api.post("maintenances/", planned)
    assert answer.status_code == 400
    assert "too long for one statement" in str(answer.json())


def test_a_correction_corrects_facts_over_the_api(api, component):
    opened = api.post("incidents/", samples.incident(component)).json()
    path = f"statements/{opened['statement']}/corrections/"
    answer = api.post(
        path, {"impact": "critical", "components": {component.public_id: "operational"}}
    )
    assert answer.status_code == 201
    assert answer.json()["document"]["content"]["corrected"]["impact"]["to"] == "critical"
    incident = api.get(f"incidents/{opened['id']}/").json()
    assert incident["impact"] == "critical"
    assert incident["components"] == {component.public_id: "operational"}
    again = api.post(path, {"impact": "critical"})
    assert (again.status_code, error_of(again)["code"]) == (400, "unchanged")


def test_reopening_is_a_choice_of_its_own_over_the_api(api, component):
    opened = api.post("incidents/", samples.incident(component)).json()
    place = f"incidents/{opened['id']}"
    body = {"body": text("进展。", "News.")}
    assert api.post(f"{place}/reopenings/", body).status_code == 409
    api.post(f"{place}/updates/", {**body, "status": "resolved"})
    more = api.post(f"{place}/updates/", {**body, "status": "resolved"}).json()
    assert more["status"] == "resolved"
    again = api.post(f"{place}/reopenings/", body)
    assert (again.status_code, again.json()["status"]) == (201, "investigating")
    withdrawn = api.post(f"statements/{again.json()['statement']}/withdrawals/", body).json()
    assert withdrawn["document"]["content"]["status"] == "resolved"
    assert api.get(f"{place}/").json()["status"] == "resolved"


def test_withdrawing_the_first_statement_over_the_api_says_in_error(api, component):
    opened = api.post("incidents/", samples.incident(component)).json()
    api.post(f"statements/{opened['statement']}/withdrawals/", {"body": text("误发。")})
    incident = api.get(f"incidents/{opened['id']}/").json()
    assert (incident["status"], incident["in_error"]) == ("resolved", True)
