"""verify_log.py compares what anybody sees on the page with what the statements say."""

import pytest

from statuspage.incidents.models import Incident
from statuspage.incidents.services.incidents import incident_update
from tests.database.tampering import as_superuser
from tests.factories import make_component, open_incident, text
from tests.statuspage.pages.log.test_verify_log import Run, run

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["run"]


def test_a_forged_page_is_found_and_an_honest_one_is_not(run: Run) -> None:
    component = make_component()
    first = open_incident(component)
    incident = Incident.objects.get(public_id=first.subject_id)
    incident_update(
        incident=incident, author=None, status="monitoring", body=text("观察中。", "Watching.")
    )
    honest = run("--state", "-")
    assert honest.returncode == 0, honest.stdout + honest.stderr
    with as_superuser() as cursor:
        cursor.execute(
            "UPDATE incidents_incident SET impact = 'none', status = 'resolved',"
            ' name = \'{"zh-hans": "一切正常", "en": "All is well"}\''
        )
        cursor.execute("UPDATE components_component SET status = 'operational'")
    forged = run("--state", "-")
    assert forged.returncode == 1
    said = f"of {incident.public_id}; statement No. 2 says"
    assert f"The page shows 'none' as impact {said}" in forged.stdout
    assert f"The page shows 'resolved' as status {said} 'monitoring'" in forged.stdout
    assert f"The page shows '一切正常' as name {said}" in forged.stdout
    assert f"as status of {component.public_id}; statement No. 2 says" in forged.stdout


def test_an_incident_of_which_nobody_said_anything(run: Run) -> None:
    open_incident()
    with as_superuser() as cursor:
        cursor.execute("UPDATE incidents_incident SET public_id = 'zzzzzzzzzzzz'")
    forged = run("--state", "-")
    assert forged.returncode == 1
    assert "The page shows zzzzzzzzzzzz, of which no statement says anything." in forged.stdout
