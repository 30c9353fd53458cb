"""Large text: every page once more under an address of its own."""

import re

import pytest
from django.http import HttpResponseRedirect
from django.test import Client, RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from statuspage.pages.large_text import LargeTextMiddleware, enlarged, plain_path
from tests.statuspage.pages.server.conftest import news
from tests.statuspage.pages.server.site import Site
from tests.statuspage.pages.story import noticed, opened, path_of, scheduled, words_of

__all__ = ["news"]
LINKS = re.compile(r'<(?:a|form)[^>]+(?:href|action)="([^"]+)"')
PAGES = ("/", "/en/", "/history/", "/uptime/", "/notices/", "/arrival/", "/ledger/", "/log/")


@pytest.mark.django_db
@pytest.mark.parametrize("path", PAGES)
def test_every_page_can_be_had_with_large_text(client: Client, path: str) -> None:
    opened()
    plain, large = client.get(path), client.get(f"/elder{path}")
    assert large.status_code == 200
    assert '<html class="elder" lang=' in large.content.decode()
    assert '<html lang="' in plain.content.decode()
    assert words_of(large) == words_of(plain)
    assert int(large["Content-Length"]) == len(large.content)
    assert not large.cookies


@pytest.mark.django_db
def test_its_links_lead_to_pages_with_large_text_and_to_nothing_that_is_not_there(
    client: Client,
) -> None:
    subjects = [path_of(one) for one in (opened(), scheduled(), noticed())]
    seen = set()
    for path in ["/elder/en/", *(f"/elder{one}" for one in subjects), "/elder/en/log/"]:
        html = client.get(path).content.decode()
        seen |= {link.partition("#")[0] for link in LINKS.findall(html) if link.startswith("/")}
    assert {f"/elder{one}" for one in subjects} <= seen
    for link in seen:
        if link.startswith("/elder/"):
            assert client.get(link).status_code == 200, link
    # Documents for machines are as they are; and each page leads back to its plain self.
    plain = {link.partition("?")[0] for link in seen if not link.startswith("/elder/")}
    assert {link for link in plain if link.endswith("/")} == {"/en/", "/en/log/", *subjects}


@pytest.mark.django_db
def test_one_page_leads_to_the_other_and_back(client: Client) -> None:
    path = path_of(opened())
    plain = client.get(path).content.decode()
    large = client.get(f"/elder{path}").content.decode()
    on = re.search(r'<a class="elder-on"[^>]* href="([^"]+)"', plain)
    off = re.search(r'<a class="elder-off"[^>]* href="([^"]+)"', large)
    assert on
    assert off
    assert (on[1], off[1]) == (f"/elder{path}", path)


@pytest.mark.django_db
def test_search_engines_are_sent_to_the_plain_page(client: Client) -> None:
    path = path_of(opened())
    html = client.get(f"/elder{path}").content.decode()
    assert f'<link rel="canonical" href="http://127.0.0.1:8000{path}">' in html


@pytest.mark.django_db
def test_the_page_in_large_text_keeps_the_query(client: Client) -> None:
    opened()
    page = words_of(client.get("/elder/en/history/?q=payouts"))
    assert "T+1 payouts are late" in page
    assert client.get("/elder/en/history/?month=2025-13").status_code == 404


@pytest.mark.django_db
def test_a_form_can_be_sent_and_leads_on_with_large_text(client: Client) -> None:
    html = client.get("/elder/en/subscribe/").content.decode()
    assert 'action="/elder/en/subscribe/"' in html
    response = client.post("/elder/en/subscribe/", {})
    assert response.status_code == 400
    assert 'class="elder"' in response.content.decode()


def test_a_redirect_leads_to_large_text(rf: RequestFactory) -> None:
    moved = LargeTextMiddleware(lambda request: HttpResponseRedirect("/en/subscribe/code/?a=b"))
    assert moved(rf.get("/elder/en/subscribe/"))["Location"] == "/elder/en/subscribe/code/?a=b"
    away = LargeTextMiddleware(lambda request: HttpResponseRedirect("https://example.com/"))
    assert away(rf.get("/elder/x/"))["Location"] == "https://example.com/"
    assert moved(rf.get("/en/subscribe/"))["Location"] == "/en/subscribe/code/?a=b"


@pytest.mark.django_db
def test_what_is_no_page_for_readers_is_not_there(
    client: Client, subtests: pytest.Subtests
) -> None:
    for path in [
        *("console/", "admin/", "api/v1/docs/", "static/css/base.css", "history.rss", "badge.svg"),
        *("api/v2/summary.json", "elder/", "/evil.example/", "i18n/setlang/", "nothing/"),
    ]:
        with subtests.test(path=path):
            response = client.get(f"/elder/{path}")
            assert response.status_code == 404
            assert 'href="//' not in response.content.decode()


@given(st.text(alphabet="/elderab.?#%:", max_size=20))
def test_no_address_leads_to_another_host(path: str) -> None:
    own = plain_path(f"/elder{path}")
    assert own == "" or (own.startswith("/") and not own.startswith("//"))


def test_only_our_own_links_are_touched() -> None:
    html = (
        b'<html lang="en"><a href="/x/">1</a><a href="//x/">2</a><a href="https://x/">3</a>'
        b'<a href="#x">4</a><a href="/static/a/">5</a><a href="/x.json">6</a><a href="?m=1">7</a>'
        b'<a href="/?a=b">8</a><form action="/en/x/#y"><a data-as-is href="/x/">9</a>'
    )
    assert enlarged(html) == (
        b'<html class="elder" lang="en"><a href="/elder/x/">1</a><a href="//x/">2</a>'
        b'<a href="https://x/">3</a><a href="#x">4</a><a href="/static/a/">5</a>'
        b'<a href="/x.json">6</a><a href="?m=1">7</a><a href="/elder/?a=b">8</a>'
        b'<form action="/elder/en/x/#y"><a data-as-is href="/x/">9</a>'
    )


def test_the_page_server_makes_it_from_what_it_has(news: Site) -> None:
    news.asked.clear()
    for path in ["/", "/en/", *news.paths]:
        answer = news.get(f"/elder{path}", accept_encoding="gzip")
        assert answer.status == 200
        assert 'class="elder"' in answer.text
        assert answer.headers["content-encoding"] == "gzip"
        again = news.get(
            f"/elder{path}", accept_encoding="gzip", if_none_match=answer.headers["etag"]
        )
        assert again.status == 304
    assert news.asked == [], "Django was not asked"


def test_it_is_byte_for_byte_what_django_would_answer(news: Site, client: Client) -> None:
    for path in ["/", "/en/notices/"]:
        assert news.get(f"/elder{path}").body == enlarged(news.get(path).body)


def test_the_page_server_asks_django_for_what_it_has_not(news: Site) -> None:
    news.asked.clear()
    news.get("/elder/history/?q=x")
    news.get("/elder/api/v2/summary.json")
    assert news.asked == ["/elder/history/", "/elder/api/v2/summary.json"]
