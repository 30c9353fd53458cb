"""Whatever a stranger sends gets an answer: never a 500."""

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

PATHS = (
    *("/", "/en/", "/history/", "/en/history/", "/notices/", "/log/", "/history.rss"),
    *("/history.atom", "/feed.json", "/badge.svg", "/sitemap.xml", "/robots.txt"),
    *("/api/v2/summary.json", "/api/v2/status.json", "/api/v2/incidents.json"),
)
NAMES = st.sampled_from(["page", "month", "lang", "next", "x"])
VALUES = st.one_of(
    st.text(max_size=30),
    st.integers().map(str),
    st.sampled_from(["\x00", "9999-99", "-1", "1e9", "%00", "../../etc/passwd", "' OR 1=1 --"]),
)
NOTHING_WRONG_HERE = {200, 301, 404}


class TestAnyParameters(TestCase):
    @given(st.sampled_from(PATHS), st.dictionaries(NAMES, VALUES, max_size=3))
    @settings(suppress_health_check=list(HealthCheck))
    def test_get_an_answer_from_every_page(self, path: str, query: dict[str, str]) -> None:
        response = self.client.get(path, query)
        assert response.status_code in NOTHING_WRONG_HERE

    @given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=40))
    @settings(suppress_health_check=list(HealthCheck))
    def test_get_an_answer_from_any_address(self, tail: str) -> None:
        for folder in ("incidents", "maintenances", "notices", "log"):
            response = self.client.get(f"/{folder}/{tail}/")
            assert response.status_code in NOTHING_WRONG_HERE


@pytest.mark.django_db
def test_odd_headers_are_ignored(client: Client, subtests: pytest.Subtests) -> None:
    for header in [
        {"If-None-Match": "garbage"},
        {"If-None-Match": '"' + "x" * 5000 + '"'},
        {"If-Modified-Since": "yesterday"},
        {"If-Modified-Since": "Fri, 99 Foo 9999 99:99:99 GMT"},
        {"Accept-Language": "xx;q=nan, " + "a-" * 500},
        {"Accept": "image/png"},
        {"Range": "bytes=0-1"},
    ]:
        for path in ["/", "/history.atom", "/api/v2/summary.json"]:
            with subtests.test(header=header, path=path):
                assert client.get(path, headers=header).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/en//evil.example/", "/%2F%2Fevil.example/"])
def test_an_address_with_two_slashes_leads_nowhere_else(client: Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert 'href="//' not in response.content.decode()
