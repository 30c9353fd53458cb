"""The page of uptime: a month of every service, day by day."""

import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from statuspage.components.models import Component
from tests.factories import make_component, text
from tests.statuspage.pages.story import ago, board, opened, resolved, words_of

pytestmark = pytest.mark.django_db


def in_service(days: int = 200, **values: object) -> Component:
    """Return a component of which there is a record."""
    return make_component(start_date=ago(days=days).date(), **values)


def test_it_shows_the_present_month_under_the_groups(client: Client) -> None:
    board()
    page = words_of(client.get("/en/uptime/"))
    assert "February 2025" in page
    places = [
        page.index(name) for name in ("收款", "Card payments", "结算", "T+1 settlement", "SMS")
    ]
    assert places == sorted(places)
    assert "Back office" not in page


def test_a_month_has_all_its_days_under_the_right_weekday(client: Client) -> None:
    in_service()
    html = client.get("/en/uptime/?month=2025-01").content.decode()
    days = html.partition('<ol class="month-days"')[2].partition("</ol>")[0]
    # The first of January 2025 was a Wednesday, the third day of seven in a row.
    found = re.findall(r'<li class="([a-z0-9- ]+)">(\d+)', days)
    assert found[0] == ("on-3 operational", "1")
    assert found[1:] == [("operational", str(day)) for day in range(2, 32)]


def test_a_day_with_an_outage_says_so_in_words(client: Client) -> None:
    component = in_service()
    resolved(opened(component, published_at=ago(days=3, hours=2)), published_at=ago(days=3))
    response = client.get("/en/uptime/")
    assert '<li class="partial_outage"><span title="Partial outage 2 h">18' in (
        response.content.decode()
    )
    assert "18 Feb Partial outage 2 h · 97.50%" in words_of(response)


def test_it_gives_the_month_and_the_last_ninety_days(client: Client) -> None:
    component = in_service()
    resolved(opened(component, published_at=ago(days=30, hours=10)), published_at=ago(days=30))
    page = words_of(client.get("/en/uptime/"))
    assert "100% available Last 90 days: 99.86%" in page
    assert "available Last 90 days: 99.86%" in words_of(client.get("/en/uptime/?month=2025-01"))


def test_days_to_come_and_days_before_the_record_are_without_colour(client: Client) -> None:
    in_service(days=5)
    html = client.get("/uptime/").content.decode()
    assert html.count('<li class="operational">') == 6  # the 16th to the 21st
    assert html.count('<li class="none">') + html.count('<li class="on-6 none">') == 22


def test_months_lead_to_one_another_as_far_as_the_record_goes(client: Client) -> None:
    in_service(days=40)
    html = client.get("/uptime/").content.decode()
    assert 'rel="prev" href="?month=2025-01"' in html
    assert 'rel="next"' not in html
    html = client.get("/uptime/?month=2025-01").content.decode()
    assert 'rel="next" href="?month=2025-02"' in html
    assert 'rel="prev"' not in html


@pytest.mark.parametrize("month", ["2024-11", "2025-03", "2025-13", "x", "1", "2025-1"])
def test_a_month_without_record_is_a_404_with_a_sentence(client: Client, month: str) -> None:
    in_service(days=40)
    response = client.get("/en/uptime/", {"month": month})
    assert response.status_code == 404
    assert "month" in words_of(response)


def test_without_services_it_says_so(client: Client) -> None:
    assert "No services listed yet." in words_of(client.get("/en/uptime/"))


def test_it_says_how_the_figures_are_computed(client: Client) -> None:
    page = words_of(client.get("/en/uptime/"))
    assert "“Major outage” counts fully as not available, “partial outage” counts 30%." in page
    assert "An outage counts from when it started, not from when we announced it." in page


def test_a_name_brings_no_markup(client: Client) -> None:
    component = in_service()
    Component.objects.filter(pk=component.pk).update(name=text("<b>x</b>"))
    assert "<b>x" not in client.get("/uptime/").content.decode()


@pytest.mark.parametrize("count", [1, 40])
def test_the_number_of_queries_is_fixed(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for number in range(count):
        in_service(name=f"服务{number}")
    with django_assert_num_queries(13):
        client.get("/uptime/")
