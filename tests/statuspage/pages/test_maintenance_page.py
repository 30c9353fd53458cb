"""The page of one maintenance."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from statuspage.statements.services import statement_correct
from tests.factories import make_component, text
from tests.statuspage.pages.story import ago, moved, path_of, scheduled, words_of

pytestmark = pytest.mark.django_db


def test_it_shows_when_the_work_is_planned_and_what_it_affects(client: Client) -> None:
    page = words_of(client.get(path_of(scheduled())))
    assert "Clearing upgrade Maintenance Scheduled" in page
    assert "Planned 22 Feb, 14:30 – 16:30 (2 h)" in page
    assert "Affected services Merchant portal" in page
    assert "Payout times do not change." in page


def test_work_that_ends_on_another_day_names_that_day(client: Client) -> None:
    statement = scheduled(scheduled_for=ago(hours=-8), scheduled_until=ago(hours=-12))
    assert "21 Feb, 22:30 – 22 Feb, 02:30 (4 h)" in words_of(client.get(path_of(statement)))


def test_its_stages_stand_on_the_timeline_newest_first(client: Client) -> None:
    statement = scheduled(scheduled_for=ago(hours=3))
    moved(statement, "in_progress", published_at=ago(hours=3))
    moved(statement, "verifying", published_at=ago(hours=1))
    moved(statement, "completed", published_at=ago(minutes=5))
    page = words_of(client.get(path_of(statement)))
    timeline = page.partition("Timeline")[2]
    stages = ("Completed", "Verifying", "In progress", "Scheduled")
    places = [timeline.index(stage) for stage in stages]
    assert places == sorted(places)
    assert "Actual start 21 Feb, 11:30" in page
    assert "Completed 21 Feb, 14:25" in page.partition("Timeline")[0]


def test_a_maintenance_that_has_not_begun_names_no_beginning(client: Client) -> None:
    head = words_of(client.get(path_of(scheduled()))).partition("Timeline")[0]
    assert "Actual start" not in head
    assert "Completed" not in head


def test_its_components_states_are_on_the_timeline(client: Client) -> None:
    statement = scheduled(scheduled_for=ago(hours=3))
    moved(statement, "in_progress", published_at=ago(hours=3))
    page = words_of(client.get(path_of(statement)))
    assert "Merchant portal Operational now Under maintenance" in page


def test_a_correction_of_the_announcement_is_shown(client: Client) -> None:
    statement = scheduled()
    answer = statement_correct(
        statement=statement, body=text("开始时间改为15点。", "It starts at 15:00."), author=None
    )
    page = words_of(client.get(path_of(statement)))
    assert f"Corrected by No. {answer.number}" in page
    assert "It starts at 15:00." in page


def test_hidden_components_are_left_out(client: Client) -> None:
    statement = scheduled(make_component("内部对账", "Back office", visible=False))
    html = client.get(path_of(statement)).content.decode()
    assert "Back office" not in html
    assert "Affected services" not in html


def test_the_number_of_queries_is_fixed(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    statement = scheduled(scheduled_for=ago(hours=3))
    moved(statement, "in_progress", published_at=ago(hours=3))
    with django_assert_num_queries(6):
        client.get(path_of(statement))


def test_an_unknown_maintenance_is_a_404(client: Client) -> None:
    response = client.get("/en/maintenances/nothing/")
    assert response.status_code == 404
    assert "Page not found" in words_of(response)
