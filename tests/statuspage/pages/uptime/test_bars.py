"""Ninety days of every service on the first page."""

import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from statuspage.components.models import Component
from statuspage.incidents.services.backfills import incident_backfill
from statuspage.pages.uptime.bars import ninety_days_bars
from statuspage.statements.services import statement_withdraw
from tests.factories import make_component, text
from tests.statuspage.pages.story import (
    NOW,
    ago,
    board,
    moved,
    opened,
    resolved,
    scheduled,
    updated,
    words_of,
)

pytestmark = pytest.mark.django_db

PATH = re.compile(r'<path class="(\w+)" d="([^"]+)"/>')
LINE = re.compile(r"M(\d+) \d+h(\d+)")


def in_service(days: int = 200, **values: object) -> Component:
    """Return a component of which there is a record."""
    return make_component(start_date=ago(days=days).date(), **values)


def drawn(html: str) -> dict[str, list[int]]:
    """Which of the ninety days each state colours in a bar."""
    found: dict[str, list[int]] = {}
    for status, path in PATH.findall(html):
        for start, length in LINE.findall(path):
            found.setdefault(status, []).extend(range(int(start), int(start) + int(length)))
    return found


def test_ninety_quiet_days_are_ninety_green_ones(client: Client) -> None:
    in_service()
    response = client.get("/en/")
    assert drawn(response.content.decode()) == {"operational": list(range(90))}
    assert "100% available" in words_of(response)


def test_days_before_a_component_was_in_service_are_grey(client: Client) -> None:
    in_service(days=9)
    html = client.get("/en/").content.decode()
    found = drawn(html)
    assert found == {"none": list(range(80)), "operational": list(range(80, 90))}


def test_without_a_date_of_service_the_record_begins_when_it_was_entered(client: Client) -> None:
    component = make_component()
    Component.objects.filter(pk=component.pk).update(created_at=ago(days=2))
    assert drawn(client.get("/").content.decode())["none"] == list(range(87))


def test_each_day_is_drawn_once_in_its_worst_state(client: Client) -> None:
    component = in_service()
    first = opened(component, published_at=ago(days=10, hours=2))
    major = {component.public_id: "major_outage"}
    updated(first, components=major, published_at=ago(days=10, hours=1))
    resolved(first, published_at=ago(days=10))
    found = drawn(client.get("/en/").content.decode())
    assert found["major_outage"] == [79]
    assert sorted(day for days in found.values() for day in days) == list(range(90))


def test_the_days_stand_there_in_words_too(client: Client) -> None:
    component = in_service()
    resolved(opened(component, published_at=ago(days=3, hours=2)), published_at=ago(days=3))
    page = words_of(client.get("/en/"))
    assert "18 Feb Partial outage 2 h · 97.50%" in page
    assert "19 Feb – 21 Feb No disruption" in page
    assert "99.97% available" in page


def test_planned_work_is_shown_and_costs_nothing(client: Client) -> None:
    component = in_service()
    said = scheduled(component, scheduled_for=ago(days=2, hours=2), published_at=ago(days=9))
    moved(said, "in_progress", published_at=ago(days=2, hours=2))
    moved(said, "completed", published_at=ago(days=2))
    response = client.get("/en/")
    assert drawn(response.content.decode())["under_maintenance"] == [87]
    assert "19 Feb Under maintenance 2 h" in words_of(response)
    assert "100% available" in words_of(response)


def test_an_outage_counts_from_when_it_began_not_from_when_it_was_told(client: Client) -> None:
    component = in_service()
    first = opened(component, started_at=ago(days=2, hours=3), published_at=ago(days=2, hours=1))
    resolved(first, published_at=ago(days=2))
    assert "19 Feb Partial outage 3 h" in words_of(client.get("/en/"))


def test_what_began_before_an_earlier_outage_ended_is_not_counted_twice(client: Client) -> None:
    component = in_service()
    first = opened(component, published_at=ago(days=2, hours=4))
    resolved(first, published_at=ago(days=2, hours=2))
    again = opened(component, started_at=ago(days=2, hours=3), published_at=ago(days=2, hours=1))
    resolved(again, published_at=ago(days=2))
    assert "19 Feb Partial outage 4 h" in words_of(client.get("/en/"))


def test_what_began_before_the_ninety_days_and_goes_on_fills_them(client: Client) -> None:
    component = in_service(days=400)
    opened(component, published_at=ago(days=120))
    assert drawn(client.get("/").content.decode()) == {"partial_outage": list(range(90))}


def test_an_outage_shows_at_the_moment_at_which_it_is_told(client: Client) -> None:
    component = in_service()
    opened(component, published_at=NOW)
    assert drawn(client.get("/").content.decode())["partial_outage"] == [89]


def test_a_hidden_component_has_no_bar_and_neither_has_one_without_history(client: Client) -> None:
    secret = in_service(visible=False)
    plain = in_service(showcase=False)
    html = client.get("/").content.decode()
    assert "<path class=" not in html
    assert secret.public_id not in html
    assert f"days-{plain.public_id}" not in html


def test_an_outage_that_was_entered_afterwards_counts_until_it_is_withdrawn(client: Client) -> None:
    component = in_service()
    statement = incident_backfill(
        name=text("扫码支付失败", "QR payments failed"),
        body=text("已恢复。", "It works again."),
        components={component.public_id: "major_outage"},
        started_at=ago(days=3, hours=6),
        resolved_at=ago(days=3),
        author=None,
    )
    assert drawn(client.get("/en/").content.decode())["major_outage"] == [86]
    assert "99.72% available" in words_of(client.get("/en/"))
    statement_withdraw(statement=statement, body=text("误录。", "By mistake."), author=None)
    assert "100% available" in words_of(client.get("/en/"))


@pytest.mark.parametrize("count", [2, 200])
def test_two_hundred_components_need_no_more_queries_than_two(
    django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for number in range(count):
        component = in_service(name=f"服务{number}")
        if number < 5:
            resolved(opened(component, published_at=ago(days=4)), published_at=ago(days=3))
    with django_assert_num_queries(7):
        bars = ninety_days_bars("en", NOW)
    assert len(bars) == count


def test_a_bar_is_small_however_much_happened(client: Client) -> None:
    component = board()["t1"]
    Component.objects.filter(pk=component.pk).update(start_date=ago(days=200).date())
    quiet = len(client.get("/").content)
    for days in range(2, 12):
        said = opened(component, published_at=ago(days=days, hours=1))
        resolved(said, published_at=ago(days=days))
    bar = re.search(r"<svg viewBox.*?</svg>", client.get("/").content.decode())
    assert bar
    assert len(bar[0]) < 400
    assert quiet
