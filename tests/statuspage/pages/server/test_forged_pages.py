"""Rendered pages lie in the database: what somebody writes there past the program is not shown."""

import pytest
from django.db import connection

from statuspage.pages.models import Snapshot
from statuspage.pages.snapshots.pages import compressed
from statuspage.pages.snapshots.store import news
from tests.statuspage.pages.server.site import Site
from tests.statuspage.pages.story import opened

FORGED = b'<main id="content">All systems operational, refunds at http://evil.example</main>'


def forge(column: str, value: object, key: str = "/en/log/") -> None:
    """What the programs' role may do: change a rendered page, and have it loaded."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE pages_snapshot SET {column} = %s, edition = edition + 1 WHERE key = %s",
            [value, key],
        )
        assert cursor.rowcount == 1
        cursor.execute("UPDATE pages_edition SET number = number + 1")


def body_with_names() -> None:
    """As someone would who knows the code, but not the key."""
    page = Snapshot.objects.get(key="/en/log/")
    made = compressed("/en/log/", page.headers, FORGED, page.last_modified)
    for column in ("body", "gzip", "brotli"):
        forge(column, getattr(made, column))
    forge("etag", "0" * 40)


def body_as_an_earlier_release_named_it() -> None:
    body_with_names()
    forge("etag", "0" * 32)


def page_of_another_address() -> None:
    other = Snapshot.objects.get(key="/en/")
    for column in ("body", "gzip", "brotli", "etag"):
        forge(column, getattr(other, column))


def only_the_packed() -> None:
    made = compressed("/en/log/", {}, FORGED, Snapshot.objects.first().last_modified)
    forge("brotli", made.brotli)


def headers_of_our_own() -> None:
    forge("headers", '{"Content-Type": "text/html", "Location": "//evil.example"}')


def only_the_body() -> None:
    forge("body", FORGED)


ATTACKS = (
    body_with_names,
    body_as_an_earlier_release_named_it,
    page_of_another_address,
    only_the_packed,
    headers_of_our_own,
    only_the_body,
)


def test_a_page_that_was_changed_in_the_database_is_shown_by_no_process(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    opened()
    site.render()
    right = site.get("/en/log/").text
    for attack in ATTACKS:
        caplog.clear()
        attack()
        fresh = Site()
        for one in (site, fresh):
            one.memory.take(news(one.memory.known()))
            for coding in ("br", "gzip", "identity"):
                answer = one.get("/en/log/", accept_encoding=coding)
                assert "evil" not in answer.text, attack
                assert "location" not in answer.headers
        named = "somebody has changed the page /en/log/ in the database" in caplog.text
        assert named is (attack is not body_as_an_earlier_release_named_it)
        site.render()  # it is made again, for everybody
        later = Site()
        later.memory.take(news(later.memory.known()))
        assert later.get("/en/log/").text == right
        assert later.asked == []
