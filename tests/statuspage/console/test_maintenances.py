"""Announcing maintenance and telling how it goes."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from statuspage.components.models import Component
from statuspage.incidents.models import Maintenance, Template
from statuspage.incidents.services.maintenances import (
    maintenance_schedule,
    maintenance_update,
    maintenances_advance,
)
from statuspage.statements.models import Statement
from tests.factories import text
from tests.statuspage.console.browser import form_of, press, publish, words

COMPOSE = "/console/maintenances/compose/"
WRITTEN = {
    "name_zh": "商户后台维护",
    "name_en": "Portal maintenance",
    "body_zh": "暂停登录,交易不受影响。",
    "body_en": "Sign-in is paused.",
    "scheduled_for": "2098-03-01T01:00",
    "scheduled_until": "2098-03-01T03:00",
}


@pytest.fixture
def planned(component: Component) -> Maintenance:
    start = timezone.now() + timedelta(days=1)
    statement = maintenance_schedule(
        name=text("商户后台维护", "Portal maintenance"),
        body=text("暂停登录", "Sign-in is paused"),
        components=[component.public_id],
        scheduled_for=start,
        scheduled_until=start + timedelta(hours=2),
        short_notice_reason=text("紧急修补。", "An urgent fix."),
        author=None,
    )
    return Maintenance.objects.get(public_id=statement.subject_id)


def test_maintenance_is_announced_with_its_times_and_components(
    author: Client, component: Component
) -> None:
    publish(author, COMPOSE, **WRITTEN, components=component.public_id)
    statement = Statement.objects.get()
    content = statement.content
    assert content["scheduled_for"] == "2098-02-28T17:00:00.000Z"
    assert content["scheduled_until"] == "2098-02-28T19:00:00.000Z"
    assert [one["id"] for one in content["components"]] == [component.public_id]
    page = author.get(f"/console/maintenances/{statement.subject_id}/")
    assert "2098-03-01 01:00" in words(page)
    component.refresh_from_db()
    assert component.status == "operational"


def test_several_components_survive_the_confirming_page(author: Client) -> None:
    from tests.factories import make_component

    both = [make_component().public_id, make_component().public_id]
    publish(author, COMPOSE, **WRITTEN, components=both)
    assert {one.public_id for one in Maintenance.objects.get().components.all()} == set(both)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("scheduled_until", "2098-03-01T01:00", "The end must be after the start."),
        ("scheduled_for", "2001-01-01T00:00", "This time has already passed. Choose a later one."),
        ("scheduled_for", "", "This field is required."),
        ("components", "zzzzzzzzzzzz", "is not one of the available choices"),
        ("name_zh", "", "The Chinese text (zh-hans) is required."),
        ("body_zh", "{日期}维护", "{日期}"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_published(
    author: Client, component: Component, field: str, value: str, sentence: str
) -> None:
    page = press(author, COMPOSE, "publish", **WRITTEN | {field: value})
    assert sentence in words(page)
    assert form_of(page)["body_en"] == WRITTEN["body_en"]
    assert not Statement.objects.exists()


def test_a_template_fills_in_words_and_components(author: Client, component: Component) -> None:
    template = Template.objects.create(
        use="maintenance.scheduled", title="例行", name=text("例行维护"), body=text("{日期}维护")
    )
    template.components.add(component)
    assert "例行" in words(author.get(COMPOSE))
    form = form_of(author.get(f"{COMPOSE}?template={template.pk}"))
    assert form["name_zh"] == "例行维护"
    assert form["components"] == component.public_id


def test_a_template_for_incidents_is_not_one_for_maintenance(author: Client) -> None:
    template = Template.objects.create(
        use="incident.opened", title="延迟", name=text("延迟"), body=text("延迟")
    )
    assert author.get(f"{COMPOSE}?template={template.pk}").status_code == 404


def test_starting_it_early_colours_the_component(
    author: Client, planned: Maintenance, component: Component
) -> None:
    path = f"/console/maintenances/{planned.public_id}/update/"
    publish(author, path, status="in_progress", body_zh="提前开始")
    assert "提前开始" in words(author.get(f"/console/maintenances/{planned.public_id}/"))
    component.refresh_from_db()
    assert component.status == "under_maintenance"


def test_after_completion_there_is_no_form_any_more(author: Client, planned: Maintenance) -> None:
    maintenance_update(maintenance=planned, status="completed", body=text("完成"), author=None)
    page = words(author.get(f"/console/maintenances/{planned.public_id}/"))
    assert 'name="step"' not in page
    assert "完成" in page


def test_an_update_after_completion_is_refused_with_a_sentence(
    author: Client, planned: Maintenance
) -> None:
    path = f"/console/maintenances/{planned.public_id}/update/"
    form = form_of(author.get(path)) | {"body_zh": "还有一句", "step": "publish"}
    maintenance_update(maintenance=planned, status="completed", body=text("完成"), author=None)
    page = author.post(path, form)
    assert "Someone else has published an update in the meantime" in words(page)
    assert form_of(page)["body_zh"] == "还有一句"


def test_the_clock_overtakes_an_author_as_a_colleague_would(
    author: Client, planned: Maintenance
) -> None:
    path = f"/console/maintenances/{planned.public_id}/update/"
    form = form_of(author.get(path)) | {"body_zh": "推迟通知", "step": "confirm"}
    maintenances_advance(planned.scheduled_for)
    page = words(author.post(path, form))
    assert "The maintenance has started on time" in page.split('id="missed"')[1]


def test_the_list_shows_all_of_them(author: Client, chinese: Client, planned: Maintenance) -> None:
    assert "Portal maintenance" in words(author.get("/console/maintenances/"))
    assert "商户后台维护" in words(chinese.get("/console/maintenances/"))
