"""The Statuspage v2 API: exactly the contract, and nothing that is hidden."""

import re
from datetime import date, datetime
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from statuspage.statements.services import statement_correct, statement_withdraw
from tests.factories import make_component, text
from tests.statuspage.pages.story import (
    ago,
    ahead,
    board,
    moved,
    noticed,
    opened,
    resolved,
    scheduled,
    updated,
)

pytestmark = pytest.mark.django_db

SITE = "http://127.0.0.1:8000"
SECTIONS = {
    "summary": {"status", "components", "incidents", "scheduled_maintenances"},
    "status": {"status"},
    "components": {"components"},
    "incidents": {"incidents"},
    "incidents/unresolved": {"incidents"},
    "scheduled-maintenances": {"scheduled_maintenances"},
    "scheduled-maintenances/upcoming": {"scheduled_maintenances"},
    "scheduled-maintenances/active": {"scheduled_maintenances"},
}
INCIDENT = {
    *("id", "name", "status", "created_at", "updated_at", "monitoring_at", "resolved_at"),
    *("impact", "shortlink", "started_at", "page_id", "incident_updates", "components"),
    "reminder_intervals",
}
UPDATE = {
    *("id", "status", "body", "incident_id", "created_at", "updated_at", "display_at"),
    *("affected_components", "deliver_notifications", "custom_tweet", "tweet_id"),
}
COMPONENT = {
    *("id", "name", "status", "created_at", "updated_at", "position", "description"),
    *("showcase", "start_date", "group_id", "page_id", "group", "only_show_if_degraded"),
}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+08:00")
TIMES = {"created_at", "updated_at", "started_at", "scheduled_for", "scheduled_until"}


def asked(client: Client, name: str, language: str = "") -> Any:
    """One of the API's documents."""
    response = client.get(f"/api/v2/{name}.json", {"lang": language} if language else {})
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    return response.json()


def _everything() -> None:
    components = board()
    first = opened(components["t1"])
    updated(first)
    resolved(opened(components["cards"]))
    scheduled(components["qr"])
    work = scheduled(components["sms"], scheduled_for=ago(hours=1))
    moved(work, "in_progress")


@pytest.mark.parametrize(("name", "sections"), SECTIONS.items())
def test_each_path_has_the_page_and_its_own_sections(
    client: Client, name: str, sections: set[str]
) -> None:
    _everything()
    assert set(asked(client, name)) == {"page"} | sections


@pytest.mark.parametrize("name", SECTIONS)
def test_each_path_answers_on_an_empty_page(client: Client, name: str) -> None:
    document = asked(client, name)
    assert document["page"]["id"]
    assert all(document[part] == [] for part in SECTIONS[name] - {"status"})


def test_the_page_tells_its_name_zone_and_last_change(client: Client) -> None:
    statement = opened(published_at=ago(minutes=3))
    page = asked(client, "status")["page"]
    assert set(page) == {"id", "name", "url", "time_zone", "updated_at"}
    assert page["name"] == "演示支付"
    assert page["url"] == f"{SITE}/"
    assert page["time_zone"] == "Asia/Shanghai"
    resolved(statement, published_at=ahead(minutes=1))
    assert asked(client, "status")["page"]["updated_at"] == "2025-02-21T14:31:00.000+08:00"
    assert asked(client, "status")["page"]["id"] == page["id"]


@pytest.mark.parametrize(
    ("statuses", "description", "indicator"),
    [
        (["operational"] * 3, "All Systems Operational", "none"),
        (["operational", "degraded_performance"], "Partially Degraded Service", "minor"),
        (["degraded_performance"] * 2, "Degraded System Service", "minor"),
        (["operational", "partial_outage"], "Minor Service Outage", "minor"),
        (["partial_outage"] * 2, "Partial System Outage", "major"),
        (["operational", "major_outage"], "Partial System Outage", "major"),
        (["major_outage"] * 2, "Major System Outage", "critical"),
        (["operational", "under_maintenance"], "Service Under Maintenance", "maintenance"),
    ],
)
@pytest.mark.parametrize("language", ["", "en"])
def test_the_overall_status_uses_the_contracts_words_in_any_language(
    client: Client, statuses: list[str], description: str, indicator: str, language: str
) -> None:
    for status in statuses:
        make_component(status=status)
    make_component(status="major_outage", visible=False)
    expected = {"description": description, "indicator": indicator}
    assert asked(client, "status", language)["status"] == expected


def test_a_component_has_every_field_of_the_contract(client: Client) -> None:
    component = board()["t1"]
    component.description = text("小微商户", "Micro merchants")
    component.start_date = date(2024, 5, 1)
    component.save()
    assert component.group is not None
    rows = {row["id"]: row for row in asked(client, "components")["components"]}
    row = rows[component.public_id]
    assert set(row) == COMPONENT
    assert row["name"] == "T+1 结算"
    assert row["status"] == "operational"
    assert row["position"] == 3
    assert row["description"] == "小微商户"
    assert row["start_date"] == "2024-05-01"
    assert row["group_id"] == component.group.public_id
    assert row["group"] is False
    assert row["showcase"] is True
    assert row["only_show_if_degraded"] is False


def test_what_a_component_does_not_have_is_null(client: Client) -> None:
    make_component()
    (row,) = asked(client, "components")["components"]
    assert row["description"] is None
    assert row["start_date"] is None
    assert row["group_id"] is None


def test_a_group_is_a_row_of_its_own_with_its_members(client: Client) -> None:
    components = board()
    components["cards"].status = "partial_outage"
    components["cards"].save()
    rows = asked(client, "components")["components"]
    groups = [row for row in rows if row["group"]]
    assert [row["name"] for row in groups] == ["收款", "结算"]
    payments, settlement = groups
    assert set(payments) == COMPONENT | {"components"}
    members = [components["cards"].public_id, components["qr"].public_id]
    assert payments["components"] == members
    assert payments["status"] == "partial_outage"
    assert payments["group_id"] is None
    assert settlement["components"] == [components["t1"].public_id], "not the hidden one"


def test_an_incident_has_every_field_of_the_contract(client: Client) -> None:
    component = board()["t1"]
    first = opened(component, started_at=ago(hours=2))
    updated(first, "monitoring", published_at=ago(minutes=20))
    (incident,) = asked(client, "incidents/unresolved")["incidents"]
    assert set(incident) == INCIDENT
    assert incident["id"] == first.subject_id
    assert incident["name"] == "T+1到账延迟"
    assert incident["status"] == "monitoring"
    assert incident["impact"] == "major"
    assert incident["started_at"] == "2025-02-21T12:30:00.000+08:00"
    assert incident["monitoring_at"] == "2025-02-21T14:10:00.000+08:00"
    assert incident["resolved_at"] is None
    assert incident["reminder_intervals"] is None
    assert incident["shortlink"] == f"{SITE}/incidents/{first.subject_id}/"
    assert [row["id"] for row in incident["components"]] == [component.public_id]
    assert set(incident["components"][0]) == COMPONENT


def test_its_updates_are_newest_first(client: Client) -> None:
    component = board()["t1"]
    first = opened(component)
    second = updated(first, published_at=ago(minutes=20))
    (incident,) = asked(client, "incidents")["incidents"]
    newest, oldest = incident["incident_updates"]
    assert set(newest) == UPDATE
    assert (newest["id"], oldest["id"]) == (f"st{second.number}", f"st{first.number}")
    assert (newest["status"], oldest["status"]) == ("identified", "investigating")
    assert newest["incident_id"] == first.subject_id
    assert newest["body"] == "原因已找到。"
    assert newest["created_at"] == newest["display_at"] == "2025-02-21T14:10:00.000+08:00"
    assert newest["deliver_notifications"] is True
    assert newest["custom_tweet"] is None
    assert newest["tweet_id"] is None
    assert oldest["affected_components"] == [
        {
            "code": component.public_id,
            "name": "T+1 结算",
            "old_status": "operational",
            "new_status": "partial_outage",
        }
    ]


def test_a_correction_is_an_update_with_the_status_of_its_time(client: Client) -> None:
    first = opened()
    updated(first)
    statement_correct(statement=first, body=text("是D+1。", "It is D+1."), author=None)
    resolved(first, published_at=ahead(minutes=1))
    (incident,) = asked(client, "incidents", "en")["incidents"]
    _last, correction, *_rest = incident["incident_updates"]
    assert correction["status"] == "identified"
    assert correction["body"] == f"Correction to No. {first.number}: It is D+1."
    assert correction["affected_components"] is None


def test_a_withdrawal_is_an_update_too(client: Client) -> None:
    first = opened()
    statement_withdraw(statement=first, body=text("误发。", "By mistake."), author=None)
    (incident,) = asked(client, "incidents", "en")["incidents"]
    body = incident["incident_updates"][0]["body"]
    assert body == (
        f"Withdrawal of No. {first.number}: By mistake. "
        "This incident was published in error and is closed."
    )
    assert incident["status"] == "resolved"


def test_resolved_incidents_are_listed_but_not_as_unresolved(client: Client) -> None:
    resolved(opened())
    (incident,) = asked(client, "incidents")["incidents"]
    assert incident["status"] == "resolved"
    assert incident["resolved_at"] == "2025-02-21T14:20:00.000+08:00"
    assert asked(client, "incidents/unresolved")["incidents"] == []
    assert asked(client, "summary")["incidents"] == []


def test_only_the_fifty_newest_incidents_are_listed(client: Client) -> None:
    component = make_component()
    for number in range(51):
        resolved(opened(component, name=text(f"第{number}次"), published_at=ago(hours=60 - number)))
    names = [incident["name"] for incident in asked(client, "incidents")["incidents"]]
    assert len(names) == 50
    assert names[0] == "第50次"
    assert "第0次" not in names


def test_a_maintenance_has_every_field_of_the_contract(client: Client) -> None:
    statement = scheduled()
    (maintenance,) = asked(client, "scheduled-maintenances/upcoming")["scheduled_maintenances"]
    assert set(maintenance) == INCIDENT | {"scheduled_for", "scheduled_until"}
    assert maintenance["impact"] == "maintenance"
    assert maintenance["status"] == "scheduled"
    assert maintenance["scheduled_for"] == "2025-02-22T14:30:00.000+08:00"
    assert maintenance["scheduled_until"] == "2025-02-22T16:30:00.000+08:00"
    assert maintenance["resolved_at"] is None
    assert maintenance["shortlink"] == f"{SITE}/maintenances/{statement.subject_id}/"
    assert len(maintenance["components"]) == 1
    assert maintenance["incident_updates"][0]["body"] == "到账时间不变。"


def test_maintenance_moves_from_upcoming_to_active_to_the_record(client: Client) -> None:
    def listed(name: str) -> list[str]:
        path = "scheduled-maintenances" + (f"/{name}" if name else "")
        return [one["status"] for one in asked(client, path)["scheduled_maintenances"]]

    statement = scheduled(scheduled_for=ago(hours=2))
    assert (listed("upcoming"), listed("active")) == (["scheduled"], [])
    moved(statement, "in_progress")
    assert (listed("upcoming"), listed("active")) == ([], ["in_progress"])
    moved(statement, "verifying")
    assert listed("active") == ["verifying"]
    moved(statement, "completed")
    assert (listed("upcoming"), listed("active"), listed("")) == ([], [], ["completed"])
    assert asked(client, "summary")["scheduled_maintenances"] == []


def test_the_summary_has_upcoming_and_running_maintenance(client: Client) -> None:
    scheduled()
    moved(scheduled(scheduled_for=ago(hours=1)), "in_progress")
    found = asked(client, "summary")["scheduled_maintenances"]
    assert sorted(one["status"] for one in found) == ["in_progress", "scheduled"]


@pytest.mark.parametrize("name", SECTIONS)
def test_hidden_components_leak_nowhere(client: Client, name: str) -> None:
    secret = make_component("内部对账", "Back office", visible=False)
    shown = make_component()
    both = {secret.public_id: "major_outage", shown.public_id: "partial_outage"}
    opened(components=both)
    scheduled(components=[secret.public_id, shown.public_id])
    work = scheduled(components=[secret.public_id], scheduled_for=ago(hours=1))
    moved(work, "in_progress")
    body = client.get(f"/api/v2/{name}.json").content.decode()
    assert secret.public_id not in body
    assert "内部对账" not in body


def test_a_component_hidden_later_vanishes_from_old_updates(client: Client) -> None:
    component = make_component()
    opened(component)
    component.visible = False
    component.save()
    (incident,) = asked(client, "incidents")["incidents"]
    assert incident["components"] == []
    assert incident["incident_updates"][0]["affected_components"] is None


def test_names_and_texts_are_chinese_unless_english_is_asked_for(client: Client) -> None:
    opened(board()["t1"])
    chinese, english = asked(client, "summary"), asked(client, "summary", "en")
    assert chinese["incidents"][0]["name"] == "T+1到账延迟"
    assert english["incidents"][0]["name"] == "T+1 payouts are late"
    assert english["incidents"][0]["components"][0]["name"] == "T+1 settlement"
    assert english["page"]["url"] == f"{SITE}/en/"
    affected = english["incidents"][0]["incident_updates"][0]["affected_components"]
    assert affected[0]["name"] == "T+1 settlement"
    assert english["incidents"][0]["id"] == chinese["incidents"][0]["id"]


def test_english_falls_back_to_chinese(client: Client) -> None:
    opened(name=text("仅中文"))
    assert asked(client, "incidents", "en")["incidents"][0]["name"] == "仅中文"


def test_notices_are_no_incidents(client: Client) -> None:
    noticed()
    assert asked(client, "incidents")["incidents"] == []


def _times(value: Any) -> list[str]:
    if isinstance(value, list):
        return [found for one in value for found in _times(one)]
    if isinstance(value, dict):
        own = [one for key, one in value.items() if key in TIMES and one is not None]
        return own + [found for one in value.values() for found in _times(one)]
    return []


def test_every_time_has_milliseconds_and_an_offset(client: Client) -> None:
    _everything()
    found = _times(asked(client, "summary"))
    assert len(found) > 20
    for moment in found:
        assert TIME.fullmatch(moment), moment
        assert datetime.fromisoformat(moment).utcoffset() is not None


@pytest.mark.parametrize("name", SECTIONS)
def test_any_origin_may_read_it(client: Client, name: str) -> None:
    response = client.get(f"/api/v2/{name}.json", headers={"Origin": "https://agents.example"})
    assert response["Access-Control-Allow-Origin"] == "*"
    asked_first = client.options(f"/api/v2/{name}.json")
    assert asked_first.status_code == 204
    assert asked_first["Access-Control-Allow-Origin"] == "*"
    assert "GET" in asked_first["Access-Control-Allow-Methods"]


def test_a_client_that_polls_gets_304_until_something_is_said(client: Client) -> None:
    etag = client.get("/api/v2/summary.json")["ETag"]
    again = client.get("/api/v2/summary.json", headers={"If-None-Match": etag})
    assert again.status_code == 304
    assert again["Access-Control-Allow-Origin"] == "*"
    opened()
    news = client.get("/api/v2/summary.json", headers={"If-None-Match": etag})
    assert news.status_code == 200
    assert news.json()["incidents"]


@pytest.mark.parametrize("count", [1, 12])
def test_the_number_of_queries_is_fixed(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    components = board()
    for number in range(count):
        updated(opened(components["t1"], name=text(f"事件{number}")))
        scheduled(components["qr"])
    with django_assert_num_queries(8):
        assert len(asked(client, "summary")["incidents"]) == count
