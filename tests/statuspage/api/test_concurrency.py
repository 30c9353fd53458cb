"""Two systems that speak at the same moment."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from statuspage.incidents.models import Incident
from statuspage.statements.models import Statement
from tests.factories import text
from tests.statuspage.api import samples
from tests.statuspage.api.client import Caller, error_of

pytestmark = pytest.mark.django_db(transaction=True)


def _together(api: Caller, requests: list[tuple[str, dict]]) -> list:
    """Return the answers to requests that start at the same moment."""
    token = api.headers["Authorization"].removeprefix("Bearer ")
    start = threading.Barrier(len(requests))

    def one(request: tuple[str, dict]):
        try:
            start.wait()
            return Caller(token).post(*request)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(requests)) as pool:
        return list(pool.map(one, requests))


def test_of_two_updates_to_the_same_version_one_is_published(api, component):
    opened = api.post("incidents/", samples.incident(component)).json()
    request = (f"incidents/{opened['id']}/updates/", samples.update(version=1))
    answers = _together(api, [request, request])
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert error_of(refused)["code"] == "superseded"
    assert Statement.objects.count() == 2
    assert Incident.objects.get().version == 2


def test_of_two_withdrawals_of_one_statement_one_is_published(api, component):
    api.post("incidents/", samples.incident(component))
    request = ("statements/1/withdrawals/", {"body": text("误报。", "A false alarm.")})
    answers = _together(api, [request, request])
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert Statement.objects.filter(kind="withdrawal").count() == 1


def test_many_publishers_of_every_kind_leave_no_gap(api, component):
    requests = [
        ("incidents/", samples.incident(component)),
        ("maintenances/", samples.maintenance(component)),
        ("notices/", samples.notice()),
    ] * 3
    answers = _together(api, requests)
    assert {answer.status_code for answer in answers} == {201}
    assert sorted(answer.json()["statement"] for answer in answers) == list(range(1, 10))
    numbers = Statement.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == list(range(1, 10))
