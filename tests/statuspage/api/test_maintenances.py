"""Maintenance over the API."""

import pytest

from statuspage.incidents.models import Maintenance
from statuspage.incidents.services.maintenances import maintenances_advance
from statuspage.statements.models import Statement
from statuspage.statements.times import from_iso
from tests.factories import text
from tests.statuspage.api import samples
from tests.statuspage.api.client import error_of

pytestmark = pytest.mark.django_db


def test_announcing_answers_with_the_whole_maintenance(api, component):
    response = api.post("maintenances/", samples.maintenance(component))
    assert response.status_code == 201
    answer = response.json()
    assert answer["statement"] == 1
    assert answer["status"] == "scheduled"
    assert answer["components"] == [component.public_id]
    assert answer["url"].endswith(f"/maintenances/{answer['id']}/")
    assert api.get(f"maintenances/{answer['id']}/").json()["timeline"] == answer["timeline"]
    assert [one["id"] for one in api.get("maintenances/").json()["results"]] == [answer["id"]]


def test_updates_move_it_to_its_end(api, component):
    announced = api.post("maintenances/", samples.maintenance(component)).json()
    path = f"maintenances/{announced['id']}/updates/"
    for status in ["in_progress", "verifying", "completed"]:
        response = api.post(path, {"status": status, "body": text("进展。")})
        assert response.status_code == 201
        assert response.json()["status"] == status
    assert len(api.get(f"maintenances/{announced['id']}/").json()["timeline"]) == 4


def test_nothing_follows_the_end(api, component):
    announced = api.post("maintenances/", samples.maintenance(component)).json()
    path = f"maintenances/{announced['id']}/updates/"
    api.post(path, {"status": "completed", "body": text("已完成。")})
    response = api.post(path, {"status": "in_progress", "body": text("又开始了。")})
    assert response.status_code == 409
    assert error_of(response)["code"] == "transition"


def test_a_stale_version_loses_to_the_clock(api, component):
    announced = api.post("maintenances/", samples.maintenance(component)).json()
    maintenances_advance(now=from_iso(announced["scheduled_for"]))
    body = {"status": "in_progress", "body": text("已开始。"), "version": 1}
    response = api.post(f"maintenances/{announced['id']}/updates/", body)
    assert response.status_code == 409
    assert error_of(response)["code"] == "superseded"
    assert Statement.objects.count() == 2


@pytest.mark.parametrize(
    "change",
    [
        {"scheduled_for": samples.in_hours(-1)},
        {"scheduled_until": samples.in_hours(1)},
        {"scheduled_for": "2025-03-01T00:00:00"},
        {"components": ["zzzzzzzzzzzz"]},
        {"components": "all"},
        {"components": ["a" * 13]},
        {"components": ["4k7mz2qw9x3p"] * 501},
        {"name": text("")},
        {"impact": "major"},
    ],
)
def test_a_wrong_announcement_is_refused_as_a_whole(api, component, change):
    response = api.post("maintenances/", samples.maintenance(component, **change))
    assert response.status_code == 400
    error_of(response)
    assert not Maintenance.objects.exists()


def test_an_unknown_maintenance_is_not_found(api):
    assert api.get("maintenances/zzzzzzzzzzzz/").status_code == 404
    body = {"status": "completed", "body": text("已完成。")}
    assert api.post("maintenances/zzzzzzzzzzzz/updates/", body).status_code == 404
