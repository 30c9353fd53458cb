"""What every public answer has in common."""

import re

import pytest
from django.test import Client

from tests.statuspage.pages.story import noticed, opened, path_of, resolved, scheduled

pytestmark = pytest.mark.django_db

CACHED = "public, max-age=0, s-maxage=1, stale-while-revalidate=1, stale-if-error=86400"
PAGES = ["/", "/en/", "/history/", "/notices/", "/log/"]
MACHINES = ["/history.rss", "/history.atom", "/feed.json", "/badge.svg", "/api/v2/summary.json"]
PUBLIC = [*PAGES, *MACHINES, "/robots.txt", "/.well-known/security.txt", "/sitemap.xml"]


def test_no_public_page_sets_a_cookie(client: Client) -> None:
    statements = [opened(), scheduled(), noticed()]
    for path in [*PUBLIC, *map(path_of, statements), "/log/1.json", "/nothing/"]:
        response = client.get(path)
        assert not response.cookies, path
        assert "Cookie" not in response.get("Vary", ""), path


@pytest.mark.parametrize("path", PUBLIC)
def test_every_answer_can_be_asked_for_again_and_only_read(client: Client, path: str) -> None:
    got = client.get(path)
    assert got.status_code == 200
    assert re.fullmatch(r'"[0-9a-f]{32}"', got["ETag"])
    assert got["Cache-Control"] == CACHED
    known = {"If-None-Match": got["ETag"]}
    again = client.get(path, headers=known)
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", got["ETag"])
    headed = client.head(path)
    assert (headed.status_code, headed.content) == (200, b"")
    for header in ("ETag", "Content-Type", "Cache-Control"):
        assert headed[header] == got[header]
    assert client.head(path, headers=known).status_code == 304
    for method in ("post", "put", "patch", "delete"):
        assert getattr(client, method)(path).status_code == 405, method


@pytest.mark.parametrize("path", ["/", "/en/", "/history/", "/log/", "/api/v2/summary.json"])
def test_a_statement_is_visible_with_the_next_request(client: Client, path: str) -> None:
    etag = client.get(path)["ETag"]
    statement = opened()
    second = client.get(path, headers={"If-None-Match": etag})
    assert second.status_code == 200
    resolved(statement)
    assert client.get(path)["ETag"] != second["ETag"]


@pytest.mark.parametrize("path", PAGES)
def test_the_policy_allows_nothing_from_elsewhere(client: Client, path: str) -> None:
    opened()
    response = client.get(path)
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    html = response.content.decode()
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=", html)
    # What no browser runs is no script, whatever its element is called.
    assert not re.search(r'<script(?![^>]*\ssrc=)(?! type="application/ld\+json">)', html)
    sources = re.findall(r'(?:src|<link rel="stylesheet" href)="([^"]+)"', html)
    assert sources
    assert all(source.startswith("/static/") for source in sources)


@pytest.mark.parametrize(("path", "language"), [("/", "zh-hans"), ("/en/", "en")])
def test_the_page_says_in_which_language_it_is(client: Client, path: str, language: str) -> None:
    response = client.get(path)
    assert response["Content-Language"] == language
    assert f'<html lang="{language}">' in response.content.decode()


def test_the_browsers_language_does_not_move_a_reader(client: Client) -> None:
    response = client.get("/", headers={"Accept-Language": "en"})
    assert response.status_code == 200
    assert response["Content-Language"] == "zh-hans"


def test_an_address_without_its_last_slash_is_completed(client: Client) -> None:
    statement = opened()
    response = client.get(path_of(statement).rstrip("/"))
    assert response.status_code == 301
    assert response["Location"] == path_of(statement)


@pytest.mark.parametrize("path", MACHINES)
def test_what_machines_read_is_open_to_any_origin(client: Client, path: str) -> None:
    response = client.get(path)
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "ETag" in response["Access-Control-Expose-Headers"]


@pytest.mark.parametrize("path", PAGES)
def test_what_people_read_is_not(client: Client, path: str) -> None:
    assert "Access-Control-Allow-Origin" not in client.get(path)


def test_every_page_names_the_feeds(client: Client) -> None:
    html = client.get("/en/").content.decode()
    for kind, path in (
        ("application/atom+xml", "/history.atom"),
        ("application/rss+xml", "/history.rss"),
        ("application/feed+json", "/feed.json"),
    ):
        assert re.search(rf'type="{re.escape(kind)}"[^>]*href="{path}\?lang=en"', html)
