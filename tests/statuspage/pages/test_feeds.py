"""RSS, Atom and JSON Feed, as a feed reader sees them."""

import json
import warnings
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from statuspage.statements.services import statement_correct, statement_withdraw
from statuspage.statements.times import iso
from tests.factories import make_component, text
from tests.february import entered, update
from tests.statuspage.pages.story import ago, noticed, opened, resolved, scheduled, updated

with warnings.catch_warnings():
    # feedparser imports the standard library's cgi, which warns that it will go.
    warnings.simplefilter("ignore", DeprecationWarning)
    import feedparser

pytestmark = pytest.mark.django_db

SITE = "http://127.0.0.1:8000"
XML = ["/history.rss", "/history.atom"]
ALL = [*XML, "/feed.json"]
ATOM = "{http://www.w3.org/2005/Atom}"


def _parsed(client: Client, path: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        found = feedparser.parse(client.get(path).content)
    assert not found.bozo, found.get("bozo_exception")
    return found


def _items(client: Client, path: str = "/feed.json") -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = client.get(path).json()["items"]
    return items


@pytest.mark.parametrize("path", XML)
def test_each_statement_is_an_entry_newest_first(client: Client, path: str) -> None:
    first = opened()
    resolved(first)
    entries = _parsed(client, path).entries
    assert len(entries) == 2
    assert entries[0].link.endswith("#statement-2") or entries[0].link > entries[1].link
    assert "已恢复,今日内补划。" in entries[0].summary
    assert "部分小微商户到账延迟" in entries[1].summary


@pytest.mark.parametrize("path", XML)
def test_an_entry_has_a_stable_id_a_link_and_its_time(client: Client, path: str) -> None:
    first = opened(published_at=ago(hours=1))
    (entry,) = _parsed(client, path).entries
    assert entry.id == f"{SITE}/incidents/{first.subject_id}/#statement-{first.number}"
    assert entry.link == f"{SITE}/incidents/{first.subject_id}/#statement-{first.number}"
    assert entry.published_parsed[:5] == (2025, 2, 21, 5, 30)


@pytest.mark.parametrize("path", XML)
def test_ids_are_the_same_in_both_languages_and_links_are_not(client: Client, path: str) -> None:
    first = opened()
    (chinese,) = _parsed(client, path).entries
    (english,) = _parsed(client, f"{path}?lang=en").entries
    assert english.id == chinese.id
    assert english.link == f"{SITE}/en/incidents/{first.subject_id}/#statement-{first.number}"
    assert "Funds are safe." in english.summary
    assert english.title == "Investigating: T+1 payouts are late"


@pytest.mark.parametrize("path", XML)
def test_an_entry_never_changes_when_more_is_said(client: Client, path: str) -> None:
    first = opened()
    (before,) = _parsed(client, path).entries
    resolved(first)
    statement_correct(statement=first, body=text("更正"), author=None)
    after = _parsed(client, path).entries[-1]
    assert (after.id, after.title, after.summary) == (before.id, before.title, before.summary)


@pytest.mark.parametrize("path", XML)
def test_a_correction_is_a_new_entry_that_names_what_it_corrects(client: Client, path: str) -> None:
    first = opened()
    statement_correct(statement=first, body=text("是D+1。", "It is D+1."), author=None)
    entries = _parsed(client, f"{path}?lang=en").entries
    assert len(entries) == 2
    assert entries[0].title == "Correction: T+1 payouts are late"
    assert f"Correction to No. {first.number}: It is D+1." in entries[0].summary


@pytest.mark.parametrize("path", XML)
def test_an_empty_log_is_a_valid_feed(client: Client, path: str) -> None:
    found = _parsed(client, path)
    assert found.entries == []
    assert found.feed.title


@pytest.mark.parametrize("path", XML)
def test_markup_in_a_text_reaches_no_reader_as_markup(client: Client, path: str) -> None:
    opened(body=text("<img src=x onerror=alert(1)> & 资金安全"))
    body = client.get(path).content.decode()
    assert "<img" not in body
    (entry,) = _parsed(client, path).entries
    assert "& 资金安全" in entry.summary or "&amp; 资金安全" in entry.summary
    assert "<img" not in entry.summary


def test_atom_has_what_rfc_4287_requires(client: Client) -> None:
    opened()
    feed = ElementTree.fromstring(client.get("/history.atom").content)  # noqa: S314 our own
    assert feed.tag == f"{ATOM}feed"
    for name in ("id", "title", "updated"):
        assert feed.findtext(f"{ATOM}{name}"), name
    links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
    assert links["self"] == f"{SITE}/history.atom?lang=zh-hans"
    assert links["alternate"] == f"{SITE}/"
    for entry in feed.findall(f"{ATOM}entry"):
        for name in ("id", "title", "updated", "summary"):
            assert entry.findtext(f"{ATOM}{name}"), name


def test_rss_has_what_the_specification_requires(client: Client) -> None:
    opened()
    channel = ElementTree.fromstring(client.get("/history.rss").content)[0]  # noqa: S314 our own
    for name in ("title", "link", "description", "language", "lastBuildDate"):
        assert channel.findtext(name), name
    guid = channel.find("item/guid")
    assert guid is not None
    assert guid.get("isPermaLink") == "false"


def test_json_feed_has_what_version_1_1_requires(client: Client) -> None:
    opened()
    response = client.get("/feed.json?lang=en")
    feed = response.json()
    assert response["Content-Type"].startswith("application/feed+json")
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["title"] == "DemoPay service status"
    assert feed["home_page_url"] == f"{SITE}/en/"
    assert feed["feed_url"] == f"{SITE}/feed.json?lang=en"
    assert feed["language"] == "en"
    assert feed["authors"] == [{"name": "DemoPay"}]
    (item,) = feed["items"]
    assert set(item) == {"id", "url", "title", "content_text", "date_published", "tags"}
    assert item["date_published"] == "2025-02-21T05:30:00.000Z"
    assert item["content_text"] == "Funds are safe."
    assert item["tags"] == ["incident.opened"]


def test_the_three_formats_tell_the_same_story(client: Client) -> None:
    first = opened()
    updated(first)
    noticed()
    scheduled()
    ids = [item["id"] for item in _items(client)]
    assert len(ids) == 4
    for path in XML:
        assert [entry.id for entry in _parsed(client, path).entries] == ids


def test_every_kind_of_subject_has_its_own_page_as_link(client: Client) -> None:
    statements = [opened(), scheduled(), noticed()]
    for item, statement in zip(reversed(_items(client)), statements, strict=True):
        path = f"/{statement.subject_type}s/{statement.subject_id}/"
        assert item["url"] == f"{SITE}{path}#statement-{statement.number}"
        assert client.get(path).status_code == 200


def test_a_withdrawal_is_an_entry_too(client: Client) -> None:
    first = opened()
    statement_withdraw(statement=first, body=text("误发", "By mistake."), author=None)
    newest = _items(client, "/feed.json?lang=en")[0]
    assert newest["title"] == "Withdrawal: T+1 payouts are late"
    assert newest["content_text"] == (
        f"Withdrawal of No. {first.number}: By mistake. "
        "This incident was published in error and is closed."
    )


def test_only_the_newest_fifty_are_told(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    component = make_component()
    for number in range(51):
        opened(component, published_at=ago(days=1) + timedelta(minutes=number))
    with django_assert_num_queries(4):
        items = _items(client)
    assert len(items) == 50
    assert items[0]["date_published"] > items[-1]["date_published"]


@pytest.mark.parametrize("path", ALL)
def test_a_reader_that_has_it_already_gets_304(client: Client, path: str) -> None:
    statement = opened()
    response = client.get(path)
    again = client.get(path, headers={"If-None-Match": response["ETag"]})
    assert again.status_code == 304
    assert again.content == b""
    assert response["Last-Modified"] == "Fri, 21 Feb 2025 05:30:00 GMT"
    since = client.get(path, headers={"If-Modified-Since": response["Last-Modified"]})
    assert since.status_code == 304
    resolved(statement)
    news = client.get(path, headers={"If-None-Match": response["ETag"]})
    assert news.status_code == 200


def test_an_unknown_language_falls_back_to_chinese(
    client: Client, subtests: pytest.Subtests
) -> None:
    opened()
    for path in ALL:
        for language in ["", "zh-hans", "de", "\x00", "en" * 500, "zh-en"]:
            with subtests.test(path=path, language=language):
                response = client.get(path, {"lang": language})
                assert response.status_code == 200
                assert response["Content-Language"] == "zh-hans"
                assert "资金安全" in json.dumps(response.content.decode(), ensure_ascii=False)


@pytest.mark.parametrize("path", ALL)
@pytest.mark.parametrize("language", ["en", "EN", "en-GB"])
def test_english_is_asked_for_in_the_usual_ways(client: Client, path: str, language: str) -> None:
    opened()
    response = client.get(path, {"lang": language})
    assert response["Content-Language"] == "en"
    assert "Funds are safe." in response.content.decode()


def test_hidden_components_are_in_no_feed(client: Client) -> None:
    opened(make_component("内部对账", "Back office", visible=False))
    for path in ALL:
        assert "内部对账" not in client.get(path).content.decode()


def test_what_was_entered_afterwards_stands_where_it_happened(client: Client) -> None:
    before = opened(published_at=ago(days=3))
    now = opened()
    began, ended = ago(days=2), ago(days=1)
    updates = [update(0, "investigating", at=began), update(2, "resolved", at=ended)]
    past = entered(make_component(), started_at=began, updates=updates)
    found = _items(client, "/feed.json?lang=en")
    wanted = [now.number, past[1].number, past[0].number, before.number]
    assert [int(item["id"].rpartition("-")[2]) for item in found] == wanted
    assert found[1]["date_published"] == iso(ended)
    assert found[1]["date_modified"] == iso(past[1].published_at)
    for path in XML:
        assert [one.id for one in _parsed(client, path).entries] == [item["id"] for item in found]
