"""The notices to merchants: the list and the single page."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.utils.translation import override
from pytest_django import DjangoAssertNumQueries

from statuspage.pages.timeline import notice_label
from statuspage.statements.services import statement_correct, statement_withdraw
from tests.factories import text
from tests.statuspage.pages.story import ago, noticed, opened, path_of, words_of

pytestmark = pytest.mark.django_db

WAIVER = {
    "transactions_from": "2025-02-19T00:00:00+08:00",
    "transactions_until": "2025-02-21T10:42:00+08:00",
    "percent_waived": "100.0",
    "borne_by": text("演示支付", "DemoPay"),
    "credited_by": "2025-02-28",
}
THEN = datetime(2025, 2, 21, 8, tzinfo=UTC)


def test_a_waiver_shows_its_details_as_a_list_of_terms(client: Client) -> None:
    response = client.get(path_of(noticed(kind="fee_waiver", payload=WAIVER, published_at=THEN)))
    page = words_of(response)
    assert "Audience Micro merchants" in page
    assert "Affected transactions 19 Feb, 00:00 to 21 Feb, 10:42" in page
    assert "Share of the fee waived 100%" in page
    assert "Covered by DemoPay" in page
    assert "Refunded by 28 Feb " in page


def test_the_details_are_in_the_readers_language(client: Client) -> None:
    statement = noticed(kind="fee_waiver", payload=WAIVER, published_at=THEN)
    assert "演示支付" in words_of(client.get(path_of(statement, "zh-hans")))
    assert "DemoPay" not in words_of(client.get(path_of(statement, "zh-hans")))


def test_a_date_that_is_not_known_is_said_to_be_unknown(client: Client) -> None:
    payload = {"transactions_from": "2025-02-21T10:42:00+08:00"}
    page = words_of(client.get(path_of(noticed(kind="delay", payload=payload))))
    assert "Arrives by Not yet known" in page
    assert "Affected transactions 21 Feb, 10:42 onwards, end not yet known" in page


def test_a_text_that_was_left_out_is_left_out(client: Client) -> None:
    payload = {key: value for key, value in WAIVER.items() if key != "borne_by"}
    page = words_of(
        client.get(path_of(noticed(kind="fee_waiver", payload=payload, published_at=THEN)))
    )
    assert "Covered by" not in page


def test_a_recovery_names_the_moment(client: Client) -> None:
    payload = {"restored_at": "2025-02-21T15:30:00+08:00", "backlog_by": "2025-02-22"}
    page = words_of(
        client.get(path_of(noticed(kind="recovery", payload=payload, published_at=THEN)))
    )
    assert "Restored at 21 Feb, 15:30" in page
    assert "Delayed payouts arrive by 22 Feb " in page


def test_a_notice_for_everyone_says_so(client: Client) -> None:
    assert "Audience All merchants" in words_of(client.get(path_of(noticed(audience=None))))


def test_a_notice_for_both_categories_names_both(client: Client) -> None:
    statement = noticed(audience={"categories": ["micro", "industry"]})
    assert "Audience Industry merchants, Micro merchants" in words_of(
        client.get(path_of(statement))
    )


def test_it_links_to_its_incident_and_the_incident_back(client: Client) -> None:
    incident = opened()
    statement = noticed(incident_id=incident.subject_id)
    html = client.get(path_of(statement)).content.decode()
    assert f'<a href="{path_of(incident)}" lang="en">T+1 payouts are late</a>' in html
    assert path_of(statement) in client.get(path_of(incident)).content.decode()


def test_a_notice_without_an_incident_names_none(client: Client) -> None:
    assert "Incident" not in words_of(client.get(path_of(noticed())))


def test_its_correction_stands_above_it(client: Client) -> None:
    statement = noticed()
    answer = statement_correct(
        statement=statement, body=text("日期有误", "Wrong date"), author=None
    )
    page = words_of(client.get(path_of(statement)))
    assert page.index("Wrong date") < page.index("You need not do anything.")
    assert f"Corrected by No. {answer.number}" in page


def test_a_withdrawn_notice_is_struck_but_stays(client: Client) -> None:
    statement = noticed()
    statement_withdraw(statement=statement, body=text("误发", "By mistake"), author=None)
    response = client.get(path_of(statement))
    assert "<del" in response.content.decode()
    assert "You need not do anything." in words_of(response)


def test_the_list_has_the_newest_first_and_marks_corrections(client: Client) -> None:
    noticed(title=text("一", "First"), published_at=ago(days=2))
    second = noticed(title=text("二", "Second"), published_at=ago(days=1))
    statement_correct(statement=second, body=text("更正"), author=None)
    page = words_of(client.get("/en/notices/"))
    assert page.index("Second") < page.index("Corrected") < page.index("First")


def test_the_empty_list_says_so(client: Client) -> None:
    assert "No notices published yet." in words_of(client.get("/en/notices/"))


def test_the_list_is_leafed_through_twenty_at_a_time(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(21):
        noticed(title=text(f"公告{number}号"), published_at=ago(hours=number))
    with django_assert_num_queries(5):
        first = client.get("/en/notices/")
    assert "公告19号" in words_of(first)
    assert "公告20号" not in words_of(first)
    assert 'href="?page=2"' in first.content.decode()
    second = client.get("/en/notices/?page=2")
    assert "公告20号" in words_of(second)
    assert 'href="?page=1"' in second.content.decode()
    assert 'href="?page=3"' not in second.content.decode()


@pytest.mark.parametrize("page", ["0", "2", "-1", "999999", "9" * 5000, "x", "\x00", "1.5", "１"])
def test_a_page_that_does_not_exist_gets_a_sentence(client: Client, page: str) -> None:
    response = client.get("/en/notices/", {"page": page})
    assert response.status_code == 404
    assert "The last page is 1." in words_of(response)


def test_an_unknown_notice_is_a_404(client: Client) -> None:
    assert client.get("/notices/nothing/").status_code == 404


def test_a_kind_of_a_later_version_is_still_a_notice() -> None:
    with override("en"):
        assert notice_label("tariff") == "Notice"
