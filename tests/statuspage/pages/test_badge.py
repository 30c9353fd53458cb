"""The badge, the sitemap, robots.txt and security.txt."""

from typing import Any
from xml.etree import ElementTree

import pytest
import time_machine
from django.test import Client
from django.utils.translation import override

from statuspage.pages.badge import HEIGHT, svg
from tests.factories import make_component
from tests.statuspage.pages.story import noticed, opened, path_of, scheduled

SVG = "{http://www.w3.org/2000/svg}"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def _drawn(picture: str) -> ElementTree.Element:
    return ElementTree.fromstring(picture)  # noqa: S314 our own


def test_it_says_the_state_in_words_for_eyes_and_screen_readers() -> None:
    with override("zh-hans"):
        picture = _drawn(svg("服务状态", "部分服务中断", "minor"))
    assert picture.get("aria-label") == "服务状态：部分服务中断"
    assert [one.text for one in picture.iter(f"{SVG}text")] == ["服务状态", "部分服务中断"]


def test_the_picture_is_wide_enough_for_its_words() -> None:
    short, long = _drawn(svg("状态", "正常", "none")), _drawn(svg("状态", "正常" * 8, "none"))
    widths = [int(picture.get("width") or 0) for picture in (short, long)]
    assert widths[1] - widths[0] == 14 * 12
    assert short.get("height") == str(HEIGHT)


def test_words_cannot_bring_their_own_markup() -> None:
    picture = _drawn(svg("<script>", '"&', "none"))
    assert [one.text for one in picture.iter(f"{SVG}text")] == ["<script>", '"&']


@pytest.mark.django_db
class TestAddresses:
    def test_the_badge_follows_the_state(self, client: Client) -> None:
        component = make_component()
        make_component()
        before = client.get("/badge.svg?lang=en")
        assert before["Content-Type"] == "image/svg+xml"
        assert "All services are running normally" in before.content.decode()
        opened(component)
        after = client.get("/badge.svg?lang=en").content.decode()
        assert "Some services have a partial outage" in after
        assert after != client.get("/badge.svg").content.decode()

    def test_the_sitemap_lists_every_page_in_both_languages(self, client: Client) -> None:
        statements = [opened(), scheduled(), noticed()]
        response = client.get("/sitemap.xml")
        assert response["Content-Type"] == "application/xml"
        found = ElementTree.fromstring(response.content).iter(f"{SITEMAP}loc")  # noqa: S314
        paths = {(one.text or "").removeprefix("http://127.0.0.1:8000") for one in found}
        for language in ("en", "zh-hans"):
            assert {path_of(statement, language) for statement in statements} <= paths
        assert {"/", "/en/", "/history/", "/en/notices/", "/log/"} <= paths
        for path in paths:
            assert client.get(path).status_code == 200

    def test_robots_may_read_all_but_the_console(self, client: Client) -> None:
        lines = client.get("/robots.txt").content.decode().splitlines()
        assert "Disallow: /console/" in lines
        assert "Sitemap: http://127.0.0.1:8000/sitemap.xml" in lines

    def test_security_txt_names_the_contact_and_expires_within_a_year(
        self, client: Client, settings: Any
    ) -> None:
        settings.SECURITY_CONTACT = ("mailto:a@pay.example", "https://pay.example/report")
        with time_machine.travel("2026-11-28T12:00:00Z", tick=False):
            response = client.get("/.well-known/security.txt")
        assert response["Content-Type"] == "text/plain; charset=utf-8"
        assert response.content.decode().splitlines() == [
            "Contact: mailto:a@pay.example",
            "Contact: https://pay.example/report",
            "Expires: 2027-05-01T00:00:00Z",
            "Preferred-Languages: zh, en",
            "Canonical: http://127.0.0.1:8000/.well-known/security.txt",
        ]

    def test_security_txt_does_not_exist_without_a_contact(
        self, client: Client, settings: Any
    ) -> None:
        settings.SECURITY_CONTACT = ()
        assert client.get("/.well-known/security.txt").status_code == 404
