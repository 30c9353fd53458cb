"""The page of one incident: everything that was said, and nothing taken away."""

import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from statuspage.statements.services import statement_correct, statement_withdraw
from tests.factories import text
from tests.statuspage.pages.story import (
    ago,
    ahead,
    board,
    notice_of,
    noticed,
    opened,
    path_of,
    resolved,
    updated,
    words_of,
)

pytestmark = pytest.mark.django_db


def test_the_timeline_runs_from_the_newest_statement_to_the_oldest(client: Client) -> None:
    first = opened()
    updated(first)
    resolved(first)
    page = words_of(client.get(path_of(first)))
    timeline = page.partition("Timeline")[2]
    places = [timeline.index(word) for word in ("Resolved", "Identified", "Investigating")]
    assert places == sorted(places)


def test_every_statement_has_its_number_and_an_address_of_its_own(client: Client) -> None:
    first = opened()
    second = updated(first)
    html = client.get(path_of(first)).content.decode()
    for statement in (first, second):
        assert f'id="statement-{statement.number}"' in html
        assert f'href="/log/{statement.number}.json"' in html
        assert statement.sha256 in html


def test_an_update_shows_from_which_state_to_which_a_component_went(client: Client) -> None:
    component = board()["t1"]
    first = opened(component)
    updated(first, components={component.public_id: "major_outage"})
    page = words_of(client.get(path_of(first)))
    assert "T+1 settlement Operational now Partial outage" in page
    assert "T+1 settlement Partial outage now Major outage" in page


def test_an_update_that_changes_no_state_shows_no_arrow(client: Client) -> None:
    first = opened(board()["t1"])
    updated(first)
    html = client.get(path_of(first)).content.decode()
    assert html.count('href="#icon-arrow"') == 1


def test_the_times_of_start_and_end_and_the_duration(client: Client) -> None:
    first = opened(published_at=ago(hours=3, minutes=20))
    page = words_of(client.get(path_of(first)))
    assert "Started 21 Feb, 11:10 Resolved Not yet" in page
    assert "Duration" not in page
    resolved(first, published_at=ago(minutes=10))
    page = words_of(client.get(path_of(first)))
    assert "Resolved 21 Feb, 14:20 Duration 3 h 10 min" in page


def test_it_may_have_started_before_the_first_word(client: Client) -> None:
    first = opened(started_at=ago(hours=5))
    assert "Started 21 Feb, 09:30" in words_of(client.get(path_of(first)))


def test_a_correction_stands_for_itself_and_marks_what_it_corrects(client: Client) -> None:
    first = opened()
    answer = statement_correct(statement=first, body=text("是D+1。", "It is D+1."), author=None)
    response = client.get(path_of(first))
    page, html = words_of(response), response.content.decode()
    assert f"Correction to No. {first.number}" in page
    assert "It is D+1." in page
    assert f"Corrected by No. {answer.number}" in page
    assert "Funds are safe." in page, "what was corrected stays readable"
    assert f'href="#statement-{answer.number}"' in html
    assert f'href="#statement-{first.number}"' in html


def test_two_corrections_of_one_statement_are_both_named(client: Client) -> None:
    first = opened()
    one = statement_correct(statement=first, body=text("一"), author=None)
    two = statement_correct(statement=first, body=text("二"), author=None)
    page = words_of(client.get(path_of(first)))
    named = [f"Corrected by No. {answer.number}" for answer in (one, two)]
    assert page.index(named[0]) < page.index(named[1])


def test_a_withdrawn_statement_is_struck_but_readable(client: Client) -> None:
    first = opened()
    second = updated(first, body=text("测试", "This is a test."))
    answer = statement_withdraw(statement=second, body=text("误发", "By mistake."), author=None)
    response = client.get(path_of(first))
    page = words_of(response)
    assert f"Withdrawn by No. {answer.number}" in page
    assert re.search(r"<del[^>]*>.*This is a test\..*</del>", response.content.decode())
    assert "Withdrawn text: This is a test." in page, "the strike is said in words, too"
    assert "By mistake." in page


def test_the_promise_each_update_made_stays_on_record(client: Client) -> None:
    first = opened(next_update_by=ago(minutes=30))
    updated(first, published_at=ago(minutes=5), next_update_by=ahead(minutes=30))
    page = words_of(client.get(path_of(first)))
    assert "Next update by 15:00" in page.partition("Timeline")[0]
    assert "Promised then: next update by 21 Feb, 14:00" in page


def test_a_resolved_incident_promises_nothing_more(client: Client) -> None:
    first = opened(next_update_by=ago(minutes=30))
    resolved(first)
    head = words_of(client.get(path_of(first))).partition("Timeline")[0]
    assert "next update" not in head.lower()
    assert "promised by" not in head


def test_its_notices_are_listed_with_their_titles(client: Client) -> None:
    first = opened()
    notice = noticed(title=text("手续费减免", "Fee waiver"), incident_id=first.subject_id)
    response = client.get(path_of(first))
    assert "Notices about this incident Fee waiver" in words_of(response)
    assert f"/en/notices/{notice_of(notice).public_id}/" in response.content.decode()


def test_notices_on_other_incidents_are_not(client: Client) -> None:
    first, other = opened(), opened(name=text("别的"))
    noticed(title=text("与此无关", "Unrelated"), incident_id=other.subject_id)
    assert "Unrelated" not in words_of(client.get(path_of(first)))


def test_a_component_that_was_hidden_since_is_left_out_of_old_statements(client: Client) -> None:
    component = board()["t1"]
    first = opened(component)
    component.visible = False
    component.save()
    html = client.get(path_of(first)).content.decode()
    assert "T+1 settlement" not in html
    assert "Funds are safe." in html


def test_line_breaks_of_the_author_are_kept(client: Client) -> None:
    first = opened(body=text("第一段\n\n第二段\n第三行"))
    html = client.get(path_of(first, "zh-hans")).content.decode()
    assert "<p>第一段</p>" in html
    assert "<p>第二段<br>第三行</p>" in html


def test_its_name_is_the_title_of_the_page(client: Client) -> None:
    first = opened()
    html = client.get(path_of(first, "zh-hans")).content.decode()
    assert "<title>T+1到账延迟 · 演示支付</title>" in html
    assert f'rel="canonical" href="http://127.0.0.1:8000{path_of(first, "zh-hans")}"' in html


def test_the_other_language_is_the_same_page(client: Client) -> None:
    first = opened()
    html = client.get(path_of(first)).content.decode()
    assert f'<a href="{path_of(first, "zh-hans")}" lang="zh-hans"' in html


def test_a_long_timeline_needs_no_more_queries_than_a_short_one(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first = opened()
    for minute in range(20, 0, -1):
        updated(first, published_at=ago(minutes=minute))
    noticed(incident_id=first.subject_id)
    with django_assert_num_queries(9):
        client.get(path_of(first))


@pytest.mark.parametrize("public_id", ["nothing", "x" * 300, "2345", "-"])
def test_an_unknown_incident_gets_a_friendly_404(client: Client, public_id: str) -> None:
    response = client.get(f"/en/incidents/{public_id}/")
    assert response.status_code == 404
    assert "Nothing has ever been published at this address. Please check the link." in words_of(
        response
    )
    assert 'href="/en/history/"' in response.content.decode()


def test_a_notice_or_maintenance_is_no_incident(client: Client) -> None:
    notice = noticed()
    assert client.get(f"/incidents/{notice.subject_id}/").status_code == 404
