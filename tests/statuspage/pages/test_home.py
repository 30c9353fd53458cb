"""The first page: the state of things in one glance and in words."""

import re

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from statuspage.statements.services import statement_correct, statement_withdraw
from tests.factories import make_component, text
from tests.statuspage.pages.story import (
    NOW,
    ago,
    ahead,
    board,
    moved,
    noticed,
    opened,
    path_of,
    resolved,
    scheduled,
    updated,
    words_of,
)

pytestmark = pytest.mark.django_db


def test_an_empty_page_says_that_all_is_well_and_that_nothing_is_listed(client: Client) -> None:
    page = words_of(client.get("/en/"))
    assert "All services are running normally" in page
    assert "No open incidents." in page
    assert "No services listed yet." in page
    assert "No notices to merchants in the last 30 days." in page


def test_components_stand_under_their_groups_in_order(client: Client) -> None:
    board()
    page = words_of(client.get("/"))
    places = [page.index(name) for name in ("收款", "刷卡交易", "扫码支付", "结算", "短信通知")]
    assert places == sorted(places)


def test_a_hidden_component_appears_nowhere(client: Client) -> None:
    secret = board()["secret"]
    opened(secret, name=text("内部"), components={secret.public_id: "major_outage"})
    response = client.get("/en/")
    # The incident itself is public: its impact is told, the component is not.
    assert words_of(response).startswith("1 critical incident is open")
    assert "Back office" not in response.content.decode()
    assert "内部对账" not in response.content.decode()


def test_one_only_shown_when_degraded_is_left_out_while_it_works(client: Client) -> None:
    component = make_component("节假日通道", "Holiday lane", only_show_if_degraded=True)
    assert "Holiday lane" not in words_of(client.get("/en/"))
    opened(component)
    assert "Holiday lane Partial outage" in words_of(client.get("/en/"))


def test_a_group_without_anything_to_show_is_left_out(client: Client) -> None:
    component = board()["t1"]
    component.only_show_if_degraded = True
    component.save()
    assert "结算" not in words_of(client.get("/")).partition("最近")[0].partition("短信通知")[0]


def test_the_headline_names_the_state_and_counts_open_incidents(client: Client) -> None:
    components = board()
    opened(components["t1"])
    page = words_of(client.get("/en/"))
    assert "Some services have a partial outage" in page
    assert "1 open incident." in page
    opened(components["cards"], name=text("刷卡失败", "Cards fail"))
    assert "2 open incidents." in words_of(client.get("/en/"))


def test_an_open_incident_shows_its_latest_word_and_what_it_affects(client: Client) -> None:
    statement = opened(board()["t1"])
    updated(statement, body=text("清算文件推送卡住。", "The hand-over job is stuck."))
    page = words_of(client.get("/en/"))
    assert "T+1 payouts are late Major impact" in page
    assert "Identified" in page
    assert "The hand-over job is stuck." in page
    assert "Funds are safe." not in page
    assert "T+1 settlement Partial outage" in page
    assert "View details" in page


def test_the_latest_word_includes_the_correction_that_followed_it(client: Client) -> None:
    statement = opened()
    second = updated(statement, body=text("约1.2万户。", "About 12,000 merchants."))
    statement_correct(statement=second, body=text("约1.6万户。", "About 16,000."), author=None)
    page = words_of(client.get("/en/"))
    assert page.index("About 16,000.") < page.index("About 12,000 merchants.")
    assert "Funds are safe." not in page


def test_the_promised_time_of_the_next_update_is_shown(client: Client) -> None:
    opened(next_update_by=ahead(minutes=45))
    assert "Next update by 15:15" in words_of(client.get("/en/"))


def test_a_promise_for_another_day_names_the_day(client: Client) -> None:
    opened(next_update_by=ahead(hours=20))
    assert "Next update by 22 Feb, 10:30" in words_of(client.get("/en/"))


def test_a_missed_promise_is_said_plainly(client: Client) -> None:
    opened(next_update_by=ahead(minutes=45))
    with time_machine.travel(ahead(minutes=46), tick=False):
        page = words_of(client.get("/en/"))
    assert "The update promised by 15:15 is overdue." in page
    assert "Next update by" not in page


def test_an_incident_without_a_promise_makes_none(client: Client) -> None:
    opened()
    assert "Next update by" not in words_of(client.get("/en/"))


def test_upcoming_maintenance_is_announced_with_its_times(client: Client) -> None:
    scheduled()
    page = words_of(client.get("/en/"))
    assert "Clearing upgrade Scheduled 22 Feb, 14:30 – 16:30 (2 h)" in page
    assert "Affected services: Merchant portal" in page


def test_running_maintenance_colours_the_page(client: Client) -> None:
    statement = scheduled(scheduled_for=ago(minutes=20), published_at=ago(days=1))
    moved(statement, "in_progress")
    page = words_of(client.get("/en/"))
    assert "Maintenance in progress" in page
    assert "Maintenance is in progress. There are no open incidents." in page
    assert "Merchant portal Under maintenance" in page


def test_completed_maintenance_moves_to_the_day_on_which_it_ended(client: Client) -> None:
    statement = scheduled(scheduled_for=ago(hours=3), published_at=ago(days=1))
    moved(statement, "in_progress", published_at=ago(hours=3))
    moved(statement, "completed", published_at=ago(hours=2))
    page = words_of(client.get("/en/"))
    assert "All services are running normally" in page
    assert "Clearing upgrade" in page.partition("The last 14 days")[2]
    assert "Clearing upgrade" not in page.partition("The last 14 days")[0]


def test_notices_of_the_last_thirty_days_are_on_the_first_page(client: Client) -> None:
    noticed(title=text("旧公告", "Old arrangements"), published_at=ago(days=31))
    noticed(title=text("新公告", "New arrangements"), published_at=ago(days=29))
    page = words_of(client.get("/en/"))
    assert "New arrangements" in page
    assert "Old arrangements" not in page
    assert "Micro merchants" in page


def test_a_withdrawn_notice_is_marked_on_the_first_page(client: Client) -> None:
    statement_withdraw(statement=noticed(), body=text("误发。"), author=None)
    assert "Withdrawn" in words_of(client.get("/en/"))


def test_quiet_days_are_drawn_together_and_said(client: Client) -> None:
    statement = opened(published_at=ago(days=3, hours=1))
    resolved(statement, published_at=ago(days=3))
    recent = words_of(client.get("/en/")).partition("The last 14 days")[2]
    assert "19 Feb – 21 Feb No incidents" in recent
    assert "18 Feb T+1 payouts are late Resolved" in recent
    assert "lasted 1 h" in recent
    assert "8 Feb – 17 Feb No incidents" in recent


def test_what_ended_before_the_last_fourteen_days_is_left_to_the_history(client: Client) -> None:
    statement = opened(published_at=ago(days=15, hours=1))
    resolved(statement, published_at=ago(days=15))
    page = words_of(client.get("/en/"))
    assert "T+1 payouts are late" not in page
    assert "8 Feb – 21 Feb No incidents" in page


def test_a_reopened_incident_is_open_again(client: Client) -> None:
    statement = opened()
    resolved(statement)
    assert "No open incidents." in words_of(client.get("/en/"))
    updated(statement, "investigating", body=text("又出现延迟。", "It is back."))
    page = words_of(client.get("/en/"))
    assert "1 open incident." in page
    assert "It is back." in page


def test_english_falls_back_to_chinese_and_says_so_to_screen_readers(client: Client) -> None:
    opened(name=text("仅中文标题"), body=text("仅中文正文"))
    html = client.get("/en/").content.decode()
    assert re.search(r'lang="zh-hans">仅中文标题<', html)
    assert re.search(r'<div class="prose" lang="zh-hans"><p>仅中文正文</p>', html)
    assert '<html lang="en">' in html


def test_each_language_links_to_the_other(client: Client) -> None:
    assert '<a href="/en/" lang="en" hreflang="en">English</a>' in client.get("/").content.decode()
    english = client.get("/en/").content.decode()
    assert '<a href="/" lang="zh-hans" hreflang="zh-hans">中文</a>' in english


def test_times_are_beijings_on_the_page_and_utc_in_the_markup(client: Client) -> None:
    opened(published_at=NOW)
    html = client.get("/en/").content.decode()
    assert '<time datetime="2025-02-21T06:30:00.000Z">21 Feb, 14:30</time>' in html
    assert html.count("UTC+8") == 1


def test_an_open_page_asks_more_often_while_something_is_open(client: Client) -> None:
    assert 'data-refresh="15"' in client.get("/").content.decode()
    opened()
    assert 'data-refresh="5"' in client.get("/").content.decode()


def test_the_standing_promise_and_the_hotline_are_on_every_page(client: Client) -> None:
    statement = opened()
    for path in ("/en/", "/en/history/", "/en/notices/", "/en/log/", path_of(statement)):
        html = client.get(path).content.decode()
        assert (
            "We never ask you by SMS to reply with a number, to pay a deposit or to follow a link."
            in html
        )
        assert 'href="tel:400-000-0000"' in html


def _crowd(count: int) -> None:
    component = board()["t1"]
    for number in range(count):
        statement = opened(component, name=text(f"事件{number}"))
        updated(statement)
        noticed(title=text(f"公告{number}"), incident_id=statement.subject_id)
        scheduled(component, name=text(f"维护{number}"))


@pytest.mark.parametrize("count", [1, 12])
def test_the_number_of_queries_does_not_grow_with_what_there_is_to_show(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    _crowd(count)
    with django_assert_num_queries(22):
        response = client.get("/")
    assert f"事件{count - 1}" in response.content.decode()


def test_text_cannot_bring_its_own_markup(client: Client) -> None:
    opened(name=text("<b>延迟</b>"), body=text("<script>alert(1)</script>"))
    html = client.get("/").content.decode()
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<b>延迟" not in html
