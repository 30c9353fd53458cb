"""The composer warns where an incident names no public component, and offers them."""

from typing import Any

import pytest
from django.test import Client

from statuspage.components.models import Component
from statuspage.incidents.models import Incident
from statuspage.statements.models import Statement
from tests.factories import incident_of, make_component, open_incident, text
from tests.statuspage.console.browser import form_of, words
from tests.statuspage.pages.story import noticed

pytestmark = pytest.mark.django_db

COMPOSE = "/console/incidents/compose/"
WRITTEN = {"name_zh": "全站故障", "body_zh": "正在排查。", "impact": "critical"}
WARNING = "This incident names no public service"


def _confirm(author: Client, **values: Any) -> Any:
    form = form_of(author.get(COMPOSE)) | WRITTEN | values
    return author.post(COMPOSE, {**form, "step": "confirm"})


def test_the_composer_warns_where_an_incident_names_no_public_component_and_offers_them(
    author: Client, component: Component
) -> None:
    hidden = make_component("内部", "Inside", visible=False)
    page = _confirm(author, **{f"component_{hidden.public_id}": "major_outage"})
    assert Statement.objects.count() == 0
    shown = words(page)
    assert WARNING in shown
    assert f'value="{component.public_id}"' in page.content.decode()
    # Nothing typed is lost, and one tick names the service.
    again = form_of(page)
    assert again["name_zh"] == "全站故障"
    ready = author.post(COMPOSE, {**again, "named": component.public_id, "step": "confirm"})
    assert WARNING not in words(ready)
    author.post(COMPOSE, {**form_of(ready), "step": "publish"})
    assert Statement.objects.get().content["components"][0]["new_status"] == "major_outage"


def test_publish_anyway_is_a_tick_of_its_own(author: Client, component: Component) -> None:
    page = _confirm(author)
    again = {**form_of(page), "unnamed": "on", "step": "confirm"}
    author.post(COMPOSE, {**form_of(author.post(COMPOSE, again)), "step": "publish"})
    assert Statement.objects.get().content["components"] == []
    component.refresh_from_db()
    assert component.status == "operational"


def test_an_update_warns_unless_the_incident_has_named_one(
    author: Client, component: Component
) -> None:
    incident = incident_of(open_incident(components={}, impact="critical"))
    path = f"/console/incidents/{incident.public_id}/update/"
    form = form_of(author.get(path)) | {"body_zh": "仍在排查。"}
    page = author.post(path, {**form, "step": "confirm"})
    assert WARNING in words(page)
    named = {**form_of(page), "named": component.public_id, "step": "confirm"}
    author.post(path, {**form_of(author.post(path, named)), "step": "publish"})
    form = form_of(author.get(path)) | {"body_zh": "已定位。"}
    assert WARNING not in words(author.post(path, {**form, "step": "confirm"}))


def test_resolving_needs_no_service(author: Client, component: Component) -> None:
    incident = incident_of(open_incident(components={}, impact="critical"))
    path = f"/console/incidents/{incident.public_id}/update/"
    form = form_of(author.get(path)) | {"body_zh": "已恢复。", "status": "resolved"}
    assert WARNING not in words(author.post(path, {**form, "step": "confirm"}))


def test_without_any_public_service_there_is_nothing_to_offer(author: Client) -> None:
    assert WARNING not in words(_confirm(author))


def test_the_incident_s_page_lists_its_notices(author: Client) -> None:
    said = open_incident()
    noticed(title=text("到账延迟公告", "Delay notice"), incident_id=said.subject_id)
    notice = Statement.objects.get(subject_type="notice").subject_id
    page = author.get(f"/console/incidents/{said.subject_id}/").content.decode()
    assert f'href="/console/notices/{notice}/"' in page
    back = author.get(f"/console/notices/{notice}/").content.decode()
    assert f'href="/console/incidents/{said.subject_id}/"' in back
    assert Incident.objects.count() == 1
