"""Finding what was said, in both languages, by service and by kind."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from statuspage.pages.models import SearchText
from statuspage.pages.outbox import FILL
from statuspage.statements.services import statement_correct
from tests.factories import make_component, text
from tests.statuspage.pages.story import (
    ago,
    board,
    noticed,
    opened,
    resolved,
    scheduled,
    updated,
    words_of,
)

pytestmark = pytest.mark.django_db


def found(client: Client, language: str = "en", **query: str) -> str:
    """Return what the page of a search says below its form."""
    path = "/en/history/" if language == "en" else "/history/"
    response = client.get(path, query)
    assert response.status_code == 200
    return words_of(response).rpartition("Search" if language == "en" else "搜索")[2]


@pytest.mark.parametrize(
    "words",
    [
        *("Funds are safe", "funds ARE safe", "payouts", "late funds"),
        *("资金安全", "到账延迟", "延", "T+1", "t＋1", "Ｔ＋１", "部分小微商户 资金"),
    ],
)
def test_a_text_is_found_by_words_of_either_language(client: Client, words: str) -> None:
    opened()
    assert "T+1 payouts are late" in found(client, q=words)
    assert "T+1到账延迟" in found(client, "zh-hans", q=words)


@pytest.mark.parametrize("words", ["nowhere", "资金危险", "payouts nowhere", "%", "_", "\\", "'"])
def test_what_was_never_said_is_not_found_and_the_page_says_so(client: Client, words: str) -> None:
    opened(body=text("资金安全。", "Funds are safe."))
    page = found(client, q=words)
    assert "No results." in page
    assert "T+1 payouts are late" not in page


def test_an_update_finds_its_incident_once(client: Client) -> None:
    first = opened()
    updated(first, body=text("批次没有送达。", "A batch did not arrive."))
    resolved(first, body=text("批次已送达。", "The batch arrived."))
    page = found(client, q="batch")
    assert " 1 result " in page
    assert page.count("T+1 payouts are late") == 1


def test_everything_that_was_said_can_be_found_the_latest_first(client: Client) -> None:
    opened(name=text("清算一", "Clearing one"))
    scheduled(name=text("清算二", "Clearing two"))
    noticed(title=text("清算三", "Clearing three"))
    page = found(client, q="clearing")
    assert " 3 results " in page
    places = [page.index(f"Clearing {one}") for one in ("three", "two", "one")]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("incident", "An event"), ("maintenance", "A work"), ("notice", "A notice")],
)
def test_a_kind_narrows_it(client: Client, kind: str, expected: str) -> None:
    opened(name=text("甲", "An event"))
    scheduled(name=text("乙", "A work"))
    noticed(title=text("丙", "A notice"))
    page = found(client, kind=kind)
    assert " 1 result " in page
    assert expected in page


def test_corrections_are_a_kind_of_their_own(client: Client) -> None:
    opened(name=text("甲", "Left alone"))
    wrong = opened(name=text("乙", "Put right"))
    statement_correct(statement=wrong, body=text("更正。", "A correction."), author=None)
    page = found(client, kind="correction")
    assert "Put right" in page
    assert "Left alone" not in page


def test_a_service_narrows_it(client: Client) -> None:
    components = board()
    opened(components["t1"], name=text("甲", "About payouts"))
    opened(components["cards"], name=text("乙", "About cards"))
    page = found(client, component=components["cards"].public_id)
    assert "About cards" in page
    assert "About payouts" not in page


def test_services_are_offered_and_hidden_ones_are_not(client: Client) -> None:
    secret = board()["secret"]
    html = client.get("/en/history/").content.decode()
    assert ">Card payments</option>" in html
    assert "Back office" not in html
    response = client.get("/en/history/", {"component": secret.public_id})
    assert response.status_code == 404


def test_what_was_asked_stands_in_the_form(client: Client) -> None:
    component = board()["t1"]
    query = {"q": 'a"b<c', "kind": "notice", "component": component.public_id}
    html = client.get("/en/history/", query).content.decode()
    assert 'value="a&quot;b&lt;c"' in html
    assert '<option value="notice" selected>' in html
    assert f'<option value="{component.public_id}" lang="en" selected>' in html


def test_many_are_paged_and_the_question_is_kept(client: Client) -> None:
    component = make_component()
    for number in range(21):
        opened(component, name=text(f"延迟{number}号"))
    html = client.get("/en/history/", {"q": "延迟"}).content.decode()
    assert "21 results" in html
    assert "q=%E5%BB%B6%E8%BF%9F&amp;page=2" in html
    assert "延迟0号" in found(client, q="延迟", page="2")
    assert client.get("/en/history/", {"q": "延迟", "page": "3"}).status_code == 404


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"kind": "x"}, "Unknown type."),
        ({"component": "x"}, "Unknown service."),
        ({"q": "x", "page": "0"}, "Page not found. The last page is 1."),
    ],
)
def test_what_there_is_not_is_a_404_with_a_sentence(
    client: Client, query: dict[str, str], sentence: str
) -> None:
    response = client.get("/en/history/", query)
    assert response.status_code == 404
    assert sentence in words_of(response)


@pytest.mark.parametrize("words", ["\x00", "a" * 5000, "🙂", "a " * 200, "\ud7ff", "‮"])
def test_a_strangers_words_never_fail(client: Client, words: str) -> None:
    opened()
    assert client.get("/history/", {"q": words}).status_code == 200


def test_a_blank_question_shows_the_month(client: Client) -> None:
    assert "February 2025" in words_of(client.get("/en/history/?q=&kind=&component="))


def test_who_asks_too_often_is_asked_to_wait(client: Client, settings: Settings) -> None:
    settings.SEARCH_PER_IP_MINUTE = 2
    statuses = [client.get("/en/history/", {"q": "x"}).status_code for _time in range(3)]
    assert statuses == [200, 200, 429]
    response = client.get("/en/history/", {"q": "x"})
    assert "Too many searches" in words_of(response)
    assert response["Retry-After"] == "60"
    assert client.get("/en/history/").status_code == 200, "leafing is no search"


def test_search_results_are_not_for_search_engines(client: Client) -> None:
    assert 'name="robots" content="noindex"' in client.get("/history/?q=x").content.decode()
    assert "noindex" not in client.get("/history/").content.decode()


@pytest.mark.parametrize("count", [1, 12])
def test_the_number_of_queries_is_fixed(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for number in range(count):
        opened(name=text(f"延迟{number}"), published_at=ago(hours=1))
        scheduled(name=text(f"延迟的维护{number}"))
        noticed(title=text(f"延迟通知{number}"))
    with django_assert_num_queries(14):
        client.get("/history/", {"q": "延迟"})


def test_texts_of_a_log_from_before_are_taken_in_by_the_migration(client: Client) -> None:
    from django.db import connection

    opened()
    SearchText.objects.all().delete()
    assert "No results." in found(client, q="资金")
    with connection.cursor() as cursor:
        cursor.execute(FILL, [0])
    assert "T+1 payouts are late" in found(client, q="资金")
