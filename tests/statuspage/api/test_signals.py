"""Monitors report over the API and by Alertmanager's webhook."""

import json
from copy import deepcopy
from typing import Any

import pytest
from django.test import Client

from statuspage.monitors.models import IntakeNote, Signal, SignalDraft
from statuspage.staff.roles import Role
from statuspage.staff.services import token_issue
from statuspage.statements.models import Statement
from tests.factories import make_staff
from tests.statuspage.api.client import Caller, caller, error_of
from tests.statuspage.monitors.factories import make_rule

HOOK = "http://testserver/hooks/alertmanager/"
# As the documentation of Alertmanager writes it.
GROUP = {
    "version": "4",
    "groupKey": '{}:{alertname="PayoutsLate"}',
    "truncatedAlerts": 0,
    "status": "firing",
    "receiver": "candor",
    "groupLabels": {"alertname": "PayoutsLate"},
    "commonLabels": {"alertname": "PayoutsLate"},
    "commonAnnotations": {},
    "externalURL": "http://alertmanager.example.com",
    "alerts": [
        {
            "status": "firing",
            "labels": {"alertname": "PayoutsLate", "cycle": "T+1"},
            "annotations": {"summary": "3 of 12 files missing", "runbook": "x"},
            "startsAt": "2025-02-20T02:42:00.123Z",
            "endsAt": "0001-01-01T00:00:00Z",
            "generatorURL": "http://prometheus.example.com/graph?g0.expr=x",
            "fingerprint": "a1b2c3d4e5f60718",
        },
        {
            "status": "firing",
            "labels": {"alertname": "PayoutsLate", "cycle": "D+1"},
            "annotations": {},
            "startsAt": "2025-02-20T02:43:00Z",
            "endsAt": "0001-01-01T00:00:00Z",
            "generatorURL": "",
            "fingerprint": "b1b2c3d4e5f60718",
        },
    ],
}


def group(**changes: Any) -> dict[str, Any]:
    return {**deepcopy(GROUP), **changes}


def test_a_group_of_alerts_becomes_one_draft_with_its_evidence(api: Caller) -> None:
    make_rule()
    answer = api.post(HOOK, GROUP)
    assert (answer.status_code, answer.json()) == (200, {"taken": 2})
    first, second = SignalDraft.objects.get().signals.order_by("pk")
    assert first.summary == "3 of 12 files missing"
    assert first.url == "http://prometheus.example.com/graph?g0.expr=x"
    assert first.ended_at is None
    assert second.labels["cycle"] == "D+1"


def test_alerts_that_are_resolved_end_what_fired(api: Caller) -> None:
    make_rule()
    api.post(HOOK, GROUP)
    over = group(status="resolved")
    for alert in over["alerts"]:
        alert |= {"status": "resolved", "endsAt": "2025-02-20T03:00:00Z"}
    assert api.post(HOOK, over).status_code == 200
    assert not Signal.objects.filter(firing=True).exists()
    assert Signal.objects.filter(ended_at__isnull=False).count() == 2
    assert SignalDraft.objects.count() == 1


def test_several_groups_one_after_the_other_are_kept_apart_by_fingerprint(api: Caller) -> None:
    make_rule()
    make_rule(name="disk", matchers={"alertname": "DiskFull"})
    disk = group()
    disk["alerts"] = [
        {**GROUP["alerts"][0], "labels": {"alertname": "DiskFull"}, "fingerprint": "c1"}
    ]
    for payload in (GROUP, disk, GROUP, disk):
        assert api.post(HOOK, payload).status_code == 200
    assert SignalDraft.objects.count() == 2
    assert Signal.objects.count() == 3


def test_an_alert_without_a_fingerprint_is_known_by_its_labels(api: Caller) -> None:
    payload = group()
    for alert in payload["alerts"]:
        del alert["fingerprint"]
    api.post(HOOK, payload)
    api.post(HOOK, payload)
    assert Signal.objects.count() == 2


@pytest.mark.parametrize(
    "odd", [{}, "x", {"status": "pending"}, {"status": "firing", "labels": {"a": None}}]
)
def test_one_odd_alert_never_refuses_the_others(api: Caller, odd: Any) -> None:
    answer = api.post(HOOK, group(alerts=[odd, *GROUP["alerts"]]))
    assert (answer.status_code, answer.json()) == (200, {"taken": 2, "unreadable": 1})
    assert Signal.objects.count() == 2
    assert IntakeNote.objects.get().unreadable == 1


def test_over_1000_alerts_the_first_are_taken_and_never_400(api: Caller) -> None:
    alerts = [{**GROUP["alerts"][0], "fingerprint": str(number)} for number in range(1001)]
    answer = api.post(HOOK, group(alerts=alerts, truncatedAlerts=4))
    assert (answer.status_code, answer.json()) == (200, {"taken": 1000, "left_out": 5})
    note = IntakeNote.objects.get()
    assert (note.taken, note.left_out, note.reckoned) == (1000, 5, False)


def test_over_10_mb_the_first_alerts_are_taken(api: Caller) -> None:
    alert = {**GROUP["alerts"][0], "annotations": {"description": "x" * 1_000_000}}
    alerts = [{**alert, "fingerprint": str(number)} for number in range(12)]
    answer = api.post(HOOK, group(alerts=alerts))
    assert (answer.status_code, answer.json()) == (200, {"taken": 9, "left_out": 3})
    assert IntakeNote.objects.get().reckoned


def test_what_is_too_long_is_cut_and_what_is_unknown_passed_over(api: Caller) -> None:
    payload = group(new_field={"x": 1})
    payload["alerts"][0]["labels"] |= {"long": "x" * 9000}
    payload["alerts"][0] |= {"annotations": {"summary": "y" * 9000}, "another": True}
    assert api.post(HOOK, payload).status_code == 200
    assert max(len(one.summary) for one in Signal.objects.all()) == 500


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b'{"version": "4"}'])
def test_a_body_that_nobody_can_read_is_noted_for_staff(api: Caller, body: bytes) -> None:
    answer = api.call("POST", HOOK, body, content_type="text/plain")
    assert (answer.status_code, answer.json()) == (200, {"taken": 0})
    assert IntakeNote.objects.get().reasons


def test_a_thousand_alerts_with_long_descriptions_are_taken(api: Caller) -> None:
    [alert, _other] = group()["alerts"]
    alert["annotations"]["description"] = "x" * 4_000
    alerts = [{**alert, "fingerprint": f"{number:016x}"} for number in range(1000)]
    assert api.post(HOOK, group(alerts=alerts)).json() == {"taken": 1000}


@pytest.mark.parametrize("path", [HOOK, "signals/"])
def test_only_a_token_meant_for_it_may_report(db: None, path: str) -> None:
    staff = make_staff()
    assert Caller(None).post(path, GROUP).status_code == 401
    assert Caller("candor_nonsense").post(path, GROUP).status_code == 401
    other = Caller(token_issue(name="x", staff=staff, scopes=["read", "publish"]))
    assert other.post(path, GROUP).status_code == 403
    assert caller(Role.AUDITOR).post(path, GROUP).status_code == 403
    assert not Signal.objects.exists()


def test_a_monitors_token_reports_and_does_nothing_else(db: None) -> None:
    make_rule()
    monitor = Caller(token_issue(name="m", staff=make_staff(), scopes=["signals"]))
    assert monitor.post(HOOK, GROUP).status_code == 200
    assert monitor.get("statements/").status_code == 403
    assert monitor.post("incidents/", {}).status_code == 403


SIGNAL = {"labels": {"alertname": "PayoutsLate"}, "summary": "late", "url": "https://x.example/"}


def test_anything_else_reports_over_the_api(api: Caller) -> None:
    rule = make_rule()
    answer = api.post("signals/", SIGNAL)
    assert answer.status_code == 201
    assert answer.json()["rule"] == rule.name
    assert answer.json()["draft"]["state"] == "waiting"
    assert answer.json()["draft"]["incident"] is None
    over = api.post("signals/", {**SIGNAL, "status": "resolved"})
    assert over.json()["draft"]["count"] == 2


def test_where_no_rule_is_for_it_the_answer_says_so(api: Caller) -> None:
    assert api.post("signals/", SIGNAL).json() == {"rule": None, "draft": None}


def test_a_rule_that_publishes_answers_with_its_incident(api: Caller) -> None:
    make_rule(auto_publish=True)
    draft = api.post("signals/", SIGNAL).json()["draft"]
    assert draft["state"] == "published"
    assert draft["incident"] == Statement.objects.get().subject_id


def test_the_same_key_reports_once(api: Caller) -> None:
    make_rule()
    first = api.post("signals/", SIGNAL, Idempotency_Key="k1")
    again = api.post("signals/", SIGNAL, Idempotency_Key="k1")
    assert again.json() == first.json()
    assert SignalDraft.objects.get().count == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"labels": {}},
        {"labels": "x"},
        {"labels": {"a": {"b": "c"}}},
        {"labels": {"a": "x" * 501}},
        {"labels": {"a" * 101: "x"}},
        {"labels": {str(n): "x" for n in range(51)}},
        {"status": "maybe"},
        {"started_at": "yesterday"},
        {"url": "javascript:alert(1)"},
        {"source": "x" * 41},
        {"nonsense": 1},
    ],
)
def test_a_wrong_field_is_named(api: Caller, wrong: dict[str, Any]) -> None:
    error = error_of(api.post("signals/", {**SIGNAL, **wrong}))
    assert next(iter(wrong)) in next(iter(error["fields"]))
    assert not Signal.objects.exists()


def test_the_description_tells_how_to_report(db: None, client: Client) -> None:
    schema = client.get("/api/v1/schema/", headers={"Accept": "application/json"})
    operation = json.loads(schema.content)["paths"]["/api/v1/signals/"]["post"]
    assert "Idempotency-Key" in {one["name"] for one in operation["parameters"]}
    assert {"201", "400", "401", "403", "413"} <= set(operation["responses"])
