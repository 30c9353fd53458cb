"""Keeping an incident up to date, also when someone else does so at the same time."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.test import Client

from statuspage.components.models import Component
from statuspage.incidents.services.incidents import incident_update
from statuspage.statements.models import Statement
from tests.factories import incident_of, open_incident, text
from tests.statuspage.console.browser import form_of, press, publish, signed_in, words


def update_path(statement: Statement) -> str:
    return f"/console/incidents/{statement.subject_id}/update/"


def test_the_detail_page_offers_only_what_may_follow(author: Client) -> None:
    statement = open_incident()
    incident_update(
        incident=incident_of(statement), status="resolved", body=text("好了"), author=None
    )
    page = words(author.get(f"/console/incidents/{statement.subject_id}/"))
    status = page.split('name="status"')[1].split("</select>")[0]
    assert 'value="resolved"' in status
    assert 'value="investigating"' not in status
    reopening = words(author.get(f"/console/incidents/{statement.subject_id}/reopen/"))
    status = reopening.split('name="status"')[1].split("</select>")[0]
    assert 'value="investigating"' in status
    assert 'value="monitoring"' not in status


def test_an_update_starts_from_what_holds_now(author: Client, component: Component) -> None:
    statement = open_incident(component)
    form = form_of(author.get(f"/console/incidents/{statement.subject_id}/"))
    assert form[f"component_{component.public_id}"] == "partial_outage"
    assert form["impact"] == "major"
    assert form["status"] == "investigating"


def test_an_update_changes_state_and_says_so(author: Client, component: Component) -> None:
    statement = open_incident(component)
    values = {
        "body_zh": "已定位",
        "status": "identified",
        f"component_{component.public_id}": "degraded_performance",
    }
    page = publish(author, update_path(statement), **values)
    assert "Published as statement 2." in words(page)
    assert "已定位" in words(author.get(f"/console/incidents/{statement.subject_id}/"))
    component.refresh_from_db()
    assert component.status == "degraded_performance"
    assert incident_of(statement).status == "identified"


def test_resolving_lets_go_of_every_component(author: Client, component: Component) -> None:
    statement = open_incident(component)
    publish(author, update_path(statement), body_zh="已恢复", status="resolved")
    component.refresh_from_db()
    assert component.status == "operational"
    assert incident_of(statement).next_update_by is None


def test_a_promise_that_has_passed_does_not_hold_up_the_resolution(author: Client) -> None:
    statement = open_incident()
    publish(
        author,
        update_path(statement),
        body_zh="已恢复",
        status="resolved",
        next_update_by="2001-01-01T00:00",
    )
    assert incident_of(statement).status == "resolved"


def test_a_resolved_incident_can_be_reopened(author: Client) -> None:
    statement = open_incident()
    publish(author, update_path(statement), body_zh="已恢复", status="resolved")
    publish(author, update_path(statement).replace("update", "reopen"), body_zh="又出现了")
    assert incident_of(statement).status == "investigating"


@pytest.mark.parametrize("step", ["confirm", "publish"])
def test_being_overtaken_keeps_the_text_and_shows_what_came_between(
    author: Client, step: str
) -> None:
    statement = open_incident()
    form = form_of(author.get(f"/console/incidents/{statement.subject_id}/"))
    incident_update(
        incident=incident_of(statement),
        status="identified",
        body=text("同事先写的", "A colleague was first"),
        author=None,
    )
    typed = {**form, "body_zh": "我写的", "body_en": "What I wrote", "step": step}
    page = author.post(update_path(statement), typed)
    assert "Someone else has published an update in the meantime" in words(page)
    meanwhile = words(page).split('id="missed"')[1].split("</section>")[0]
    assert "A colleague was first" in meanwhile
    assert form_of(page)["body_zh"] == "我写的"
    assert form_of(page)["body_en"] == "What I wrote"
    assert Statement.objects.count() == 2


def test_after_reading_what_came_between_the_same_text_can_be_published(author: Client) -> None:
    statement = open_incident()
    form = form_of(author.get(f"/console/incidents/{statement.subject_id}/"))
    incident_update(
        incident=incident_of(statement), status="identified", body=text("先"), author=None
    )
    typed = {**form, "body_zh": "我写的", "step": "publish"}
    again = form_of(author.post(update_path(statement), typed))
    author.post(update_path(statement), {**again, "step": "publish"})
    assert Statement.objects.get(number=3).content["body"]["zh-hans"] == "我写的"


@pytest.mark.django_db(transaction=True)
def test_of_two_people_at_the_same_moment_one_is_asked_to_read_first() -> None:
    statement = open_incident()
    people = [signed_in(), signed_in()]
    page = f"/console/incidents/{statement.subject_id}/"
    forms = [form_of(one.get(page)) | {"body_zh": "我", "step": "publish"} for one in people]

    def click(turn: int) -> int:
        try:
            return people[turn].post(update_path(statement), forms[turn]).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(click, range(2)))
    assert answers == [200, 302]
    assert Statement.objects.count() == 2


def test_ones_own_second_click_is_not_mistaken_for_someone_else(author: Client) -> None:
    statement = open_incident()
    form = form_of(author.get(f"/console/incidents/{statement.subject_id}/"))
    typed = {**form, "body_zh": "我写的", "step": "publish"}
    author.post(update_path(statement), typed)
    page = author.post(update_path(statement), typed, follow=True)
    assert "It was not published again." in words(page)
    assert Statement.objects.count() == 2


@pytest.mark.parametrize("version", ["", "0", "-1", "x", "99"])
def test_a_made_up_version_publishes_nothing(author: Client, version: str) -> None:
    statement = open_incident()
    page = press(author, update_path(statement), "publish", body_zh="文", version=version)
    assert page.status_code == 200
    assert Statement.objects.count() == 1
