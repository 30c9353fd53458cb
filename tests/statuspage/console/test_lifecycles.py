"""Every transition through the console: what may follow does, the rest changes nothing."""

import pytest
from django.test import Client

from statuspage.components.models import Component
from statuspage.incidents.lifecycle import (
    INCIDENT_TRANSITIONS,
    MAINTENANCE_UPDATES,
    IncidentStatus,
    MaintenanceStatus,
)
from statuspage.incidents.models import Incident, Maintenance
from statuspage.incidents.services.incidents import incident_update
from statuspage.incidents.services.maintenances import maintenance_update
from statuspage.incidents.services.replanning import maintenance_cancel
from statuspage.statements.models import Statement
from tests.factories import incident_of, open_incident, text
from tests.statuspage.console.browser import form_of, words
from tests.statuspage.console.paths import plan

WAY_TO_VERIFYING = {"verifying": ["in_progress", "verifying"]}


def incident_in(status: str) -> Incident:
    statement = open_incident()
    if status != IncidentStatus.INVESTIGATING:
        incident_update(
            incident=incident_of(statement), status=status, body=text("文"), author=None
        )
    return incident_of(statement)


def maintenance_in(status: str, component: Component) -> Maintenance:
    found = Maintenance.objects.get(public_id=plan(component).subject_id)
    if status == "cancelled":
        maintenance_cancel(maintenance=found, body=text("改期。"), author=None)
        return found
    steps = WAY_TO_VERIFYING.get(status, [] if status == "scheduled" else [status])
    for step in steps:
        maintenance_update(maintenance=found, status=step, body=text("文"), author=None)
    return found


@pytest.mark.parametrize("following", IncidentStatus.values)
@pytest.mark.parametrize("present", IncidentStatus.values)
def test_an_incident_goes_where_it_may_and_nowhere_else(
    author: Client, present: str, following: str
) -> None:
    incident = incident_in(present)
    before = Statement.objects.count()
    reopens = (present, following) == ("resolved", "investigating")
    act = "reopen" if reopens else "update"  # a choice of its own
    path = f"/console/incidents/{incident.public_id}/{act}/"
    page = author.get(path)
    values = {"status": following, "body_zh": "更新", "step": "publish"}
    answer = author.post(path, {**form_of(page), **values})
    incident.refresh_from_db()
    offered = (
        f'<option value="{following}"' in words(page).split('name="status"')[1].split("<div")[0]
    )
    if following in INCIDENT_TRANSITIONS[present]:
        assert offered
        assert incident.status == following
        assert Statement.objects.count() == before + 1
    else:
        assert not offered
        assert incident.status == present
        assert Statement.objects.count() == before
        assert form_of(answer)["body_zh"] == "更新"


@pytest.mark.parametrize("following", MaintenanceStatus.values)
@pytest.mark.parametrize("present", MaintenanceStatus.values)
def test_a_maintenance_goes_where_it_may_and_nowhere_else(
    author: Client, component: Component, present: str, following: str
) -> None:
    maintenance = maintenance_in(present, component)
    before = Statement.objects.count()
    path = f"/console/maintenances/{maintenance.public_id}/update/"
    values = {"status": following, "body_zh": "更新", "step": "publish"}
    answer = author.post(path, {**form_of(author.get(path)), **values})
    maintenance.refresh_from_db()
    if following in MAINTENANCE_UPDATES[present]:
        assert maintenance.status == following
        assert Statement.objects.count() == before + 1
    else:
        assert maintenance.status == present
        assert Statement.objects.count() == before
        assert form_of(answer)["body_zh"] == "更新"
