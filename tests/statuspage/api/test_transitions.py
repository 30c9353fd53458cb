"""Every step of both lifecycles, legal and illegal, as a caller meets it."""

import pytest

from statuspage.incidents.lifecycle import (
    INCIDENT_TRANSITIONS,
    MAINTENANCE_UPDATES,
    IncidentStatus,
    MaintenanceStatus,
)
from statuspage.incidents.models import Maintenance
from statuspage.incidents.services.replanning import maintenance_cancel
from statuspage.statements.models import Statement
from tests.factories import text
from tests.statuspage.api import samples
from tests.statuspage.api.client import Caller, error_of

pytestmark = pytest.mark.django_db

# How to bring a maintenance into each state.
WAY_TO = {
    "scheduled": [],
    "in_progress": ["in_progress"],
    "verifying": ["in_progress", "verifying"],
    "completed": ["completed"],
    "cancelled": [],
}


def _check(api: Caller, path: str, following: str, legal: bool) -> None:
    before = Statement.objects.count()
    response = api.post(path, {"status": following, "body": text("进展。", "Progress.")})
    if legal:
        assert response.status_code == 201
        assert response.json()["status"] == following
        assert Statement.objects.count() == before + 1
    else:
        assert response.status_code == 409
        assert error_of(response)["code"] == "transition"
        assert Statement.objects.count() == before


@pytest.mark.parametrize("following", IncidentStatus.values)
@pytest.mark.parametrize("present", IncidentStatus.values)
def test_an_incident_moves_only_as_its_table_says(api, component, present, following):
    opened = api.post("incidents/", samples.incident(component, status=present)).json()
    legal = following in INCIDENT_TRANSITIONS[present]
    _check(api, f"incidents/{opened['id']}/updates/", following, legal)


@pytest.mark.parametrize("following", MaintenanceStatus.values)
@pytest.mark.parametrize("present", MaintenanceStatus.values)
def test_a_maintenance_moves_only_as_its_table_says(api, component, present, following):
    announced = api.post("maintenances/", samples.maintenance(component)).json()
    path = f"maintenances/{announced['id']}/updates/"
    for status in WAY_TO[present]:
        assert api.post(path, {"status": status, "body": text("进展。")}).status_code == 201
    if present == "cancelled":
        maintenance = Maintenance.objects.get()
        maintenance_cancel(maintenance=maintenance, body=text("改期。"), author=None)
    if following == "cancelled":  # an act of its own
        assert api.post(path, {"status": following, "body": text("取消。")}).status_code == 400
    else:
        _check(api, path, following, following in MAINTENANCE_UPDATES[present])


def test_a_resolved_incident_that_comes_back_is_the_same_incident(api, component):
    opened = api.post("incidents/", samples.incident(component)).json()
    path = f"incidents/{opened['id']}/updates/"
    resolved = api.post(path, samples.update(status="resolved")).json()
    assert resolved["resolved_at"] is not None
    again = api.post(path, samples.update(status="investigating")).json()
    assert again["id"] == opened["id"]
    assert again["resolved_at"] is None


def test_a_maintenance_colours_its_component_only_while_work_goes_on(api, component):
    def status() -> str:
        return api.get("components/").json()["results"][0]["status"]

    announced = api.post("maintenances/", samples.maintenance(component)).json()
    path = f"maintenances/{announced['id']}/updates/"
    assert status() == "operational"
    api.post(path, {"status": "in_progress", "body": text("已开始。")})
    assert status() == "under_maintenance"
    api.post(path, {"status": "completed", "body": text("已完成。")})
    assert status() == "operational"
