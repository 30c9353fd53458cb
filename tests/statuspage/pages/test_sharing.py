"""Passing a page on: its link, its QR code, what previews and search engines read of it."""

import json
import re
import struct
from pathlib import Path
from typing import Any

import pytest
import segno
from django.contrib.staticfiles import finders
from django.test import Client

from statuspage.pages.templatetags.pages import qr_code
from statuspage.statements.services import statement_correct, statement_withdraw
from tests.factories import text
from tests.statuspage.pages.story import (
    noticed,
    opened,
    path_of,
    resolved,
    scheduled,
    updated,
    words_of,
)

pytestmark = pytest.mark.django_db

SITE = "http://127.0.0.1:8000"
STEP = re.compile(r"([MmHh])(-?[\d.]+)(?: (-?[\d.]+))?")


def squares(svg: str) -> set[tuple[int, int]]:
    """Which squares a QR code's path blackens."""
    path = re.search(r'<path stroke="#000" d="([^"]+)"', svg)
    assert path
    x, y = 0.0, 0.0
    found = set()
    for command, first, second in STEP.findall(path[1]):
        if command == "M":
            x, y = float(first), float(second)
        elif command == "m":
            x, y = x + float(first), y + float(second)
        else:
            found |= {(int(x) + step, int(y)) for step in range(int(float(first)))}
            x += float(first)
    return found


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_code_on_a_page_leads_to_that_page(client: Client, language: str) -> None:
    path = path_of(opened(), language)
    html = client.get(path).content.decode()
    svg = re.search(r'<svg class="qr".*?</svg>', html)
    assert svg
    matrix = segno.make(SITE + path, error="m", micro=False).matrix
    black = {
        (x + 2, y + 2) for y, row in enumerate(matrix) for x, module in enumerate(row) if module & 1
    }
    assert squares(svg[0]) == black
    assert f'<a href="{SITE}{path}">{SITE}{path}</a>' in html


def test_the_code_is_black_on_white_in_every_theme() -> None:
    svg = qr_code(f"{SITE}/")
    assert 'fill="#fff"' in svg
    assert 'stroke="#000"' in svg
    assert " style=" not in svg


def test_every_subject_and_the_first_page_can_be_passed_on(client: Client) -> None:
    paths = [path_of(one) for one in (opened(), scheduled(), noticed())]
    for path in ["/en/", *paths]:
        page = words_of(client.get(path))
        assert "Share this page" in page
        assert "Public log up to No." in page.partition("Share this page")[2]


def tags(html: str) -> dict[str, str]:
    """Return the Open Graph tags."""
    return dict(re.findall(r'<meta property="og:(\w+)" content="([^"]*)">', html))


def test_a_preview_of_an_incident_has_its_title_and_its_latest_word(client: Client) -> None:
    first = opened()
    updated(first)
    found = tags(client.get(path_of(first)).content.decode())
    assert found["title"] == "T+1 payouts are late"
    assert found["description"] == "Identified · We know the cause."
    assert found["url"] == SITE + path_of(first)
    assert found["type"] == "article"
    assert found["locale"] == "en_GB"


def test_what_an_answer_changed_is_in_previews_lists_and_data(client: Client) -> None:
    first = opened()
    resolved(first)
    reopened = updated(first, "investigating")
    statement_withdraw(statement=reopened, body=text("误发", "By mistake."), author=None)
    changed = "The status is Resolved again."
    assert changed in words_of(client.get("/en/history/"))
    assert changed in json.dumps(linked(client, path_of(first)))
    statement_withdraw(statement=first, body=text("误发", "By mistake."), author=None)
    preview = tags(client.get(path_of(first)).content.decode())
    assert preview["description"] == "published in error · By mistake."


@pytest.mark.parametrize(
    "path", ["/", "/en/", "/history/", "/uptime/", "/notices/", "/arrival/", "/log/", "/ledger/"]
)
def test_every_page_has_a_title_a_description_and_a_picture(client: Client, path: str) -> None:
    found = tags(client.get(path).content.decode())
    assert found["title"]
    assert found["description"]
    picture = finders.find(found["image"].removeprefix(f"{SITE}/static/"))
    assert picture
    head = Path(picture).read_bytes()[:24]
    assert head.startswith(b"\x89PNG")
    # A messenger takes a picture only from 300 pixels on.
    assert min(struct.unpack(">II", head[16:24])) >= 300


def linked(client: Client, path: str) -> dict[str, Any]:
    """Return what the page says of itself to search engines."""
    html = client.get(path).content.decode()
    script = re.search(r'<script type="application/ld\+json">(.*?)</script>', html)
    assert script
    found: dict[str, Any] = json.loads(script[1])
    assert found["@context"] == "https://schema.org"
    return found


def test_the_first_page_is_a_web_site_with_a_search(client: Client) -> None:
    site = linked(client, "/en/")
    assert site["@type"] == "WebSite"
    assert site["url"] == f"{SITE}/en/"
    target = site["potentialAction"]["target"].replace("{search_term_string}", "payouts")
    assert client.get(target.removeprefix(SITE)).status_code == 200


def test_an_incident_is_coverage_with_its_updates(client: Client) -> None:
    first = opened()
    assert "coverageEndTime" not in linked(client, path_of(first))
    resolved(first)
    found = linked(client, path_of(first))
    assert found["@type"] == "LiveBlogPosting"
    assert found["headline"] == "T+1 payouts are late"
    assert found["coverageStartTime"] == "2025-02-21T05:30:00.000Z"
    assert found["coverageEndTime"] == "2025-02-21T06:20:00.000Z"
    assert [one["headline"] for one in found["liveBlogUpdate"]] == ["Resolved", "Investigating"]
    assert found["datePublished"] < found["dateModified"]


def test_what_was_withdrawn_is_not_told_to_search_engines(client: Client) -> None:
    first, notice = opened(), noticed()
    statement_withdraw(statement=first, body=text("误发", "By mistake."), author=None)
    statement_withdraw(statement=notice, body=text("误发", "By mistake."), author=None)
    assert "Funds are safe." not in json.dumps(linked(client, path_of(first)))
    assert "articleBody" not in linked(client, path_of(notice))


def test_work_is_an_event_and_a_notice_an_article(client: Client) -> None:
    event = linked(client, path_of(scheduled()))
    assert event["@type"] == "Event"
    assert event["startDate"] == "2025-02-22T06:30:00.000Z"
    article = linked(client, path_of(noticed()))
    assert article["@type"] == "Article"
    assert article["articleBody"] == "You need not do anything."


def test_a_text_cannot_end_the_data_that_it_stands_in(client: Client) -> None:
    first = opened(name=text("</script><b>x</b>"), body=text("a & </SCRIPT> <!--"))
    statement_correct(statement=first, body=text("</script>"), author=None)
    found = linked(client, path_of(first))
    assert found["headline"] == "</script><b>x</b>"
    assert "<b>x" not in client.get(path_of(first)).content.decode()
