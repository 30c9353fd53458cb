"""Whatever is sent to a POST: never a fault of ours, and nothing is written on a refusal."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from notifications.delivery.models import Broadcast
from notifications.subscribers.models import Address, Subscriber
from statuspage.api.models import IdempotencyRecord
from statuspage.approvals.models import Proposal
from statuspage.components.models import StatusChange
from statuspage.incidents.models import AffectedComponent, Incident, Maintenance
from statuspage.notices.models import Notice
from statuspage.staff.roles import Role
from statuspage.statements.models import Statement
from tests.factories import make_component, open_incident
from tests.statuspage.api import samples
from tests.statuspage.api.client import caller, error_of

WRITTEN = [
    Address,
    AffectedComponent,
    Broadcast,
    IdempotencyRecord,
    Incident,
    Maintenance,
    Notice,
    Proposal,
    StatusChange,
    Statement,
    Subscriber,
]

# What tends to break things, beside what Hypothesis invents.
NASTY = st.sampled_from(
    [
        "\x00",
        "\ud800",
        "a\u202eb",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2025-02-30T00:00:00+08:00",
        "2025-01-01T00:00:00+99:99",
        "1e-999999",
        "NaN",
        "../../etc",
        "'; --",
        2**31,
        2**53 + 1,
        2**63,
        -1,
        0.1,
        1e308,
        "operational",
        "resolved",
    ]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | NASTY
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


def mutations(right: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Bodies near the right one: fields replaced, left out or added, parts of texts replaced."""
    names = st.sampled_from(sorted(right))
    replaced = st.dictionaries(names, VALUES, min_size=1, max_size=2)
    inside = st.dictionaries(
        st.sampled_from([name for name in sorted(right) if isinstance(right[name], dict)] or ["x"]),
        st.dictionaries(st.sampled_from(["zh-hans", "en", "x"]) | st.text(max_size=4), VALUES),
        max_size=1,
    )
    left_out = st.lists(names, max_size=2)
    added = st.dictionaries(st.text(max_size=8), VALUES, max_size=1)

    def build(change: Any, deeper: Any, without: Any, more: Any) -> dict[str, Any]:
        body = {**right, **more, **deeper, **change}
        return {name: value for name, value in body.items() if name not in without}

    return st.builds(build, replaced, inside, left_out, added) | VALUES


class Anything(TestCase):
    """One incident, one maintenance and one component stand ready."""

    @classmethod
    def setUpTestData(cls) -> None:
        cls.component = make_component()
        cls.incident = open_incident(cls.component)
        cls.api = caller(Role.APPROVER)
        planned = cls.api.post("maintenances/", samples.maintenance(cls.component)).json()
        cls.planned = planned["id"]

    def send(self, path: str, body: Any, key: str | None) -> None:
        """Post it; check that the answer is an answer, and that refusals wrote nothing."""
        before = [list(model.objects.order_by("pk").values()) for model in WRITTEN]
        headers = {} if key is None else {"Idempotency_Key": key}
        response = self.api.call("POST", path, json.dumps(body), **headers)
        assert response.status_code < 500
        if response.status_code >= 400:
            error_of(response)
            after = [list(model.objects.order_by("pk").values()) for model in WRITTEN]
            assert after == before


KEYS = st.none() | st.just("k") | st.text(st.characters(max_codepoint=255), max_size=5)

_UPDATE = samples.update(components={}, impact="minor", version=1, next_update_by=None)
_WORDS = {"body": {"zh-hans": "更正。"}}
_PLANNED = {"status": "scheduled", "version": 1, **_WORDS}


def _case(name: str, path_of: Any, right_of: Any) -> None:
    """Add a test for one address to the class."""

    @settings(suppress_health_check=list(HealthCheck))
    @given(data=st.data())
    def test(self: Anything, data: st.DataObject) -> None:
        body = data.draw(mutations(right_of(self)))
        self.send(path_of(self), body, data.draw(KEYS))

    setattr(Anything, f"test_{name}_never_breaks", test)


_case("opening_an_incident", lambda _: "incidents/", lambda self: samples.incident(self.component))
_case(
    "updating_an_incident",
    lambda self: f"incidents/{self.incident.subject_id}/updates/",
    lambda _: _UPDATE,
)
_case(
    "entering_a_past_incident",
    lambda _: "incidents/backfills/",
    lambda self: samples.past_incident(self.component),
)
_case(
    "announcing_maintenance",
    lambda _: "maintenances/",
    lambda self: samples.maintenance(self.component),
)
_case(
    "updating_maintenance", lambda self: f"maintenances/{self.planned}/updates/", lambda _: _PLANNED
)
_case(
    "cancelling_maintenance",
    lambda self: f"maintenances/{self.planned}/cancellations/",
    lambda _: {**_WORDS, "version": 1},
)
_case(
    "rescheduling_maintenance",
    lambda self: f"maintenances/{self.planned}/reschedulings/",
    lambda self: {
        **_WORDS,
        "version": 1,
        "scheduled_for": samples.in_hours(48),
        "scheduled_until": samples.in_hours(50),
        "components": [self.component.public_id],
        "short_notice_reason": _WORDS["body"],
    },
)
_case("publishing_a_notice", lambda _: "notices/", lambda _: samples.notice())
_case(
    "the_details_of_a_notice",
    lambda _: "notices/",
    lambda _: {**samples.notice(), "payload": {}, "kind": "delay"},
)
_case(
    "correcting", lambda self: f"statements/{self.incident.number}/corrections/", lambda _: _WORDS
)
_case(
    "withdrawing", lambda self: f"statements/{self.incident.number}/withdrawals/", lambda _: _WORDS
)
_case("adding_a_subscriber", lambda _: "subscribers/", lambda _: samples.subscriber(topics=[]))


@pytest.mark.django_db
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(body=st.binary(max_size=300))
def test_any_bytes_as_a_body_get_an_answer(approver, body):
    for path in ["incidents/", "subscribers/"]:
        response = approver.call("POST", path, body)
        assert response.status_code == 400
        error_of(response)


@pytest.mark.django_db
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    tail=st.binary(max_size=200) | st.text('0123456789,"\n\r\x00中é;', max_size=100).map(str.encode)
)
def test_any_bytes_below_the_header_of_a_file_get_a_report(approver, tail):
    body = b"phone,language,category,consent_source,email,topics,components\n" + tail
    response = approver.call("POST", "subscribers/import/", body, "text/csv")
    assert response.status_code == 200
    assert set(response.json()) == {"created", "updated", "skipped", "failed", "errors"}
