"""What can be read of a call of Alertmanager, however long or odd it is."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from statuspage.monitors.alertmanager import MOST_ALERTS, intake_of

GOOD = {"status": "firing", "labels": {"alertname": "A"}, "startsAt": "2026-11-30T00:00:00Z"}


def call(*alerts: Any, **others: Any) -> bytes:
    return json.dumps({"version": "4", "alerts": [*alerts], **others}).encode()


def test_over_1000_alerts_the_first_are_taken_and_the_others_counted() -> None:
    alerts = [{**GOOD, "fingerprint": str(n)} for n in range(MOST_ALERTS + 7)]
    intake = intake_of(call(*alerts, truncatedAlerts=3))
    assert [one.fingerprint for one in intake.reports] == [str(n) for n in range(MOST_ALERTS)]
    assert (intake.left_out, intake.reckoned, intake.unreadable) == (10, False, 0)


def test_of_a_call_that_was_cut_the_whole_alerts_are_taken_and_the_rest_reckoned() -> None:
    body = call(*[{**GOOD, "annotations": {"summary": '"]}, 到账'}}] * 50)
    intake = intake_of(body[: len(body) // 2], len(body))
    assert 22 <= len(intake.reports) <= 25
    assert 24 <= intake.left_out <= 28
    assert intake.reckoned


@pytest.mark.parametrize(
    ("odd", "why"),
    [
        (None, "no object"),
        ("x", "no object"),
        ([], "no object"),
        ({}, "status"),
        ({**GOOD, "status": "pending"}, "status"),
        ({**GOOD, "status": None}, "status"),
        ({**GOOD, "status": {}}, "status"),
        ({**GOOD, "labels": None}, "no labels"),
        ({**GOOD, "labels": {}}, "no labels"),
        ({**GOOD, "labels": {"a": None, "b": {}}}, "no labels"),
        ({**GOOD, "labels": "a=b"}, "no labels"),
    ],
    ids=lambda value: value if isinstance(value, str) and " " in value else None,
)
def test_one_odd_alert_never_refuses_the_others(odd: Any, why: str) -> None:
    intake = intake_of(call(GOOD, odd, {**GOOD, "labels": {"alertname": "B"}}))
    assert [one.labels["alertname"] for one in intake.reports] == ["A", "B"]
    assert intake.unreadable == 1
    assert why in intake.reasons[0][0]


def test_odd_values_are_taken_as_far_as_they_make_sense() -> None:
    labels = {"n": 7, "yes": True, "no": None, "nul": "a\0b", "half": "\ud800", "long": "x" * 9000}
    odd = {**GOOD, "labels": labels, "annotations": 5, "startsAt": "yesterday", "endsAt": 7}
    [report] = intake_of(call({**odd, "generatorURL": "javascript:x", "fingerprint": 5})).reports
    assert report.labels | {"long": ""} == {
        "n": "7",
        "yes": "true",
        "nul": "a\ufffdb",
        "half": "\ufffd",
        "long": "",
    }
    assert len(report.labels["long"]) == 500
    assert (report.started_at, report.mark, report.summary, report.url) == (
        None,
        "yesterday",
        "",
        "",
    )


@pytest.mark.parametrize(
    ("starts", "mark"),
    [
        ("0001-01-01T00:00:00Z", ""),
        ("9999-12-31T23:59:59-12:00", "9999-12-31T23:59:59-12:00"),
        ("2019-01-01T08:00:00.123456789+08:00", "2019-01-01T00:00:00.123456+00:00"),
        (None, ""),
        (17, "17"),
    ],
    ids=["zero", "end of time", "years ago", "missing", "number"],
)
def test_the_start_is_compared_as_reported(starts: Any, mark: str) -> None:
    [report] = intake_of(call({**GOOD, "startsAt": starts})).reports
    assert report.mark == mark


@pytest.mark.parametrize("version", ["3", 4, None])
def test_of_another_version_what_can_be_read_is_taken(version: Any) -> None:
    [report] = intake_of(call(GOOD, version=version)).reports
    assert report.started_at == datetime(2026, 11, 30, tzinfo=UTC)


def test_an_alert_that_is_nested_too_deeply_is_one_odd_alert() -> None:
    deep = b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    good = json.dumps(GOOD).encode()
    intake = intake_of(b'{"alerts":[' + good + b"," + deep + b"," + good + b"]}")
    assert (len(intake.reports), intake.unreadable, intake.left_out) == (2, 1, 0)


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b"\xff", b'{"alerts":{}}', b"a=b"])
def test_a_body_without_alerts_is_noted(body: bytes) -> None:
    intake = intake_of(body)
    assert not intake.reports
    assert not intake.is_whole


def test_an_empty_group_is_nothing_to_note() -> None:
    assert intake_of(call()).is_whole
